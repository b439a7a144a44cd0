//! Changes as a Markdown table, for a pull request or a job summary.

use std::fmt::Write as _;

use super::rows::{Level, Report, Row};
use crate::output::{
    finding::at,
    markup::{code, inline},
};

/// Renders a heading, a summary and a table.
pub(super) fn render(report: &Report) -> String {
    let mut text = format!("## mcp-scopes diff\n\n{}\n", inline(&report.summary()));
    if !report.rows.is_empty() {
        text.push_str("\n| Compatibility | Security | What | Where | What it means |\n|---|---|---|---|---|\n");
    }
    for Row { change, level, place } in &report.rows {
        let (compatibility, security) = (change.compatibility.as_str(), change.security.words().join(", "));
        let place = place.as_ref().map_or_else(String::new, |place| code(&at(place)));
        let (what, why) = (inline(&change.message), inline(change.kind.why()));
        let _ = writeln!(
            text,
            "| {compatibility} | {}{security} | {what} (`{}`) | {place} | {why} |",
            mark(*level),
            change.kind.id()
        );
    }
    text
}

/// Returns a symbol for quick orientation. The text beside it has the same information.
fn mark(level: Level) -> &'static str {
    match level {
        Level::Note => "",
        Level::Warning => "⚠️ ",
        Level::Error => "❌ ",
    }
}
