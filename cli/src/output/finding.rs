//! Common parts of all formats.

use mcp_scopes_scan::{Finding, Report, source::Place};

use crate::escape::escaped;

/// Returns all findings, including suppressed ones.
pub(crate) fn all(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().chain(&report.suppressed)
}

/// Returns the place as `src/lib.rs:12:5`, or an empty text for a finding about a package as a whole.
pub(crate) fn place(finding: &Finding) -> String {
    finding.place.as_ref().map_or_else(String::new, at)
}

/// Returns a place as `src/lib.rs:12:5`.
pub(crate) fn at(place: &Place) -> String {
    format!("{}:{}:{}", escaped(&place.file), place.start.line, place.start.column)
}

/// Returns the web page of a rule.
pub(crate) fn page(rule: &str) -> Option<String> {
    mcp_scopes_lint::find(rule)
        .map(|rule| format!("{}/blob/main/cli/lint/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.id))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn rules_have_pages_and_diagnostics_have_none() {
        assert!(page("risky-name").unwrap().ends_with("/rules/risky-name.md"));
        assert_eq!(page("no-such-rule"), None);
    }
}
