//! Findings as `JUnit` XML, for viewers of test results.
//!
//! A file is a test suite and a finding is a test case. An error fails. A warning passes, with its text on standard
//! output. A suppressed finding is skipped, with its reason. So the report passes exactly if the run exits with 0.
//! Without findings there is one test case that passes, since some tools read a report without test cases as an aborted
//! run.

use std::collections::BTreeMap;

use mcp_scopes_scan::{Finding, Level, Report};
use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::{
    escape::escaped,
    output::finding::{all, place},
};

/// Renders the report as XML.
///
/// # Errors
/// No report causes an error, but the writer returns a `Result`.
pub(crate) fn render(report: &Report) -> Result<String, SerializeError> {
    let mut suites: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for finding in all(report) {
        suites.entry(finding.file()).or_default().push(case(finding));
    }
    let mut document = Document::new("mcp-scopes lint");
    for (file, cases) in suites {
        let name = if file.is_empty() { "packages".to_owned() } else { escaped(file) };
        let mut suite = TestSuite::new(name);
        suite.add_test_cases(cases);
        document.add_test_suite(suite);
    }
    if document.test_suites.is_empty() {
        let mut suite = TestSuite::new("mcp-scopes lint");
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        document.add_test_suite(suite);
    }
    document.to_string()
}

fn case(finding: &Finding) -> TestCase {
    let message = escaped(&finding.message);
    let text = text(finding);
    let status = match (&finding.suppression, finding.level) {
        (Some(suppression), _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(escaped(&suppression.reason)).set_description(text.clone());
            status
        }
        (None, Level::Error) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(message.clone()).set_type(finding.rule).set_description(text.clone());
            status
        }
        (None, Level::Warning) => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(format!("{}: {message}", finding.rule), status);
    case.set_classname(finding.rule);
    if finding.suppression.is_none() && finding.level == Level::Warning {
        case.set_system_out(format!("warning: {text}"));
    }
    if let Some(place) = &finding.place {
        // This is not part of the format, but tools that link to lines read it.
        case.extra.insert("file".into(), escaped(&place.file).into());
        case.extra.insert("line".into(), place.start.line.to_string().into());
    }
    case
}

fn text(finding: &Finding) -> String {
    let mut lines = vec![escaped(&finding.message)];
    lines.extend(Some(place(finding)).filter(|place| !place.is_empty()).map(|place| format!("at {place}")));
    lines.extend((!finding.help.is_empty()).then(|| format!("help: {}", escaped(&finding.help))));
    lines.join("\n")
}
