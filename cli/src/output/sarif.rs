//! SARIF 2.1.0, for code scanning.
//!
//! The log has one run, which describes the rules with results. Suppressed findings and accepted changes are included,
//! with their reason: `inSource` for a comment, `external` for a file. `baselineState` is set if findings were compared
//! with a baseline file. The pointer of a change is a logical location.
//!
//! | module | holds |
//! |---|---|
//! | `rule_descriptors` | descriptions of rules |
//! | `places` | files and regions |
//! | `fixes` | automatic fixes |

mod fixes;
mod places;
mod rule_descriptors;

use std::collections::BTreeMap;

use fixes::EditedTexts;
use mcp_scopes_scan::{Suppression as Why, SuppressionKind};
use serde_json::json;
use serde_sarif::sarif::{
    Invocation, Location, LogicalLocation, Message, Notification, PhysicalLocation, PropertyBag, Result as Entry,
    ResultLevel, Run, RunAutomationDetails, Sarif, Suppression, Tool, ToolComponent,
};

use super::{
    diagnostic::{Diagnostic, Level, Subject},
    diagnostics::Diagnostics,
    json::indented,
};
use crate::escape::escaped;

/// The address of the schema in the standard.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Renders the diagnostics as indented SARIF with a trailing line break.
///
/// # Errors
/// No input causes an error, but serialization returns a `Result`.
pub(crate) fn render(diagnostics: &Diagnostics<'_>) -> Result<String, String> {
    let rules = rule_descriptors::descriptors(diagnostics);
    let numbers: BTreeMap<&str, i64> = rules.iter().zip(0..).map(|(rule, number)| (rule.id.as_str(), number)).collect();
    let mut texts = EditedTexts::new(diagnostics.sources);
    let mut results = Vec::new();
    for diagnostic in diagnostics.all() {
        let mut result = entry(diagnostic, &numbers);
        let known = diagnostic.suppression.is_some_and(|why| why.kind == SuppressionKind::Baseline);
        result.baseline_state = diagnostics.has_baseline.then(|| json!(if known { "unchanged" } else { "new" }));
        result.fixes = diagnostic.fix.and_then(|fix| texts.fix(fix)).map(|fix| vec![fix]);
        results.push(result);
    }
    let driver = ToolComponent::builder()
        .name("mcp-scopes")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules)
        .build();
    // By default, code scanning takes runs of one tool for states of the same results (§3.17.3).
    let id = format!("mcp-scopes-{}/", diagnostics.command());
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(RunAutomationDetails::builder().id(id).build())
        .invocations(vec![invocation(diagnostics)])
        .column_kind(json!("unicodeCodePoints"))
        .results(results)
        .build();
    indented(&Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build())
}

/// Returns the invocation, with a notification for what was not checked (§3.20.21).
fn invocation(diagnostics: &Diagnostics<'_>) -> Invocation {
    let mut invocation = Invocation::builder().execution_successful(!diagnostics.has_failed()).build();
    let notifications: Vec<Notification> = diagnostics
        .skipped()
        .iter()
        .map(|skipped| {
            let text = escaped(&format!("not checked: {}: {}", skipped.what, skipped.why));
            Notification::builder().level(json!("note")).message(Message::builder().text(text).build()).build()
        })
        .collect();
    if !notifications.is_empty() {
        invocation.tool_execution_notifications = Some(notifications);
    }
    invocation
}

fn entry(diagnostic: &Diagnostic<'_>, numbers: &BTreeMap<&str, i64>) -> Entry {
    let level = match diagnostic.level {
        Level::Note => ResultLevel::Note,
        Level::Warning => ResultLevel::Warning,
        Level::Error => ResultLevel::Error,
    };
    let fingerprint = &diagnostic.fingerprint;
    let mut entry = Entry::builder()
        .rule_id(diagnostic.id)
        .rule_index(numbers.get(diagnostic.id).copied().unwrap_or(-1))
        .level(level)
        .message(Message::builder().text(message(diagnostic)).build())
        .partial_fingerprints(BTreeMap::from([(fingerprint.version.to_owned(), fingerprint.digits.clone())]))
        .properties(properties(diagnostic))
        .build();
    entry.locations = location(diagnostic).map(|location| vec![location]);
    // SARIF §3.27.23: an empty array states that nothing suppresses a result. A missing array leaves it open.
    entry.suppressions = Some(diagnostic.suppression.map(suppression).into_iter().collect());
    entry
}

fn message(diagnostic: &Diagnostic<'_>) -> String {
    let mut text = diagnostic.headline();
    if !diagnostic.meaning.is_empty() {
        text.push_str(": ");
        text.push_str(diagnostic.meaning);
    }
    if !diagnostic.help.is_empty() {
        text.push_str("\nhelp: ");
        text.push_str(diagnostic.help);
    }
    // `[text](target)` is a link in a message (§3.11.6), and the text is that of a file.
    escaped(&text).replace("](", "\\](")
}

fn location(diagnostic: &Diagnostic<'_>) -> Option<Location> {
    let physical = diagnostic.place.as_ref().map(|place| match diagnostic.text_place() {
        Some(place) => places::physical(place),
        None => PhysicalLocation::builder().artifact_location(places::artifact(&place.file)).build(),
    });
    let logical = match diagnostic.subject {
        Subject::Pointer(pointer) => Some(vec![LogicalLocation::builder().fully_qualified_name(pointer).build()]),
        Subject::Name(_) => None,
    };
    if physical.is_none() && logical.is_none() {
        return None;
    }
    let mut location = Location::builder().build();
    location.physical_location = physical;
    location.logical_locations = logical;
    Some(location)
}

fn properties(diagnostic: &Diagnostic<'_>) -> PropertyBag {
    let mut properties = BTreeMap::new();
    if let Subject::Name(name) = diagnostic.subject {
        properties.insert("subject".to_owned(), json!(name));
    }
    if let Some(change) = diagnostic.change {
        properties.insert("change".to_owned(), json!(change));
    }
    if let Some(verdict) = diagnostic.verdict {
        properties.insert("compatibility".to_owned(), json!(verdict.compatibility.as_str()));
        properties.insert("security".to_owned(), json!(verdict.security.effect_names()));
    }
    PropertyBag::builder().additional_properties(properties).build()
}

fn suppression(why: &Why) -> Suppression {
    let kind = match why.kind {
        SuppressionKind::Comment => "inSource",
        SuppressionKind::Baseline | SuppressionKind::Acceptance => "external",
    };
    let reason = escaped(&why.reason);
    Suppression::builder().kind(json!(kind)).status(json!("accepted")).justification(reason).build()
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, message};

    #[test]
    fn messages_have_neither_links_nor_hidden_characters_of_a_file() {
        let text = "tool `[click](https://evil.example.com)` hides \u{202e}\u{e0041}";
        let shown = message(&Diagnostic::error(text, ""));
        assert_eq!(shown, "tool `[click\\](https://evil.example.com)` hides \\u{202e}\\u{e0041}");
    }
}
