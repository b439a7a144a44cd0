//! A job summary in Markdown: `mcp-scopes lint --output markdown="$GITHUB_STEP_SUMMARY"`.

use std::fmt::Write as _;

use mcp_scopes_scan::{Finding, Level, Report, SuppressionKind};

use crate::output::{
    finding::{page, place},
    markup::{code, inline},
    summary::summary,
};

/// Renders a heading, a summary, a table of active findings, and a folded table of suppressed findings.
pub(crate) fn render(report: &Report) -> String {
    let mut text = String::from("## mcp-scopes\n\n");
    let _ = writeln!(text, "{}\n", inline(&summary(report)));
    if !report.findings.is_empty() {
        text.push_str("| Level | Rule | Where | What | What to do |\n|---|---|---|---|---|\n");
    }
    for finding in &report.findings {
        let (place, what, help) = (at(finding), inline(&finding.message), inline(&finding.help));
        let _ = writeln!(text, "| {} | {} | {place} | {what} | {help} |", level(finding.level), rule(finding));
    }
    if !report.suppressed.is_empty() {
        let _ = writeln!(text, "\n<details><summary>{} suppressed</summary>\n", report.suppressed.len());
        text.push_str("| Rule | Where | What | Allowed by | Reason |\n|---|---|---|---|---|\n");
        for finding in &report.suppressed {
            let Some(why) = &finding.suppression else { continue };
            let by = match why.kind {
                SuppressionKind::Comment => "a comment",
                SuppressionKind::Baseline => "the baseline",
            };
            let (place, what, reason) = (at(finding), inline(&finding.message), inline(&why.reason));
            let _ = writeln!(text, "| {} | {place} | {what} | {by} | {reason} |", rule(finding));
        }
        text.push_str("\n</details>\n");
    }
    text
}

/// Returns a symbol and a word, for readers who do not see the symbol.
fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "❌ error",
        Level::Warning => "⚠️ warning",
    }
}

fn rule(finding: &Finding) -> String {
    match page(finding.rule) {
        Some(page) => format!("[`{}`]({page})", finding.rule),
        None => format!("`{}`", finding.rule),
    }
}

fn at(finding: &Finding) -> String {
    let place = place(finding);
    if place.is_empty() { String::new() } else { code(&place) }
}
