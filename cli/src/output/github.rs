//! Findings as workflow commands, which GitHub displays as annotations at the lines.
//!
//! Each finding is one line: `::error file=src/lib.rs,line=3,col=5,title=risky-name::message%0Ahelp`. The text of a
//! finding never ends its line, so no text of a file is interpreted as another command.

use mcp_scopes_scan::{Finding, Report, source::Place};

use crate::escape::escaped;

/// Renders the active findings of a report, one per line.
pub(crate) fn render(report: &Report) -> String {
    report.findings.iter().map(one).collect()
}

fn one(finding: &Finding) -> String {
    let help = if finding.help.is_empty() { String::new() } else { format!("\nhelp: {}", finding.help) };
    let message = format!("{}{help}", finding.message);
    command(finding.level.as_str(), finding.place.as_ref(), finding.rule, &message)
}

/// Renders one command: `error`, `warning` or `notice`.
pub(crate) fn command(name: &str, place: Option<&Place>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(place) = place {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={}", place.start.line));
        properties.push(format!("endLine={}", place.end.line));
        properties.push(format!("col={}", place.start.column));
        // GitHub accepts an end column only if the place is on one line.
        if place.end.line == place.start.line {
            properties.push(format!("endColumn={}", place.end.column));
        }
    }
    properties.push(format!("title={}", property(title)));
    format!("::{name} {}::{}\n", properties.join(","), data(message))
}

fn data(text: &str) -> String {
    escaped(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use mcp_scopes_scan::Finding;

    use super::{data, one, property};

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("50%\n::error::x"), "50%25%0A::error::x");
        assert_eq!(data("a\r\u{1b}b"), "a\\r\\u{1b}b");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }

    #[test]
    fn a_package_has_no_line() {
        let line = one(&Finding::warning("no-scope", "nothing is asked for").help("state a scope"));
        assert_eq!(line, "::warning title=no-scope::nothing is asked for%0Ahelp: state a scope\n");
    }
}
