//! The writer of SARIF: whatever was found, what is written is JSON with the members that the standard asks for.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mcp_scopes_build::{
    Edit, Finding, Fix, Report, Suppression, SuppressionKind,
    lint::{Documents, RULES},
    source::{Place, Position},
};
use serde_json::Value;

/// A report that nobody would write.
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
    suppression: Option<(bool, String)>,
}

fuzz_target!(|input: Input| {
    let mut report: Report = Documents::new().lint("a b/document.json", input.document.as_bytes());
    report.findings.extend(input.found.into_iter().map(finding));
    let (suppressed, findings): (Vec<_>, Vec<_>) =
        report.findings.into_iter().partition(|finding| finding.suppression.is_some());
    report.findings = findings;
    report.suppressed = suppressed;
    let text = mcp_scopes_cli::sarif(&report, input.baseline).expect("a report can be written");
    let sarif: Value = serde_json::from_str(&text).expect("it is JSON");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("it has results");
    assert_eq!(results.len(), report.findings.len() + report.suppressed.len());
    for result in results {
        assert!(result["message"]["text"].is_string());
        let rule = usize::try_from(result["ruleIndex"].as_i64().expect("it has a rule")).expect("which is listed");
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
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
    finding.suppression = found.suppression.map(|(comment, reason)| Suppression {
        kind: if comment { SuppressionKind::Comment } else { SuppressionKind::Baseline },
        reason,
    });
    finding
}
