//! Findings as one JSON object, version 1.
//!
//! ```json
//! {"version": 1,
//!  "findings": [{"rule": "risky-name", "level": "warning", "message": "..", "help": "..",
//!                "file": "src/main.rs", "line": 12, "column": 5, "subject": "drop_table"}],
//!  "summary": {"errors": 0, "warnings": 1}}
//! ```
//!
//! `level` is `error` or `warning`. `file` has slashes on every platform; `line` and `column` count from 1, columns in
//! characters. A finding about a package as a whole has `null` in all three. `help` and `subject` may be empty.

use mcp_scopes_build::{Finding, Level, Report};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Entry<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    level: &'static str,
    message: &'a str,
    help: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    subject: &'a str,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

/// The report as JSON, indented, with a line break at its end.
///
/// # Errors
/// None that a report can cause; serialization has the type.
pub(crate) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let document = Document {
        version: 1,
        findings: report.findings.iter().map(entry).collect(),
        summary: Summary { errors: report.count(Level::Error), warnings: report.count(Level::Warning) },
    };
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn entry(finding: &Finding) -> Entry<'_> {
    let place = finding.place.as_ref();
    Entry {
        rule: finding.rule,
        level: finding.level.as_str(),
        message: &finding.message,
        help: &finding.help,
        file: place.map(|place| &*place.file),
        line: place.map(|place| place.start.line),
        column: place.map(|place| place.start.column),
        subject: &finding.subject,
    }
}
