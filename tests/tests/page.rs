//! The page of `mcp-scopes docs` in a headless Chromium: ticked scopes show what the run-time table opens for such a grant.
//!
//! It needs Node.js, Chromium and `npm ci` in `tests/page`. Where one is missing the test says so and passes, unless
//! `MCP_SCOPES_PAGE_TEST` is `required`, as in CI.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect, in its functions too")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use mcp_scopes::ScopeTable;
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/page");

/// What the test needs and a bare machine lacks, or what is missing.
fn chromium() -> Result<PathBuf, &'static str> {
    if !Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Err("Node.js is missing");
    }
    if !["playwright-core", "axe-core"].iter().all(|name| Path::new(FOLDER).join("node_modules").join(name).is_dir()) {
        return Err("`npm ci` was not run in tests/page");
    }
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)));
    named.or_else(|| found.find(|file| file.is_file())).ok_or("Chromium is missing; `CHROMIUM` may name it")
}

/// What the run-time table says.
fn expected(table: &'static ScopeTable, scopes: &[&str], claims: Value) -> Value {
    let grants: Vec<Value> = (scopes.iter())
        .map(|scope| {
            let opens: Vec<&str> = table.grant(scope).visible().map(|tool| tool.tool().name).collect();
            json!({"scope": scope, "opens": opens})
        })
        .collect();
    json!({"tools": table.tools().len(), "grants": grants, "claims": claims})
}

fn try_page(chromium: &Path, source: &str, expected: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let (page, facts) = (folder.path().join("page.html"), folder.path().join("expected.json"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(source);
    let words = ["mcp-scopes".as_ref(), "docs".as_ref(), source.as_os_str(), "--output".as_ref(), page.as_os_str()];
    assert_eq!(mcp_scopes_cli::run(words.map(ToOwned::to_owned)), ExitCode::SUCCESS);
    fs::write(&facts, expected.to_string()).unwrap();
    let script = Path::new(FOLDER).join("page.mjs");
    let output = Command::new("node").arg(script).args([&page, &facts]).arg(chromium).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    let claims = expected["claims"].as_u64().unwrap_or(8);
    assert_eq!(out.lines().filter(|line| line.starts_with("ok: ")).count() as u64, claims, "{out}");
}

#[test]
fn the_page_opens_what_the_table_opens() {
    let chromium = match chromium() {
        Ok(chromium) => chromium,
        Err(missing) => {
            assert!(env::var_os("MCP_SCOPES_PAGE_TEST").is_none_or(|value| value != "required"), "{missing}");
            eprintln!("SKIPPED: the page of `mcp-scopes docs` was not opened in a browser: {missing}");
            return;
        }
    };
    let scopes =
        ["", "general", "trade.write", "account.read", "watchlist account.read", "trade.read general watchlist"];
    try_page(&chromium, "examples/brokerage", &expected(&brokerage::TOOLS, &scopes, Value::Null));
    // Alternatives of several scopes, and a tool that is open to everyone.
    let all: Vec<&str> = fixture_every_key::TOOLS.scopes().collect();
    let pairs: Vec<String> = all.iter().flat_map(|a| all.iter().map(move |b| format!("{a} {b}"))).collect();
    let mut scopes: Vec<&str> = pairs.iter().map(String::as_str).collect();
    scopes.extend(&all);
    scopes.push("");
    assert!(fixture_every_key::TOOLS.anonymous().visible().next().is_some(), "no tool is public");
    assert!(fixture_every_key::TOOLS.tools().any(|tool| tool.alternatives().count() > 1), "no tool has alternatives");
    try_page(&chromium, "tests/fixtures/every-key", &expected(&fixture_every_key::TOOLS, &scopes, json!(2)));
}
