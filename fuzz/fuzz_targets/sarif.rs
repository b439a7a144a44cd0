//! The SARIF output. For arbitrary findings it matches the official schema, and describes the rules that it names and no others.
#![no_main]

use std::{collections::HashSet, sync::LazyLock};

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

fuzz_target!(|input: Input| {
    let mut report: Report = Documents::new().lint("a b/document.json", input.document.as_bytes());
    report.findings.extend(input.found.into_iter().map(finding));
    let (suppressed, findings): (Vec<_>, Vec<_>) =
        report.findings.into_iter().partition(|finding| finding.suppression.is_some());
    report.findings = findings;
    report.suppressed = suppressed;
    let text = mcp_scopes_cli::sarif(&report, input.baseline).expect("a report can be written");
    let sarif: Value = serde_json::from_str(&text).expect("it is JSON");
    if let Err(error) = SCHEMA.validate(&sarif) {
        panic!("{error} at {}: {sarif}", error.instance_path());
    }
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules are listed");
    let results = run["results"].as_array().expect("it has results");
    assert_eq!(results.len(), report.findings.len() + report.suppressed.len());
    // No rule is described that no result names.
    let named: HashSet<_> = results.iter().filter_map(|result| result["ruleIndex"].as_u64()).collect();
    assert_eq!(named.len(), rules.len());
    for result in results {
        assert!(result["message"]["text"].is_string());
        let rule = usize::try_from(result["ruleIndex"].as_i64().expect("it has a rule")).expect("a valid index");
        assert_eq!(rules[rule]["id"], result["ruleId"]);
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
