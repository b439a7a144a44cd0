//! What every format shows of a finding.

use mcp_scopes_scan::{Finding, Report, source::Place};

use crate::escape::escaped;

/// All findings, also those that do not count.
pub(crate) fn all(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().chain(&report.suppressed)
}

/// `src/lib.rs:12:5`, or nothing for a finding about a package as a whole.
pub(crate) fn place(finding: &Finding) -> String {
    finding.place.as_ref().map_or_else(String::new, at)
}

/// `src/lib.rs:12:5`.
pub(crate) fn at(place: &Place) -> String {
    format!("{}:{}:{}", escaped(&place.file), place.start.line, place.start.column)
}

/// The page of a rule for people who are not at a terminal.
pub(crate) fn page(rule: &str) -> Option<String> {
    mcp_scopes_lint::find(rule)
        .map(|rule| format!("{}/blob/main/cli/lint/src/rules/{}/docs.md", env!("CARGO_PKG_REPOSITORY"), rule.id))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn rules_have_pages_and_diagnostics_have_none() {
        assert!(page("risky-name").unwrap().ends_with("/risky-name/docs.md"));
        assert_eq!(page("no-such-rule"), None);
    }
}
