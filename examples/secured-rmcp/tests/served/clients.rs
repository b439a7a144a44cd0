//! Third-party clients: those of the official Python and TypeScript SDKs.
//!
//! `.ci/clients` installs both. If one is missing, its tests print a message and pass, unless `MCP_SCOPES_CLIENT_TEST`
//! is `required`, as in CI.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::program::{Served, both_challenges};

/// The folder of the scripts.
pub(crate) const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clients");

/// The output of a script.
#[derive(Debug, Deserialize)]
struct Report {
    told: Told,
    /// The `scope` of each authorization to which the client has sent its user.
    asked: Vec<String>,
    exchanges: Vec<Exchange>,
}

/// The results that the client reports.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Told {
    version: String,
    count: String,
    list: String,
    tools: Vec<String>,
    /// `securitySchemes` of `list_notes`, and the same in `_meta`.
    schemes: [Value; 2],
    write: String,
    read: String,
    delete: String,
    /// Results with an error: whether they have `isError`, the text for the model, and the structured denial.
    errors: Vec<(bool, String, Value)>,
    /// Whether the descriptions of all tools are the same before and after a denial.
    list_is_unchanged: bool,
    tools_in_the_end: Vec<String>,
}

/// A request that the client has sent.
#[derive(Debug, Deserialize)]
struct Exchange {
    method: String,
    url: String,
    status: u16,
    challenges: Vec<String>,
    version: Option<String>,
    /// The scheme of the header `Authorization`.
    scheme: Option<String>,
}

/// The folder into which `.ci/clients` installs.
pub(crate) fn installed() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("clients")
}

/// Returns the command that runs a script of the Python SDK, or what is missing.
pub(crate) fn python(script: &str) -> Result<Command, &'static str> {
    let python = installed().join("python/bin/python");
    let mut command = Command::new(python);
    if !command.args(["-c", "import mcp"]).output().is_ok_and(|output| output.status.success()) {
        return Err("the Python SDK is missing");
    }
    let mut command = Command::new(installed().join("python/bin/python"));
    command.arg(Path::new(SCRIPTS).join("python").join(script));
    Ok(command)
}

/// Returns the command that runs a script of the TypeScript SDK, or what is missing.
pub(crate) fn typescript(name: &str) -> Result<Command, &'static str> {
    let folder = installed().join("typescript");
    if !folder.join("node_modules/@modelcontextprotocol/client").is_dir() {
        return Err("the TypeScript SDK is missing");
    }
    // Node.js resolves modules from the script's folder. Concurrent tests may copy the script too, so the copy is
    // atomic.
    let (script, own) = (folder.join(name), format!("{}-{:?}", std::process::id(), std::thread::current().id()));
    let copy = folder.join(own);
    fs::copy(Path::new(SCRIPTS).join("typescript").join(name), &copy).unwrap();
    fs::rename(copy, &script).unwrap();
    // If Node.js is missing or old, `.ci/clients` installs one next to Python.
    let brought = installed().join("python/bin/node");
    let mut command = Command::new(if brought.is_file() { brought.as_path() } else { Path::new("node") });
    command.arg(script);
    Ok(command)
}

/// The official SDKs whose clients step up.
#[derive(Clone, Copy)]
enum Client {
    Python,
    TypeScript,
}

impl Client {
    fn flow(self) -> Result<Command, &'static str> {
        match self {
            Self::Python => python("flow.py"),
            Self::TypeScript => typescript("flow.mjs"),
        }
    }
}

/// Reports a skipped test, or panics where tests must not be skipped.
pub(crate) fn skip(missing: &str) {
    let help = "run .ci/clients";
    assert!(env::var_os("MCP_SCOPES_CLIENT_TEST").is_none_or(|value| value != "required"), "{missing}; {help}");
    eprintln!("SKIPPED: {missing}; {help}");
}

/// Runs a client against one server.
fn report(mut command: Command, served: &Served, mode: &str) -> Report {
    let output = command.args([&*served.resource, mode]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    let last = out.lines().next_back().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {out}\n{err}"))
}

fn all_the_way(client: Client, mode: &str, version: &str, discovery: &str) {
    let command = match client.flow() {
        Ok(command) => command,
        Err(missing) => return skip(missing),
    };
    let served = Served::start(&["--discovery", discovery]);
    let report = report(command, &served, mode);
    judge(&report, &served.resource, version, discovery, None);
}

/// Runs a client against a server whose 401 has a second challenge, for `DPoP`. The client goes the same way as without it. Its HTTP
/// library separates the two headers, or joins them.
fn all_the_way_beside_dpop(client: Client, mode: &str, version: &str, joins: bool) {
    let command = match client.flow() {
        Ok(command) => command,
        Err(missing) => return skip(missing),
    };
    let served = Served::start(&["--dpop"]);
    let report = report(command, &served, mode);
    let both = both_challenges(&served.resource);
    let seen = if joins { vec![both.join(", ")] } else { both.to_vec() };
    judge(&report, &served.resource, version, "baseline", Some(seen));
}

/// `unauthorized` are the challenges of the 401 as the client sees them. Default: that of `Bearer` alone.
fn judge(report: &Report, resource: &str, version: &str, discovery: &str, unauthorized: Option<Vec<String>>) {
    let all = ["count_notes", "delete_note", "list_notes", "read_note", "write_note"];
    let shown = if discovery == "filtered" { &["count_notes", "list_notes", "read_note"][..] } else { &all };
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let schemes = json!([{"type": "oauth2", "scopes": ["notes:read"]}]);
    let missing = (true, "unknown note `client`".to_owned(), Value::Null);
    let sentence =
        "`delete_note` allows 5 calls in one session, and this would be one more; continue without it or ask a person";
    let denial = json!({"reason": "max_calls_per_session", "tool": "delete_note", "limit": 5});
    let expected = Told {
        version: version.to_owned(),
        count: "2".to_owned(),
        list: "lunch\nwelcome".to_owned(),
        tools: texts(shown),
        // Both clients drop unknown members of a tool, and keep those of `_meta`.
        schemes: [Value::Null, schemes],
        write: "wrote `client`".to_owned(),
        read: "was here".to_owned(),
        delete: "deleted `client`".to_owned(),
        errors: [vec![missing; 4], vec![(true, sentence.to_owned(), denial)]].concat(),
        list_is_unchanged: true,
        tools_in_the_end: texts(&all),
    };
    assert_eq!(report.told, expected);
    // Each step requests the scopes of the previous one and those of the challenge.
    assert_eq!(report.asked, ["notes:read", "notes:read notes:write", "notes:read notes:write notes:admin"]);

    let document = resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let challenged =
        |scope: &str, error: &str| format!("Bearer scope=\"{scope}\"{error}, resource_metadata=\"{document}\"");
    let insufficient = ", error=\"insufficient_scope\"";
    // A GET requests a stream, which a server without sessions does not have.
    let refusals: Vec<(u16, &[String])> = (report.exchanges.iter())
        .filter(|exchange| exchange.status >= 400 && (&*exchange.method, exchange.status) != ("GET", 405))
        .map(|exchange| (exchange.status, &*exchange.challenges))
        .collect();
    let expected = [
        (401, unauthorized.unwrap_or_else(|| vec![challenged("notes:read", "")])),
        (403, vec![challenged("notes:write", insufficient)]),
        (403, vec![challenged("notes:admin", insufficient)]),
    ];
    let expected: Vec<(u16, &[String])> =
        expected.iter().map(|(status, challenges)| (*status, &**challenges)).collect();
    assert_eq!(refusals, expected, "{:#?}", report.exchanges);
    // The client followed the URL in the challenge immediately, and guessed none.
    let asked = report.exchanges.iter().skip_while(|exchange| exchange.status != 401).nth(1).unwrap();
    assert_eq!((&*asked.method, &*asked.url), ("GET", &*document), "{:#?}", report.exchanges);
    let mut versions = BTreeMap::new();
    let calls = || report.exchanges.iter().filter(|exchange| exchange.url == resource);
    for exchange in calls() {
        *versions.entry(exchange.version.as_deref()).or_insert(0) += 1;
    }
    // A handshake has no version yet, and neither has the attempt before it, which got 401.
    versions.remove(&None);
    // Tools were called with plain tokens.
    let schemes: BTreeSet<_> = calls().map(|exchange| exchange.scheme.as_deref()).collect();
    assert_eq!(schemes, BTreeSet::from([None, Some("Bearer")]), "{:#?}", report.exchanges);
    assert_eq!(versions.into_keys().collect::<Vec<_>>(), [Some(version)], "{:#?}", report.exchanges);
}

#[test]
fn the_python_sdk_steps_up_on_2025_11_25() {
    all_the_way(Client::Python, "legacy", "2025-11-25", "baseline");
}

#[test]
fn the_python_sdk_steps_up_on_2026_07_28() {
    all_the_way(Client::Python, "auto", "2026-07-28", "baseline");
}

#[test]
fn the_python_sdk_steps_up_to_hidden_tools() {
    all_the_way(Client::Python, "legacy", "2025-11-25", "filtered");
    all_the_way(Client::Python, "auto", "2026-07-28", "filtered");
}

#[test]
fn the_typescript_sdk_steps_up_on_2025_11_25() {
    all_the_way(Client::TypeScript, "legacy", "2025-11-25", "baseline");
}

#[test]
fn the_typescript_sdk_steps_up_on_2026_07_28() {
    all_the_way(Client::TypeScript, "auto", "2026-07-28", "baseline");
}

#[test]
fn the_typescript_sdk_steps_up_to_hidden_tools() {
    all_the_way(Client::TypeScript, "legacy", "2025-11-25", "filtered");
    all_the_way(Client::TypeScript, "auto", "2026-07-28", "filtered");
}

#[test]
fn the_python_sdk_reads_the_first_of_two_challenges() {
    // `httpx` joins headers when one is read by its name, and the script records them separately.
    all_the_way_beside_dpop(Client::Python, "legacy", "2025-11-25", false);
    all_the_way_beside_dpop(Client::Python, "auto", "2026-07-28", false);
}

#[test]
fn the_typescript_sdk_reads_the_first_of_two_challenges() {
    all_the_way_beside_dpop(Client::TypeScript, "legacy", "2025-11-25", true);
    all_the_way_beside_dpop(Client::TypeScript, "auto", "2026-07-28", true);
}
