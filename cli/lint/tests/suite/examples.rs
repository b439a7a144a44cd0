//! Lints our own examples, and a real server's tools with their hints.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::Path,
};

use mcp_scopes_lint::Overrides;
use mcp_scopes_prm::json::Json;
use mcp_scopes_scan::{Report, Scan};

/// `examples/brokerage` has findings on purpose, and tests them itself.
#[test]
fn our_examples_have_no_findings() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for (example, suppressed) in [
        ("files", 1),
        ("policies", 0),
        ("rmcp-files", 1),
        ("build-script", 0),
        ("secured-axum", 0),
        ("secured-rmcp", 0),
    ] {
        let report = mcp_scopes_lint::lint(&Scan::new(examples.join(example)), &Overrides::new()).unwrap();
        assert!(report.annotated() > 0, "`{example}` has no tools");
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        assert_eq!(report.suppressed.len(), suppressed, "{:#?}", report.suppressed);
    }
}

/// The server of this example authorizes each call itself, which a comment at its transport states.
#[test]
fn the_brokerage_states_what_protects_its_transport() {
    let brokerage = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/brokerage");
    let report = mcp_scopes_lint::lint(&Scan::new(brokerage), &Overrides::new()).unwrap();
    let of_transports = |findings: &[mcp_scopes_scan::Finding]| {
        findings.iter().filter(|finding| finding.rule == "unguarded-transport").count()
    };
    assert_eq!((of_transports(&report.findings), of_transports(&report.suppressed)), (0, 1));
}

/// The numbers on the pages of the rules about risk, hints and chains. We assigned the risks: medium for private data
/// and changes, high for trades and destructive actions.
#[test]
fn a_real_servers_hints_raise_few_findings() {
    let Some(folder) = env::var_os("MCP_SCOPES_CORPUS") else {
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: set MCP_SCOPES_CORPUS to the folder of `brokerage_tools.json` to run this"
        );
        return;
    };
    let text = fs::read_to_string(Path::new(&folder).join("brokerage_tools.json")).expect("the corpus is readable");
    let corpus = Json::parse(&text).expect("the corpus is JSON");
    let Some(Json::Array(tools)) = corpus.get("tools") else { panic!("the corpus has tools") };
    assert_eq!(tools.len(), 163);
    let report = lint(tools);
    assert_eq!(report.annotated(), tools.len());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(finding.rule).or_default() += 1;
    }
    let count = |rule: &str| counts.get(rule).copied().unwrap_or_default();
    for (rule, expected) in [
        ("read-only-hint", 0),
        ("destructive-hint", 0),
        ("sandbox-allow", 0),
        ("escalation-chain", 0),
        ("risky-name", 3),
        ("destructive-approval", 3),
        // Without a baseline, clients request every scope.
        ("exfiltration-chain", 1),
    ] {
        assert_eq!(count(rule), expected, "{rule}: {:#?}", report.findings);
    }
}

fn lint(tools: &[Json]) -> Report {
    let mut source = "use mcp_scopes::{mcp_tool, mcp_tools, scope_table};\nuse rmcp::{tool, tool_router};\n\n\
                      pub struct Server;\n\n#[mcp_tools]\n#[tool_router]\nimpl Server {\n"
        .to_owned();
    for tool in tools {
        let text = |name: &str| tool.get(name).and_then(Json::as_str).expect("a text");
        let hint = |name: &str| *tool.get(name).expect("a hint") == Json::Bool(true);
        let (scope, reads, destroys) = (text("scope"), hint("read_only"), hint("destructive"));
        let risk = match (reads, scope) {
            (true, "general" | "watchlist") => "low",
            (false, "trade.write") if destroys => "high",
            _ => "medium",
        };
        write!(
            source,
            "    /// {}\n    #[mcp_tool(scope = \"{scope}\", risk = \"{risk}\", sandbox = \"{}\")]\n    \
             #[tool(annotations(read_only_hint = {reads}, destructive_hint = {destroys}, open_world_hint = {}))]\n    \
             pub async fn {}(&self) {{}}\n",
            text("title"),
            if reads { "allow" } else { "deny" },
            hint("open_world"),
            text("name"),
        )
        .unwrap();
    }
    source.push_str("}\n\nscope_table! {\n    pub static TOOLS = [Server::*];\n}\n");
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let manifest = "[package]\nname = \"tools\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmcp-scopes = \"0.1\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join("src/lib.rs"), source).unwrap();
    mcp_scopes_lint::lint(&Scan::new(folder.path()), &Overrides::new()).unwrap()
}
