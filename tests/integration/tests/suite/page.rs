//! Opens the page of `mcp-scopes docs` in headless Chromium. Selected scopes show the tools that the runtime table
//! opens for such a grant.
//!
//! The test needs Node.js, Chromium, and `npm ci` in `tests/page`. If one is missing, the test prints a message and
//! passes, unless `MCP_SCOPES_PAGE_TEST` is `required`, as in CI.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use mcp_scopes::ScopeTable;
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../page");

/// Returns the tools that the test needs, or the name of a missing one.
fn find_chromium() -> Result<PathBuf, &'static str> {
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

/// The expected results, from the runtime table.
fn expected(table: &'static ScopeTable, scopes: &[&str], claims: &[&str]) -> Value {
    let grants: Vec<Value> = (scopes.iter())
        .map(|scope| {
            let opens: Vec<&str> = table.grant(scope).visible().map(|tool| tool.tool().name).collect();
            json!({"scope": scope, "opens": opens})
        })
        .collect();
    json!({"tools": table.tools().len(), "grants": grants, "claims": claims})
}

fn in_workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn try_page(chromium: &Path, source: &Path, expected: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let (page, facts) = (folder.path().join("page.html"), folder.path().join("expected.json"));
    let words = ["mcp-scopes".as_ref(), "docs".as_ref(), source.as_os_str(), "--output".as_ref(), page.as_os_str()];
    assert_eq!(mcp_scopes_cli::run(words.map(ToOwned::to_owned)), ExitCode::SUCCESS);
    fs::write(&facts, expected.to_string()).unwrap();
    let script = Path::new(FOLDER).join("page.mjs");
    let output = Command::new("node").arg(script).args([&page, &facts]).arg(chromium).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.ends_with("all hold\n"), "{out}{err}");
    eprint!("{out}");
}

/// Returns the path of the browser, or `None` after a message if the test is skipped.
fn chromium() -> Option<PathBuf> {
    let missing = match find_chromium() {
        Ok(chromium) => return Some(chromium),
        Err(missing) => missing,
    };
    assert!(env::var_os("MCP_SCOPES_PAGE_TEST").is_none_or(|value| value != "required"), "{missing}");
    eprintln!("SKIPPED: the page of `mcp-scopes docs` was not opened in a browser: {missing}");
    None
}

#[test]
fn matches_the_table_on_the_page() {
    let Some(chromium) = chromium() else { return };
    let scopes = [
        "",
        "general",
        "trade.write",
        "trade.read",
        "account.read",
        "watchlist account.read",
        "trade.read general watchlist",
    ];
    try_page(&chromium, &in_workspace("examples/brokerage"), &expected(&brokerage::TOOLS, &scopes, &["all"]));
    // Alternatives of several scopes, and a public tool.
    let all: Vec<&str> = fixture_every_key::TOOLS.scopes().collect();
    let pairs = |(place, a)| all.iter().skip(place + 1).map(move |b: &&str| format!("{a} {b}"));
    let pairs: Vec<String> = all.iter().enumerate().flat_map(pairs).collect();
    let mut scopes = all.clone();
    scopes.extend(pairs.iter().map(String::as_str));
    scopes.push("");
    assert!(fixture_every_key::TOOLS.anonymous().visible().next().is_some(), "no tool is public");
    assert!(fixture_every_key::TOOLS.tools().any(|tool| tool.alternatives().count() > 1), "no tool has alternatives");
    let claims = [
        "ticked scopes show what the runtime opens",
        "the matrix marks what each scope opens alone",
        "ticked scopes are a token to copy, and unknown scopes are named",
        "a token without scopes opens the public tools",
    ];
    let expected = expected(&fixture_every_key::TOOLS, &scopes, &claims);
    try_page(&chromium, &in_workspace("tests/fixtures/every-key"), &expected);
}

/// A server of 163 tools behind 48 scopes with one long prefix, 16 times the areas of `read`, `write` and `admin`.
fn large_server(prefix: &str) -> Value {
    let scope = |area: usize, action: &str| format!("{prefix}area{area:02}.{action}");
    let kinds = [
        ("list", "read", "low", "Returns one page of results and the cursor of the next."),
        ("get", "read", "low", "Fails if the object does not exist or the caller cannot see it."),
        ("search", "read", "minimal", "The result is sorted by time and filtered by the permissions of the caller."),
        ("create", "write", "medium", "Needs a name."),
        ("update", "write", "medium", "Changes only the members that are stated."),
        ("comment_on", "write", "medium", "Notifies everyone who takes part."),
        ("archive", "write", "high", "The object stays readable."),
        ("export", "read", "medium", "Writes all objects to a file of the caller."),
        (
            "delete",
            "admin",
            "high",
            "This cannot be undone, and dependants of the object are removed as well; ask the user first.",
        ),
        ("transfer", "admin", "critical", "The new owner can lock the caller out."),
        ("merge", "admin", "high", ""),
    ];
    let tools = kinds.iter().flat_map(|kind| (0..16).map(move |area| (area, kind)));
    let tools: serde_json::Map<String, Value> = (tools.take(163))
        .map(|(area, (verb, action, risk, about))| {
            let all = ["owner", "repository", "page", "per_page", "query", "labels"];
            let parameters: Vec<&str> = all.into_iter().take(area % 7).collect();
            let entry = json!({
                "description": format!("{verb} objects of area {area}. {about}"),
                "risk_level": risk,
                "required_scopes": [[scope(area, action)]],
                "requires_user_approval": matches!(*risk, "high" | "critical"),
                "auto_approvable": matches!(*risk, "low" | "minimal"),
                "parameters": parameters,
            });
            (format!("{verb}_area{area:02}_objects"), entry)
        })
        .collect();
    let implied =
        |area| [(scope(area, "admin"), [scope(area, "write")]), (scope(area, "write"), [scope(area, "read")])];
    let hierarchy: serde_json::Map<String, Value> =
        (0..16).flat_map(implied).map(|(scope, implied)| (scope, json!(implied))).collect();
    json!({
        "resource": "https://tools.example.com/mcp",
        "resource_name": "Platform",
        "authorization_servers": ["https://auth.example.com"],
        "scopes_supported": [scope(0, "read")],
        "mcp_extensions": {
            "tool_scope_mapping": tools,
            "resource_scope_mapping": {
                "logs://area03/*": {
                    "description": "What happened to the objects of area 3", "risk_level": "low", "required_scopes": [[scope(3, "read")]],
                },
                "logs://area04/{day}/entries/{number}/of/a/very/long/template/of/uris": {
                    "risk_level": "medium", "required_scopes": [[scope(4, "read"), scope(4, "admin")], [scope(5, "admin")]],
                },
                "docs://*": { "risk_level": "minimal", "public": true },
            },
            "prompt_scope_mapping": {
                "review": { "risk_level": "high", "required_scopes": [[scope(3, "write")]] },
                "hello": { "authenticated": true },
            },
            "scope_hierarchy": hierarchy,
            "scope_upgrade_flows": {
                "author": [scope(0, "read"), scope(1, "read"), scope(0, "write"), scope(1, "write"), scope(2, "write")],
                "operator": [scope(0, "read"), scope(0, "admin")],
            },
            "tool_interaction_policies": {
                "delete_area00_objects": { "blocked_after": ["search_area01_objects"], "max_calls_per_session": 1 },
            },
        },
    })
}

#[test]
fn prints_and_abbreviates_a_page_of_163_tools() {
    let Some(chromium) = chromium() else { return };
    let prefix = "https://api.example.com/auth/platform.";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metadata.json");
    fs::write(&file, large_server(prefix).to_string()).unwrap();
    let opens = |verbs: &[&str]| verbs.iter().map(|verb| format!("{verb}_area03_objects")).collect::<Vec<_>>();
    let write = ["list", "get", "search", "export", "create", "update", "comment_on", "archive"];
    let expected = json!({
        "tools": 163,
        "grants": [{"scope": format!("{prefix}area03.write"), "opens": opens(&write)}],
        "prefix": prefix,
        "pages": 11,
        "contents": {"all": 5, "opens": ["logs://area03/*", "docs://*", "review", "hello"]},
        "claims": [
            "resources and prompts are filtered like tools",
            "long common prefixes of scopes are shortened",
            "a print of all tools has at most the expected number of pages",
            "the header is aligned with the content, and nothing is cut without a cue",
            "flows are stacked on a telephone and side by side in a window",
        ],
    });
    try_page(&chromium, &file, &expected);
}

#[test]
fn handles_a_page_of_two_thousand_tools() {
    let Some(chromium) = chromium() else { return };
    let scope = |number: usize| format!("area{:02}:{}", number % 40 / 2, ["read", "write"][number % 2]);
    let tools: Vec<(String, String)> = (0..2_000).map(|tool| (format!("tool_{tool}"), scope(tool))).collect();
    let entries: serde_json::Map<String, Value> = tools
        .iter()
        .map(|(tool, scope)| {
            let entry = json!({"description": "One of very many", "risk_level": "low", "required_scopes": [[scope]]});
            (tool.clone(), entry)
        })
        .collect();
    let document = json!({
        "resource": "https://tools.example.com/mcp",
        "authorization_servers": ["https://auth.example.com"],
        "scopes_supported": [scope(0)],
        "mcp_extensions": {
            "tool_scope_mapping": entries,
            "scope_hierarchy": { "area00:write": ["area00:read"] },
        },
    });
    let opens = |scopes: &[&str]| -> Vec<&str> {
        tools.iter().filter(|(_, scope)| scopes.contains(&scope.as_str())).map(|(tool, _)| tool.as_str()).collect()
    };
    let expected = json!({
        "tools": tools.len(),
        "grants": [
            {"scope": "area07:read", "opens": opens(&["area07:read"])},
            {"scope": "area00:write", "opens": opens(&["area00:write", "area00:read"])},
        ],
        "claims": ["a page of very many tools can be used"],
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metadata.json");
    fs::write(&file, document.to_string()).unwrap();
    try_page(&chromium, &file, &expected);
}
