//! The bytes that a document may have, and the places of its findings.

use std::io::Read;

use mcp_scopes_lint::{Documents, Overrides, Setting, lint_model::Profile};
use mcp_scopes_scan::{Level, Report};

fn lint(bytes: &[u8]) -> Report {
    Documents::new().lint("a.json", bytes)
}

/// Returns `rule line:column` of each finding at error level.
fn errors(report: &Report) -> Vec<String> {
    let errors = report.findings.iter().filter(|finding| finding.level == Level::Error);
    let shown = errors.map(|finding| {
        let start = finding.place.as_ref().expect("a place").start;
        format!("{} {}:{}", finding.rule, start.line, start.column)
    });
    shown.collect()
}

const HEAD: &str = r#""resource": "https://h", "authorization_servers": ["https://a"]"#;

#[test]
fn reports_errors_for_malformed_documents() {
    let deep = "[".repeat(10_000);
    let long = format!(r#"{{{HEAD}, "scopes_supported": ["{}"]}}"#, "x".repeat(1 << 20));
    for (bytes, expected) in [
        (&b""[..], vec!["not-json 1:1"]),
        (b"null", vec!["wrong-type 1:1"]),
        (b"[]", vec!["wrong-type 1:1"]),
        (b"{}", vec!["missing-authorization-server 1:1", "missing-resource 1:1"]),
        (b"\xef\xbb\xbf{}", vec!["not-json 1:1"]),
        (b"{\n \"a\": \"\xff\"}", vec!["not-json 2:8"]),
        (b"{\"a\": \"\x1b[31m\"}", vec!["not-json 1:8"]),
        (deep.as_bytes(), vec!["not-json 1:129"]),
        (
            b"{\r\n\"resource\": 1,\r\n\"resource\": 2}",
            vec!["missing-authorization-server 1:1", "wrong-type 2:1", "duplicate-member 3:1"],
        ),
        (long.as_bytes(), vec![]),
    ] {
        let report = lint(bytes);
        assert_eq!(errors(&report), expected, "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
        assert_eq!(report.documents, 1);
    }
}

/// An oversized document is not kept in memory.
#[test]
fn rejects_documents_that_are_too_large() {
    let report = Documents::new().lint_reader("<stdin>", std::io::repeat(b' ')).unwrap();
    assert_eq!(errors(&report), ["not-json 1:1"]);
    assert!(report.findings[0].message.contains("larger than"));
    assert!(Documents::new().lint_reader("<stdin>", Broken).is_err());
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("gone"))
    }
}

#[test]
fn findings_point_to_members_and_elements() {
    let text = format!(
        "{{{HEAD},\n  \"scopes_supported\": [\"files:read\", \"a b\"],\n  \"mcp_extensions\": {{\"tool_scope_mapping\": {{\n    \
         \"drop_\u{e9}\": {{\"risk_level\": \"low\", \"required_scopes\": [[\"x\"], []]}}}}}}}}"
    );
    assert_eq!(errors(&lint(text.as_bytes())), ["scope-syntax 2:38", "no-scope 4:64"]);
    let report = lint(text.as_bytes());
    let risky = report.findings.iter().find(|finding| finding.rule == "risky-name").expect("it drops");
    assert_eq!(
        report.sources.text("a.json").unwrap().get(report.sources.range(risky.place.as_ref().unwrap()).unwrap()),
        Some("\"risk_level\"")
    );
}

/// Levels apply to documents as they do to source.
#[test]
fn applies_levels_to_documents() {
    let text = br#"{"resource": "http://h"}"#;
    let set = |name, setting| Documents::new().overrides(Overrides::new().set(name, setting).unwrap());
    assert_eq!(errors(&lint(text)), ["missing-authorization-server 1:1", "resource-not-https 1:2"]);
    assert_eq!(errors(&set("document", Setting::Warn).lint("a.json", text)), [""; 0]);
    let profile = Documents::new().profile(Profile::Rfc9728);
    assert_eq!(errors(&profile.lint("a.json", text)), ["resource-not-https 1:2"]);
    // The finding for a document that cannot be parsed is never just a warning.
    assert_eq!(errors(&set("not-json", Setting::Warn).lint("a.json", b"{")), ["not-json 1:2"]);
}

fn help_of(text: &str, rule: &str) -> String {
    let report = Documents::new().lint("a.json", text.as_bytes());
    let found = report.findings.iter().find(|finding| finding.rule == rule);
    found.unwrap_or_else(|| panic!("no {rule}: {:#?}", report.findings)).help.clone()
}

#[test]
fn never_advises_to_remove_a_required_member() {
    let text = r#"{"resource": "https://a.example.com/mcp", "authorization_servers": []}"#;
    assert!(help_of(text, "empty-member").starts_with("name the issuer"), "{}", help_of(text, "empty-member"));
    // RFC 9728 alone does not require the member.
    let report = Documents::new().profile(Profile::Rfc9728).lint("a.json", text.as_bytes());
    let empty = report.findings.iter().find(|finding| finding.rule == "empty-member").unwrap();
    assert!(empty.help == "remove the member" && empty.fix.is_some(), "{empty:?}");
}

#[test]
fn never_advises_to_require_a_reserved_scope() {
    let text = r#"{"resource": "https://a.example.com/mcp", "authorization_servers": ["https://b.example.com"],
        "scopes_supported": ["files:list", "openid"],
        "mcp_extensions": {"tool_scope_mapping": {"list": {"risk_level": "low", "required_scopes": [["files:list"]]}}}}"#;
    assert_eq!(help_of(text, "advertised-unused-scope"), "remove it from `scopes_supported`");
    let custom = text.replace("openid", "files:all");
    assert!(help_of(&custom, "advertised-unused-scope").ends_with("or require it on a tool"));
}
