//! Changes as `JUnit` XML: those that the run ends with 1 for fail, the others pass and say their text on standard
//! output. So a run that is green here is one that ends with 0.

use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::rows::{Level, Report, Row, pointer};
use crate::{escape::escaped, output::finding::at};

/// The report as XML.
///
/// # Errors
/// None that a report can cause; the writer has the type.
pub(super) fn render(report: &Report) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new("mcp-scopes diff");
    if report.rows.is_empty() {
        // Readers take a report without any test case for a run that broke off.
        suite.add_test_case(TestCase::new("nothing changed", TestCaseStatus::success()));
    }
    suite.add_test_cases(report.rows.iter().map(case));
    let mut document = Document::new("mcp-scopes diff");
    document.add_test_suite(suite);
    document.to_string()
}

fn case(Row { change, level, place }: &Row) -> TestCase {
    let verdict = format!("{}, {}", change.compatibility.as_str(), change.security.words().join(" and "));
    let message = escaped(&change.message);
    let mut lines = vec![format!("{verdict}: {message}")];
    lines.extend(place.as_ref().map(|place| format!("at {}", at(place))));
    lines.push(format!("{}: {}", pointer(change), change.kind.why()));
    let text = lines.join("\n");
    let mut case = if *level == Level::Error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(message.clone()).set_type(change.kind.id()).set_description(text);
        TestCase::new(format!("{}: {message}", change.kind.id()), status)
    } else {
        let mut case = TestCase::new(format!("{}: {message}", change.kind.id()), TestCaseStatus::success());
        case.set_system_out(format!("{}: {text}", level.as_str()));
        case
    };
    case.set_classname(change.kind.id());
    if let Some(place) = place {
        case.extra.insert("file".into(), escaped(&place.file).into());
        case.extra.insert("line".into(), place.start.line.to_string().into());
    }
    case
}
