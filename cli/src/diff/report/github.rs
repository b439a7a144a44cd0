//! Changes as workflow commands, which GitHub displays as annotations at the lines of the new side.

use super::rows::{Level, Report, Row};
use crate::output::github::command;

/// Renders one line for each change.
pub(super) fn render(report: &Report) -> String {
    report.rows.iter().map(one).collect()
}

fn one(Row { change, level, place }: &Row) -> String {
    let name = match level {
        Level::Note => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let verdict = format!("{}, {}", change.compatibility.as_str(), change.security.words().join(" and "));
    let title = format!("{}: {verdict}", change.kind.id());
    command(name, place.as_ref(), &title, &format!("{}\n{}", change.message, change.kind.why()))
}
