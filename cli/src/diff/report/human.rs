//! Changes as text for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::rows::{Level, Report, pointer};
use crate::{
    escape::escaped,
    output::{finding::at, human::Links},
};

/// Renders three lines for each change, and a summary line. The text has terminal styles. A caller that writes to
/// another target strips them.
pub(super) fn render(report: &Report, links: Links) -> String {
    let mut text = String::new();
    for row in &report.rows {
        let change = &row.change;
        let bold = style(row.level);
        let verdict = format!("{}, {}", change.compatibility.as_str(), change.security.words().join(" and "));
        let _ = writeln!(text, "{bold}{verdict}{bold:#}: {} [{}]", escaped(&change.message), change.kind.id());
        if let Some(place) = &row.place {
            let shown = crate::output::human::file(&place.file, links);
            // The position after the file name has the same form as everywhere.
            let _ = writeln!(text, "  at {shown}{}", at(place).trim_start_matches(&*escaped(&place.file)));
        }
        let _ = writeln!(text, "  {}: {}", pointer(change), change.kind.why());
    }
    text.push_str(&report.summary());
    text.push('\n');
    text
}

fn style(level: Level) -> Style {
    let colour = match level {
        Level::Note => AnsiColor::Cyan,
        Level::Warning => AnsiColor::Yellow,
        Level::Error => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}
