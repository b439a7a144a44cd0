//! Changes, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::change::{Change, Compatibility, Security};
use crate::output::escaped;

/// The verdict over all changes.
pub(crate) fn verdict(changes: &[Change]) -> (Option<Compatibility>, Security) {
    let security = changes.iter().fold(Security::NEUTRAL, |all, change| all.and(change.security));
    (changes.iter().map(|change| change.compatibility).max(), security)
}

/// What is printed to a terminal or a log.
pub(crate) fn human(changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let words = change.security.words().join(" and ");
        let _ = writeln!(
            text,
            "{}, {words}: {} [{}]",
            change.compatibility.as_str(),
            escaped(&change.message),
            change.kind.id()
        );
        let _ = writeln!(text, "  {}: {}", escaped(&change.pointer), change.kind.why());
    }
    text.push_str(&summary(changes));
    text
}

/// One table, for a pull request.
pub(crate) fn markdown(changes: &[Change]) -> String {
    let mut text = format!("{}\n", summary(changes).trim_end());
    if changes.is_empty() {
        return text;
    }
    text.push_str("\n| compatibility | security | change |\n|---|---|---|\n");
    for change in changes {
        // A bar would end the cell, a line break the row.
        let message = escaped(&change.message).replace('|', "\\|").replace('<', "&lt;");
        let words = change.security.words().join(", ");
        let _ = writeln!(text, "| {} | {words} | {message} (`{}`) |", change.compatibility.as_str(), change.kind.id());
    }
    text
}

/// Annotations of a workflow run.
pub(crate) fn github(changes: &[Change]) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let mut text = String::new();
    for change in changes {
        let command = if change.security.weakens { "warning" } else { "notice" };
        let title = format!("{} {}", change.compatibility.as_str(), change.security.words().join(" and "));
        let _ = writeln!(text, "::{command} title={title}::{}", data(&change.message));
    }
    text
}

#[derive(Serialize)]
struct Report<'c> {
    version: u32,
    changes: Vec<Row<'c>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Row<'c> {
    id: &'static str,
    compatibility: &'static str,
    security: &'static [&'static str],
    message: &'c str,
    pointer: &'c str,
}

#[derive(Serialize)]
struct Summary {
    compatibility: Option<&'static str>,
    security: &'static [&'static str],
}

/// Version 1 of the report.
pub(crate) fn json(changes: &[Change]) -> String {
    let (compatibility, security) = verdict(changes);
    let row = |change: &'_ Change| (change.kind.id(), change.compatibility.as_str(), change.security.words());
    let rows = changes.iter().map(|change| {
        let (id, compatibility, security) = row(change);
        Row { id, compatibility, security, message: &change.message, pointer: &change.pointer }
    });
    let summary = Summary { compatibility: compatibility.map(Compatibility::as_str), security: security.words() };
    let report = Report { version: 1, changes: rows.collect(), summary };
    // Text and lists: nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn summary(changes: &[Change]) -> String {
    let (compatibility, security) = verdict(changes);
    let Some(compatibility) = compatibility else { return "nothing changed\n".to_owned() };
    let count = if changes.len() == 1 { "1 change".to_owned() } else { format!("{} changes", changes.len()) };
    format!("{count}: {}, {}\n", compatibility.as_str(), security.words().join(" and "))
}
