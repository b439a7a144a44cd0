//! `JUnit` XML, for viewers of test results.
//!
//! A diagnostic is a test case. An error fails. A warning or a note passes, with its text on standard output. A
//! suppressed finding is skipped, with its reason. So the suites pass exactly if the run exits with 0. Findings have a
//! test suite for each file; changes are one suite. Without diagnostics there is one test case that passes, since some
//! tools read a report without test cases as an aborted run.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as TestSuites, TestCase, TestCaseStatus, TestSuite};

use super::{
    diagnostic::{Diagnostic, Level},
    diagnostics::{Contents, Diagnostics},
    repository,
};
use crate::escape::escaped;

/// Renders the diagnostics as XML.
///
/// # Errors
/// No input causes an error, but the writer returns a `Result`.
pub(super) fn render(diagnostics: &Diagnostics<'_>) -> Result<String, String> {
    let name = format!("mcp-scopes {}", diagnostics.command());
    let mut suites: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for diagnostic in diagnostics.all() {
        let file = if diagnostics.contents == Contents::Findings { diagnostic.file() } else { "" };
        suites.entry(file).or_default().push(test_case(diagnostic));
    }
    let mut document = TestSuites::new(&name);
    if suites.is_empty() && diagnostics.skipped().is_empty() {
        let mut suite = TestSuite::new(&name);
        suite.add_test_case(TestCase::new(diagnostics.contents.none(), TestCaseStatus::success()));
        document.add_test_suite(suite);
    }
    for (file, cases) in suites {
        let mut suite = TestSuite::new(match (diagnostics.contents, file) {
            (Contents::Findings, "") => "packages".to_owned(),
            (Contents::Findings, file) => escaped(&repository::path(file)),
            (Contents::Changes, _) => name.clone(),
        });
        suite.add_test_cases(cases);
        document.add_test_suite(suite);
    }
    if !diagnostics.skipped().is_empty() {
        let mut suite = TestSuite::new("not checked");
        suite.add_test_cases(diagnostics.skipped().iter().map(|skipped| {
            let mut status = TestCaseStatus::skipped();
            status.set_message(escaped(&skipped.why));
            TestCase::new(escaped(&skipped.what), status)
        }));
        document.add_test_suite(suite);
    }
    document.to_string().map_err(|error| error.to_string())
}

fn test_case(diagnostic: &Diagnostic<'_>) -> TestCase {
    let Diagnostic { id, level, .. } = *diagnostic;
    let (message, text) = (escaped(diagnostic.message), text(diagnostic));
    let name = format!("{id}: {message}");
    let mut case = match (diagnostic.suppression, level) {
        (Some(suppression), _) => {
            let mut status = TestCaseStatus::skipped();
            let reason = escaped(&suppression.reason);
            let accepted = diagnostic.accepted().map(|accepted| format!("{accepted}: {reason}"));
            status.set_message(accepted.unwrap_or(reason)).set_description(text);
            TestCase::new(name, status)
        }
        (None, Level::Error) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(message).set_type(id).set_description(text);
            TestCase::new(name, status)
        }
        (None, Level::Warning | Level::Note) => {
            let mut case = TestCase::new(name, TestCaseStatus::success());
            case.set_system_out(format!("{}: {text}", level.as_str()));
            case
        }
    };
    case.set_classname(id);
    // These attributes are not part of the format, but tools that link to lines read them.
    if let Some(place) = &diagnostic.place {
        case.extra.insert("file".into(), escaped(&repository::path(&place.file)).into());
    }
    if let Some(place) = diagnostic.text_place() {
        case.extra.insert("line".into(), place.start.line.to_string().into());
    }
    case
}

fn text(diagnostic: &Diagnostic<'_>) -> String {
    let mut lines = vec![escaped(&diagnostic.headline())];
    lines.extend(diagnostic.location_at(repository::path).map(|location| format!("at {location}")));
    lines.extend(diagnostic.explanation());
    lines.extend(diagnostic.change.map(|change| format!("change: {change}")));
    lines.extend((!diagnostic.help.is_empty()).then(|| format!("help: {}", escaped(diagnostic.help))));
    lines.join("\n")
}
