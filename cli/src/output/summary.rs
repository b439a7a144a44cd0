//! A one-line summary of the checks and their findings.

use mcp_scopes_scan::{Level, Report};

/// Returns the summary: `checked 12 tools in 1 package: no findings`.
pub(crate) fn summary(report: &Report) -> String {
    let source = format!("{} in {}", counted(report.annotated(), "tool"), counted(report.packages(), "package"));
    let documents = counted(report.documents, "document");
    let checked = match (report.documents, report.packages()) {
        (0, _) => source,
        (_, 0) => documents,
        _ => format!("{source} and {documents}"),
    };
    let findings = match (report.count(Level::Error), report.count(Level::Warning)) {
        (0, 0) => "no findings".to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let suppressed = match report.suppressed.len() {
        0 => String::new(),
        some => format!("; {some} suppressed"),
    };
    format!("checked {checked}: {findings}{suppressed}")
}

/// Returns a count with its noun: `1 tool`, `2 tools`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use mcp_scopes_scan::Report;

    use super::{counted, summary};

    #[test]
    fn counts() {
        assert_eq!([counted(1, "tool"), counted(2, "tool")], ["1 tool", "2 tools"]);
        assert_eq!(summary(&Report::default()), "checked 0 tools in 0 packages: no findings");
    }
}
