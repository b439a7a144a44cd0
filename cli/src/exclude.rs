//! `--exclude`: files whose findings are left out.

use mcp_scopes_lint::paths::is_match;
use mcp_scopes_scan::Report;

/// Removes the findings in files that a pattern matches, except errors that no level changes, such as those of syntax.
/// Returns the number of removed findings.
pub(crate) fn apply(patterns: &[String], report: &mut Report) -> usize {
    if patterns.is_empty() {
        return 0;
    }
    let before = report.findings.len();
    let keep = |file: &str| !patterns.iter().any(|pattern| is_match(pattern, file));
    // What stops the scan or turns rules off hides findings in other files.
    report.findings.retain(|finding| !finding.settable || keep(finding.file()));
    report.suppressed.retain(|finding| keep(finding.file()));
    before.saturating_sub(report.findings.len())
}
