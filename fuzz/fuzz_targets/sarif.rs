//! The SARIF output. For arbitrary findings it matches the official schema and names only rules that it describes.
#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use jsonschema::Validator;
use libfuzzer_sys::fuzz_target;
use mcp_scopes_lint::{Documents, RULES};
use mcp_scopes_scan::{
    Edit, Finding, Fix, Report, Suppression, SuppressionKind,
    source::{Place, Position},
};
use serde_json::Value;

/// An arbitrary report.
#[derive(Arbitrary, Debug)]
struct Input {
    document: String,
    found: Vec<Found>,
    baseline: bool,
}

#[derive(Arbitrary, Debug)]
struct Found {
    rule: u8,
    error: bool,
    message: String,
    help: String,
    subject: String,
    file: Option<String>,
    place: (u32, u32, u32, u32),
    edit: Option<(usize, usize, String)>,
    suppression: Option<(bool, String, Option<String>)>,
}

/// The official schema.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema =
        serde_json::from_str(include_str!("../../cli/tests/data/sarif-schema-2.1.0.json")).expect("it is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
});

/// The written descriptions of all rules, which match the schema, and their ids. They have 300 kB, so the target validates them
/// only once.
static RULES_TEXT: LazyLock<(String, Vec<String>)> = LazyLock::new(|| {
    let text = mcp_scopes_cli::sarif(&Report::default(), false).expect("a report can be written");
    let sarif: Value = serde_json::from_str(&text).expect("it is JSON");
    assert!(SCHEMA.is_valid(&sarif));
    let rules = &sarif["runs"][0]["tool"]["driver"]["rules"];
    let ids = rules
        .as_array()
        .expect("rules are listed")
        .iter()
        .map(|rule| rule["id"].as_str().expect("with ids").to_owned());
    let key = "\"rules\": ";
    let start = text.find(key).expect("there is one tool") + key.len();
    // The text is indented: the list ends at the next line with the indentation of its start.
    let line = text[..start].rfind('\n').expect("it is indented") + 1;
    let indent: String = text[line..].chars().take_while(|character| *character == ' ').collect();
    let close = format!("\n{indent}]");
    let end = start + text[start..].find(&close).expect("the list ends") + close.len();
    (text[start..end].to_owned(), ids.collect())
});

fuzz_target!(|input: Input| {
    let mut report: Report = Documents::new().lint("a b/document.json", input.document.as_bytes());
    report.findings.extend(input.found.into_iter().map(finding));
    let (suppressed, findings): (Vec<_>, Vec<_>) =
        report.findings.into_iter().partition(|finding| finding.suppression.is_some());
    report.findings = findings;
    report.suppressed = suppressed;
    let text = mcp_scopes_cli::sarif(&report, input.baseline).expect("a report can be written");
    let text = text.replacen(&RULES_TEXT.0, "[]", 1);
    let sarif: Value = serde_json::from_str(&text).expect("it is JSON");
    if let Err(error) = SCHEMA.validate(&sarif) {
        panic!("{error} at {}: {sarif}", error.instance_path());
    }
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"], Value::Array(Vec::new()), "the descriptions of rules differ");
    let results = run["results"].as_array().expect("it has results");
    assert_eq!(results.len(), report.findings.len() + report.suppressed.len());
    for result in results {
        assert!(result["message"]["text"].is_string());
        let rule = usize::try_from(result["ruleIndex"].as_i64().expect("it has a rule")).expect("a valid index");
        assert_eq!(RULES_TEXT.1[rule], result["ruleId"]);
        let Some(place) = result.pointer("/locations/0/physicalLocation") else { continue };
        let uri = place["artifactLocation"]["uri"].as_str().expect("a place has a file");
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
        for number in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][number].as_i64().is_some_and(|number| number >= 1), "{place}");
        }
    }
});

fn finding(found: Found) -> Finding {
    let rule = RULES[usize::from(found.rule) % RULES.len()].id;
    let of = if found.error { Finding::error } else { Finding::warning };
    let (line, column, end_line, end_column) = found.place;
    let from_one = |line: u32, column: u32| Position { line: line.max(1), column: column.max(1) };
    let place = found.file.map(|file| Place {
        file: file.into(),
        start: from_one(line, column),
        end: from_one(end_line, end_column),
    });
    let mut finding = of(rule, found.message).help(found.help).about(found.subject).at(place);
    finding.fingerprint = "0".repeat(32);
    finding.fix = found.edit.map(|(start, end, text)| {
        let mut fix = Fix::safe(text.clone());
        fix.edits = vec![Edit { file: "a b/document.json".into(), range: start..end, text }];
        fix
    });
    finding.suppression = found.suppression.map(|(comment, reason, until)| Suppression {
        kind: if comment { SuppressionKind::Comment } else { SuppressionKind::Baseline },
        reason,
        until,
    });
    finding
}
