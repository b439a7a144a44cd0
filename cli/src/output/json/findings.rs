//! The published JSON of findings, version 1.
//!
//! ```json
//! {"version": 1, "tool": {"name": "mcp-scopes", "version": "0.1.0"},
//!  "findings": [{"rule": "risky-name", "category": "risk", "level": "warning", "message": "..", "help": "..",
//!                "file": "src/main.rs", "line": 12, "column": 5, "end_line": 12, "end_column": 15,
//!                "subject": "drop_table", "fingerprint": "8426..", "fix": null}],
//!  "suppressed": [],
//!  "summary": {"errors": 0, "warnings": 1, "suppressed": 0}}
//! ```
//!
//! `level` is `error` or `warning`. `file` has slashes on every platform. Lines and columns count from 1, columns in
//! characters, and `end_column` is the column after the last character. A finding about a package as a whole has `null`
//! in all five. `help` and `subject` may be empty. `category` is `null` for findings that only the compiler has a name
//! for. `examined` is only in the report of `doctor`. A suppressed finding also has a `suppression`. Later releases may add members to version 1, but never remove
//! one or change its meaning.
//! The schema is `cli/schemas/lint-v1.schema.json`; a test compares it with these types.

use mcp_scopes_scan::{Edit, SuppressionKind};
use serde::Serialize;

use super::{
    super::{
        diagnostic::{Diagnostic, Level, Subject},
        diagnostics::{Diagnostics, Examined},
    },
    THIS, ToolJson,
};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Findings of mcp-scopes lint, version 1"))]
pub(super) struct FindingsJson<'a> {
    /// The version of this format.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    version: u32,
    /// The program that wrote it.
    tool: ToolJson,
    /// The active findings, ordered by file and position.
    findings: Vec<FindingJson<'a>>,
    /// The findings that a comment or the baseline file suppresses.
    suppressed: Vec<Suppressed<'a>>,
    /// The number of findings.
    summary: Summary,
    /// The examination of a live server; only in the report of `doctor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    examined: Option<ExaminedJson<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Examined"))]
struct ExaminedJson<'a> {
    /// The address of the server.
    url: &'a str,
    /// The number of requests that were sent.
    requests: usize,
    /// What was not checked.
    not_checked: Vec<NotCheckedJson<'a>>,
    /// Facts that are no findings.
    notes: &'a [String],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NotChecked"))]
struct NotCheckedJson<'a> {
    /// What was not checked.
    what: &'a str,
    /// Why, and what to do.
    why: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Finding"))]
struct FindingJson<'a> {
    /// The id of the rule, or of a diagnostic of the compiler.
    rule: &'a str,
    /// The category of the rule; `null` for a diagnostic of the compiler.
    category: Option<&'static str>,
    /// The severity.
    #[cfg_attr(test, schemars(extend("enum" = ["error", "warning"])))]
    level: &'static str,
    /// The problem and its reason, in one line.
    message: &'a str,
    /// The correction; may be empty.
    help: &'a str,
    /// The file, with slashes; `null` for a finding about a package as a whole.
    file: Option<&'a str>,
    /// The line of the first character, from 1.
    line: Option<u32>,
    /// The column of the first character, from 1.
    column: Option<u32>,
    /// The line of the last character.
    end_line: Option<u32>,
    /// The column after the last character.
    end_column: Option<u32>,
    /// The tool, scope, role or member that it concerns; may be empty.
    subject: &'a str,
    /// A value that stays the same while lines move.
    fingerprint: &'a str,
    /// The automatic fix; `null` if there is none.
    fix: Option<Change<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Suppressed<'a> {
    #[serde(flatten)]
    finding: FindingJson<'a>,
    /// The suppression.
    suppression: Why<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Suppression"))]
struct Why<'a> {
    /// Where the suppression is written.
    #[cfg_attr(test, schemars(extend("enum" = ["comment", "baseline"])))]
    kind: &'static str,
    /// The reason stated there.
    reason: &'a str,
    /// The last day on which it applies, as `YYYY-MM-DD`; `null` for a comment.
    until: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Fix"))]
struct Change<'a> {
    /// Whether it can change the meaning of the file: `--fix` applies safe fixes, `--unsafe-fixes` all.
    #[cfg_attr(test, schemars(extend("enum" = ["safe", "unsafe"])))]
    safety: &'static str,
    /// A description, in one line.
    title: &'a str,
    /// The edits, which are applied together.
    edits: Vec<Replaced<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Edit"))]
struct Replaced<'a> {
    /// The file.
    file: &'a str,
    /// The offset of the first byte to replace. Source files are counted without a byte order mark and with LF for CRLF.
    start: usize,
    /// The offset after the last byte to replace.
    end: usize,
    /// The replacement text.
    text: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    /// Findings at error level.
    errors: usize,
    /// Findings at warning level.
    warnings: usize,
    /// Suppressed findings.
    suppressed: usize,
}

/// Returns the object for the findings of a run.
pub(super) fn document<'a>(diagnostics: &'a Diagnostics<'_>) -> FindingsJson<'a> {
    FindingsJson {
        version: 1,
        tool: THIS,
        findings: diagnostics.active.iter().map(entry).collect(),
        suppressed: diagnostics.suppressed.iter().filter_map(suppressed).collect(),
        summary: Summary {
            errors: diagnostics.count(Level::Error),
            warnings: diagnostics.count(Level::Warning),
            suppressed: diagnostics.suppressed.len(),
        },
        examined: diagnostics.examined.map(examined),
    }
}

fn examined(examined: Examined<'_>) -> ExaminedJson<'_> {
    let skipped = examined.skipped.iter();
    ExaminedJson {
        url: examined.url,
        requests: examined.requests,
        not_checked: skipped.map(|skipped| NotCheckedJson { what: &skipped.what, why: &skipped.why }).collect(),
        notes: examined.notes,
    }
}

fn entry<'a>(finding: &'a Diagnostic<'_>) -> FindingJson<'a> {
    // A program has no lines.
    let (place, text) = (finding.place.as_ref(), finding.text_place());
    let (Subject::Name(subject) | Subject::Pointer(subject)) = finding.subject;
    FindingJson {
        rule: finding.id,
        category: finding.category,
        level: finding.level.as_str(),
        message: finding.message,
        help: finding.help,
        file: place.map(|place| &*place.file),
        line: text.map(|place| place.start.line),
        column: text.map(|place| place.start.column),
        end_line: text.map(|place| place.end.line),
        end_column: text.map(|place| place.end.column),
        subject,
        fingerprint: &finding.fingerprint.digits,
        fix: finding.fix.map(|fix| Change {
            safety: fix.safety.as_str(),
            title: &fix.title,
            edits: fix.edits.iter().map(replaced).collect(),
        }),
    }
}

fn replaced(edit: &Edit) -> Replaced<'_> {
    Replaced { file: &edit.file, start: edit.range.start, end: edit.range.end, text: &edit.text }
}

fn suppressed<'a>(finding: &'a Diagnostic<'_>) -> Option<Suppressed<'a>> {
    let why = finding.suppression?;
    let kind = match why.kind {
        SuppressionKind::Comment => "comment",
        SuppressionKind::Baseline | SuppressionKind::Acceptance => "baseline",
    };
    let suppression = Why { kind, reason: &why.reason, until: why.until.as_deref() };
    Some(Suppressed { finding: entry(finding), suppression })
}

#[cfg(test)]
mod tests {
    use super::FindingsJson;

    /// Programs read this output, so existing members may not change. `MCP_SCOPES_BLESS=1` writes additions.
    #[test]
    fn the_schema_is_the_committed_one() {
        let schema = schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12().for_serialize())
            .into_root_schema_for::<FindingsJson<'static>>();
        crate::schemas::committed::compare("lint-v1.schema.json", &schema.to_value());
    }
}
