//! One line for each diagnostic: `src/lib.rs:12:5: warning[risky-name]: message`.

use std::fmt::Write as _;

use super::{diagnostic::Diagnostic, diagnostics::Diagnostics};
use crate::escape::escaped_line;

/// Renders the active diagnostics and the accepted changes, one per line.
pub(super) fn render(diagnostics: &Diagnostics<'_>) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.reported() {
        line(&mut text, diagnostic);
    }
    text
}

fn line(text: &mut String, diagnostic: &Diagnostic<'_>) {
    let accepted = diagnostic.accepted().map(|accepted| format!("{accepted}: ")).unwrap_or_default();
    let message = escaped_line(&diagnostic.headline());
    let place = diagnostic.location().map(|location| format!("{location}: ")).unwrap_or_default();
    let (level, id) = (diagnostic.level.as_str(), diagnostic.id);
    let fix = diagnostic.fix.map(|_| " [*]").unwrap_or_default();
    let reason = diagnostic.accepted().and(diagnostic.suppression);
    let reason = reason.map(|why| format!(" ({})", escaped_line(&why.reason))).unwrap_or_default();
    // Writing to a string does not fail.
    let change = diagnostic.change.filter(|_| reason.is_empty());
    let change = change.map(|change| format!(" (change {change})")).unwrap_or_default();
    let _ = writeln!(text, "{place}{accepted}{level}[{id}]:{fix} {message}{reason}{change}");
}
