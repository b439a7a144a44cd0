//! The findings of a lint as diagnostics, and their summary.

use mcp_scopes_lint::{RULES, Rule, Setting, fingerprint};
use mcp_scopes_scan::{Finding, Report, Safety};

use crate::output::{
    count::counted,
    diagnostic::{Diagnostic, Fingerprint, Level, Subject},
    diagnostics::{Contents, Diagnostics, RuleDescription},
    human,
    links::Links,
};

/// Returns the findings of a report as diagnostics. `has_baseline` states whether they were compared with a baseline
/// file.
pub(crate) fn diagnostics(report: &Report, has_baseline: bool) -> Diagnostics<'_> {
    Diagnostics {
        contents: Contents::Findings,
        active: report.findings.iter().map(diagnostic).collect(),
        suppressed: report.suppressed.iter().map(diagnostic).collect(),
        summary: summary(report),
        sources: Some(&report.sources),
        has_baseline,
        examined: None,
        rules: || RULES.iter().map(describe).collect(),
    }
}

/// Returns the findings as text for standard error.
pub(crate) fn text(report: &Report) -> String {
    human::render(&diagnostics(report, false), Links::None)
}

/// Returns the summary: `checked 12 tools in 1 package: no findings`.
pub(crate) fn summary(report: &Report) -> String {
    let source = format!("{} in {}", counted(report.annotated(), "tool"), counted(report.packages(), "package"));
    let source = match report.left_out() {
        0 => source,
        some => format!("{source}, without {} that features or the target leave out", counted(some, "tool")),
    };
    let documents = counted(report.documents, "document");
    let checked = match (report.documents, report.packages() + report.left_out()) {
        (0, _) => source,
        (_, 0) => documents,
        _ => format!("{source} and {documents}"),
    };
    let count = |level| report.count(level);
    let findings = match (count(mcp_scopes_scan::Level::Error), count(mcp_scopes_scan::Level::Warning)) {
        (0, 0) => Contents::Findings.none().to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let suppressed = match report.suppressed.len() {
        0 => String::new(),
        some => format!("; {some} suppressed"),
    };
    format!("checked {checked}: {findings}{suppressed}{}", fixable(report))
}

/// Returns how many findings `--fix` fixes, and how many only with `--unsafe-fixes`.
fn fixable(report: &Report) -> String {
    let count = |safety| {
        let fixes = report.findings.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.safety == safety).count()
    };
    match (count(Safety::Safe), count(Safety::Unsafe)) {
        (0, 0) => String::new(),
        (safe, 0) => format!("; {safe} fixable with `--fix`"),
        (0, risky) => format!("; {risky} fixable with `--fix --unsafe-fixes`"),
        (safe, risky) => format!("; {safe} fixable with `--fix`, {risky} more with `--unsafe-fixes`"),
    }
}

fn diagnostic(finding: &Finding) -> Diagnostic<'_> {
    let rule = mcp_scopes_lint::find(finding.rule);
    Diagnostic {
        id: finding.rule,
        level: match finding.level {
            mcp_scopes_scan::Level::Warning => Level::Warning,
            mcp_scopes_scan::Level::Error => Level::Error,
        },
        verdict: None,
        message: &finding.message,
        meaning: "",
        help: &finding.help,
        place: finding.place.clone(),
        subject: Subject::Name(&finding.subject),
        category: rule.map(|rule| rule.category.as_str()),
        fix: finding.fix.as_ref(),
        fingerprint: Fingerprint { version: fingerprint::VERSION, digits: finding.fingerprint.clone() },
        suppression: finding.suppression.as_ref(),
        url: rule.map(page),
        change: None,
    }
}

fn describe(rule: &Rule) -> RuleDescription {
    RuleDescription {
        id: rule.id,
        summary: rule.summary,
        property: ("section", rule.section),
        tag: rule.category.as_str(),
        help: rule.docs.into(),
        help_markdown: rule.docs.into(),
        url: page(rule),
        enabled: rule.level != Setting::Allow,
        level: if rule.level == Setting::Deny { Level::Error } else { Level::Warning },
    }
}

/// Returns the web page of a rule.
fn page(rule: &Rule) -> String {
    format!("{}/blob/main/cli/lint/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.id)
}

#[cfg(test)]
mod tests {
    use mcp_scopes_scan::{Finding, Report};

    use super::{diagnostic, summary};

    #[test]
    fn rules_have_pages_and_compiler_diagnostics_have_none() {
        let url = |rule: &'static str| diagnostic(&Finding::warning(rule, "")).url;
        assert!(url("risky-name").unwrap().ends_with("/rules/risky-name.md"));
        assert_eq!(url("no-such-rule"), None);
    }

    #[test]
    fn summarizes_an_empty_report() {
        assert_eq!(summary(&Report::default()), "checked 0 tools in 0 packages: no findings");
    }
}
