//! Changes as `JUnit` XML. A change that makes the run exit with 1 is a failure. The others pass, with their text on
//! standard output. So the suite passes exactly if the run exits with 0.

use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::rows::{Level, Report, Row, pointer};
use crate::{escape::escaped, output::finding::at};

/// Renders the report as XML.
///
/// # Errors
/// No report causes an error, but the writer returns a `Result`.
pub(super) fn render(report: &Report) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new("mcp-scopes diff");
    if report.rows.is_empty() {
        // Some tools read a report without test cases as an aborted run.
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
