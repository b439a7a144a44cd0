//! Workflow commands, which GitHub displays as annotations at the lines.
//!
//! Each diagnostic is one line: `::error file=src/lib.rs,line=3,col=5,title=risky-name::message%0Ahelp`. The text of a
//! diagnostic never ends its line, so no text of a file is interpreted as another command.

use super::{
    diagnostic::{Diagnostic, Level},
    diagnostics::Diagnostics,
    repository,
};
use crate::escape::escaped;

/// Renders the active diagnostics and the accepted changes, one per line.
pub(super) fn render(diagnostics: &Diagnostics<'_>) -> String {
    let findings = diagnostics.reported().map(command);
    let skipped = diagnostics.skipped().iter().map(|skipped| {
        format!("::notice title=not checked::{}\n", data(&format!("{}: {}", skipped.what, skipped.why)))
    });
    findings.chain(skipped).collect()
}

fn command(diagnostic: &Diagnostic<'_>) -> String {
    let name = match diagnostic.level {
        Level::Note => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        properties.push(format!("file={}", property(&repository::path(&place.file))));
    }
    if let Some(place) = diagnostic.text_place() {
        properties.push(format!("line={}", place.start.line));
        properties.push(format!("endLine={}", place.end.line));
        properties.push(format!("col={}", place.start.column));
        // GitHub accepts an end column only if the place is on one line.
        if place.end.line == place.start.line {
            properties.push(format!("endColumn={}", place.end.column));
        }
    }
    let title = match (diagnostic.verdict, diagnostic.accepted()) {
        (Some(verdict), Some(accepted)) => format!("{accepted}: {}: {verdict}", diagnostic.id),
        (Some(verdict), None) => format!("{}: {verdict}", diagnostic.id),
        (None, _) => diagnostic.id.to_owned(),
    };
    properties.push(format!("title={}", property(&title)));
    let mut lines = vec![diagnostic.message.to_owned()];
    lines.extend((!diagnostic.meaning.is_empty()).then(|| diagnostic.meaning.to_owned()));
    lines.extend(diagnostic.accepted().and(diagnostic.suppression).map(|why| format!("reason: {}", why.reason)));
    lines.extend(diagnostic.change.map(|change| format!("change: {change}")));
    lines.extend((!diagnostic.help.is_empty()).then(|| format!("help: {}", diagnostic.help)));
    format!("::{name} {}::{}\n", properties.join(","), data(&lines.join("\n")))
}

fn data(text: &str) -> String {
    escaped(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Level, command, data, property};

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("50%\n::error::x"), "50%25%0A::error::x");
        assert_eq!(data("a\r\u{1b}b"), "a\\r\\u{1b}b");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }

    #[test]
    fn a_package_has_no_line() {
        let error = Diagnostic::error("no scope is required", "state a scope");
        let line = command(&Diagnostic { id: "no-scope", level: Level::Warning, ..error });
        assert_eq!(line, "::warning title=no-scope::no scope is required%0Ahelp: state a scope\n");
    }
}
