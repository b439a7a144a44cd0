//! Suppression comments.

use std::fs;

use mcp_scopes_lint::Overrides;
use mcp_scopes_scan::{Level, Report, Scan, SuppressionKind};

const MANIFEST: &str = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\n[dependencies]\nmcp-scopes = \"0.1\"\n";

fn lint(source: &str, config: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
    fs::write(folder.path().join("mcp-scopes.toml"), config).unwrap();
    let head = "use mcp_scopes::{mcp_tool, scope_table};\n\n";
    let table = "\nscope_table! { pub static TOOLS = [drop_table] with \"mcp-scopes.toml\"; }\n";
    fs::write(folder.path().join("src/lib.rs"), format!("{head}{source}{table}")).unwrap();
    mcp_scopes_lint::lint(&Scan::new(folder.path()), &Overrides::new()).unwrap()
}

/// Returns the rules of the active findings, and of the suppressed ones.
fn rules(report: &Report) -> (Vec<&str>, Vec<&str>) {
    let rules = |findings: &'_ [mcp_scopes_scan::Finding]| findings.iter().map(|finding| finding.rule).collect();
    (rules(&report.findings), rules(&report.suppressed))
}

/// `$` marks the position of the comment.
const PLACES: [&str; 6] = [
    "$\n/// Drop\n#[mcp_tool(risk = \"low\")]\npub fn drop_table() {}\n",
    "/// Drop\n$\n#[mcp_tool(risk = \"low\")]\npub fn drop_table() {}\n",
    "/// Drop\n#[mcp_tool(risk = \"low\")] $\npub fn drop_table() {}\n",
    "/// Drop\n#[mcp_tool(\n    $\n    risk = \"low\",\n)]\npub fn drop_table() {}\n",
    "/// Drop\n#[mcp_tool(risk = \"low\")]\n$\npub fn drop_table() {}\n",
    "/// Drop\n#[mcp_tool(risk = \"low\")]\npub fn drop_table(\n    name: String,\n) -> bool { $\n    true\n}\n",
];

#[test]
fn comment_suppresses_findings_on_its_function() {
    for place in PLACES {
        let plain = lint(&place.replace('$', ""), "");
        assert_eq!(rules(&plain), (vec!["risky-name"], vec![]), "{place}");
        let report = lint(&place.replace('$', "// mcp-scopes: allow(risky-name) the table is temporary"), "");
        assert_eq!(rules(&report), (vec![], vec!["risky-name"]), "{place}: {:#?}", report.findings);
        let why = report.suppressed[0].suppression.as_ref().unwrap();
        assert_eq!((why.kind, why.reason.as_str()), (SuppressionKind::Comment, "the table is temporary"));
        assert!(!report.has_errors());
        // A suppressed finding keeps its fingerprint.
        assert_eq!(report.suppressed[0].fingerprint.len(), 32);
    }
}

#[test]
fn comment_elsewhere_suppresses_nothing() {
    for source in [
        "// mcp-scopes: allow(risky-name) why\npub fn other() {}\n#[mcp_tool(risk = \"low\")]\n/// Drop\npub fn drop_table() {}\n",
        "/// Drop\n#[mcp_tool(risk = \"low\")]\npub fn drop_table() {\n    // mcp-scopes: allow(risky-name) why\n}\n",
    ] {
        let report = lint(source, "");
        let (mut found, suppressed) = rules(&report);
        found.sort_unstable();
        assert_eq!((found, suppressed), (vec!["risky-name", "unused-suppression"], vec![]), "{source}");
    }
}

#[test]
fn rejects_malformed_comments_and_missing_reasons() {
    let source =
        |comment: &str| format!("// {comment}\n/// Drop\n#[mcp_tool(risk = \"low\")]\npub fn drop_table() {{}}\n");
    for (comment, help) in [
        ("mcp-scopes: allow(risky-name)", "write the reason after"),
        ("mcp-scopes: allow(risky-name) :", "write the reason after"),
        ("mcp-scopes: allow(risky-nmae) why", "did you mean `risky-name`?"),
        ("mcp-scopes: allow(risk) why", "name a rule"),
        ("mcp-scopes: allow() why", "name a rule"),
        ("mcp-scopes: allow risky-name", "write `mcp-scopes: allow(rule-id) reason`"),
        ("mcp-scopes: deny(risky-name) why", "write `mcp-scopes: allow(rule-id) reason`"),
        ("mcp-scopes: allow(undeclared-scope) why", "fix the error"),
        ("mcp-scopes: allow(unused-suppression) why", "write `mcp-scopes: allow(rule-id) reason`"),
    ] {
        let report = lint(&source(comment), "");
        assert_eq!(rules(&report), (vec!["suppression-syntax", "risky-name"], vec![]), "{comment}");
        assert!(report.findings[0].help.contains(help), "{comment}: {:?}", report.findings[0]);
        assert_eq!(report.findings[0].level, Level::Error);
    }
    let both = lint(&source("mcp-scopes: allow(risky-name, broad-scope) why"), "");
    assert_eq!(rules(&both), (vec!["unused-suppression"], vec!["risky-name"]));
    // A suppression of a rule that is off is not reported as unused.
    let off = lint(&source("mcp-scopes: allow(risky-name) why"), "[lint]\nrisky-name = \"allow\"\n");
    assert_eq!(rules(&off), (vec![], vec![]));
    let denied = lint(&source("mcp-scopes: allow(broad-scope) why"), "[lint]\ndrift = \"deny\"\n");
    assert!(denied.has_errors());
}

#[test]
fn suppresses_findings_in_the_configuration_file() {
    let source = "/// Drop\n#[mcp_tool(risk = \"high\", scope = \"db:drop\")]\npub fn drop_table() {}\n";
    let config =
        "[scopes]\n\"db:drop\" = { description = \"Drop\" }\n$\n\"db:old\" = { description = \"Old tokens\" }\n";
    assert_eq!(rules(&lint(source, &config.replace('$', ""))), (vec!["unused-scope"], vec![]));
    let allowed = lint(source, &config.replace('$', "# mcp-scopes: allow(unused-scope) old tokens hold it"));
    assert_eq!(rules(&allowed), (vec![], vec!["unused-scope"]));
}

#[test]
fn fingerprints_do_not_depend_on_lines() {
    let tool = "/// Drop\n#[mcp_tool(risk = \"low\")]\npub fn drop_table() {}\n";
    let first = lint(tool, "").findings;
    let moved = lint(&format!("/// Nothing.\npub fn nothing() {{}}\n\n{tool}"), "").findings;
    assert_ne!(first[0].place.as_ref().unwrap().start, moved[0].place.as_ref().unwrap().start);
    assert_eq!(first[0].fingerprint, moved[0].fingerprint);
    let other = lint(&tool.replace("drop_table", "drop_tables"), "").findings;
    assert!(other.iter().all(|finding| finding.fingerprint != first[0].fingerprint));
}
