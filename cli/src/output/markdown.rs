//! A job summary in Markdown: `mcp-scopes lint --output markdown="$GITHUB_STEP_SUMMARY"`.

use std::fmt::Write as _;

use mcp_scopes_scan::SuppressionKind;

use super::{
    diagnostic::{Diagnostic, Level},
    diagnostics::{Contents, Diagnostics},
    markup::{code, inline},
};

/// A column: its heading and its cells.
type Column = (&'static str, fn(&Diagnostic<'_>) -> String);

const FINDINGS: &[Column] = &[
    ("Level", level),
    ("Rule", rule),
    ("Where", location),
    ("What", |finding| inline(finding.message)),
    ("What to do", |finding| inline(finding.help)),
];

const SUPPRESSED: &[Column] = &[
    ("Rule", rule),
    ("Where", location),
    ("What", |finding| inline(finding.message)),
    ("Allowed by", suppressed_by),
    ("Reason", reason),
];

const ACCEPTED: &[Column] = &[
    ("Compatibility", compatibility),
    ("Security", |change| effects(change)),
    ("What", |change| format!("{} (`{}`)", inline(change.message), change.id)),
    ("Until", |change| change.suppression.and_then(|why| why.until.clone()).unwrap_or_default()),
    ("Reason", reason),
];

const CHANGES: &[Column] = &[
    ("Compatibility", compatibility),
    ("Security", security),
    ("What", |change| format!("{} (`{}`)", inline(change.message), named(change))),
    ("Where", location),
    ("What it means", |change| inline(if change.meaning.is_empty() { change.help } else { change.meaning })),
];

/// Renders a heading, a summary, a table of active diagnostics, and a table of suppressed findings, which is folded, or
/// of accepted changes.
pub(super) fn render(diagnostics: &Diagnostics<'_>) -> String {
    let (title, columns) = match diagnostics.contents {
        Contents::Findings if diagnostics.examined.is_some() => ("mcp-scopes doctor", FINDINGS),
        Contents::Findings => ("mcp-scopes", FINDINGS),
        Contents::Changes => ("mcp-scopes diff", CHANGES),
    };
    let mut text = format!("## {title}\n\n{}\n", inline(&diagnostics.summary));
    if !diagnostics.active.is_empty() {
        table(&mut text, columns, &diagnostics.active);
    }
    if diagnostics.contents == Contents::Changes && !diagnostics.suppressed.is_empty() {
        let _ = writeln!(text, "\n### {} accepted", diagnostics.suppressed.len());
        table(&mut text, ACCEPTED, &diagnostics.suppressed);
    } else if !diagnostics.suppressed.is_empty() {
        let _ = writeln!(text, "\n<details><summary>{} suppressed</summary>", diagnostics.suppressed.len());
        table(&mut text, SUPPRESSED, &diagnostics.suppressed);
        text.push_str("\n</details>\n");
    }
    if !diagnostics.skipped().is_empty() {
        text.push_str("\n### Not checked\n\n");
        for skipped in diagnostics.skipped() {
            let _ = writeln!(text, "- {}: {}", inline(&skipped.what), inline(&skipped.why));
        }
    }
    text
}

/// Writes an empty line and a table.
fn table(text: &mut String, columns: &[Column], diagnostics: &[Diagnostic<'_>]) {
    let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    let _ = writeln!(text, "\n| {} |\n|{}", headings.join(" | "), "---|".repeat(columns.len()));
    for diagnostic in diagnostics {
        let cells: Vec<String> = columns.iter().map(|(_, cell)| cell(diagnostic)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

/// Returns a symbol and a word, for readers who do not see the symbol.
fn level(diagnostic: &Diagnostic<'_>) -> String {
    format!("{}{}", symbol(diagnostic.level), diagnostic.level.as_str())
}

fn symbol(level: Level) -> &'static str {
    match level {
        Level::Note => "",
        Level::Warning => "⚠ ",
        Level::Error => "❌ ",
    }
}

fn rule(diagnostic: &Diagnostic<'_>) -> String {
    match &diagnostic.url {
        Some(url) => format!("[`{}`]({url})", diagnostic.id),
        None => format!("`{}`", diagnostic.id),
    }
}

fn location(diagnostic: &Diagnostic<'_>) -> String {
    diagnostic.location().map_or_else(String::new, |location| code(&location))
}

fn suppressed_by(diagnostic: &Diagnostic<'_>) -> String {
    let by = diagnostic.suppression.map(|suppression| match suppression.kind {
        SuppressionKind::Comment => "a comment",
        SuppressionKind::Baseline => "the baseline",
        SuppressionKind::Acceptance => "the configuration file",
    });
    by.unwrap_or_default().to_owned()
}

/// Returns the kind of change and its digits, as an acceptance states them.
fn named(diagnostic: &Diagnostic<'_>) -> String {
    [diagnostic.id].into_iter().chain(diagnostic.change).collect::<Vec<_>>().join(" ")
}

fn reason(diagnostic: &Diagnostic<'_>) -> String {
    diagnostic.suppression.map_or_else(String::new, |suppression| inline(&suppression.reason))
}

fn compatibility(diagnostic: &Diagnostic<'_>) -> String {
    diagnostic.verdict.map(|verdict| verdict.compatibility.as_str()).unwrap_or_default().to_owned()
}

fn security(diagnostic: &Diagnostic<'_>) -> String {
    match diagnostic.verdict {
        Some(_) => format!("{}{}", symbol(diagnostic.level), effects(diagnostic)),
        None => level(diagnostic),
    }
}

fn effects(diagnostic: &Diagnostic<'_>) -> String {
    diagnostic.verdict.map(|verdict| verdict.security.effect_names().join(", ")).unwrap_or_default()
}
