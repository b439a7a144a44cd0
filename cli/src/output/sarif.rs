//! Findings as SARIF 2.1.0.
//!
//! The log has one run, which describes every rule, with or without findings. Suppressed findings are included, with
//! their reason: `inSource` for a comment, `external` for the baseline file. `baselineState` is set if findings were
//! compared with such a file. Lines and columns count from 1, columns in code points. Files are relative references, or
//! `file:` URLs for absolute paths.

use std::{collections::BTreeMap, fmt::Write as _};

use mcp_scopes_lint::{RULES, Rule, Setting, fingerprint};
use mcp_scopes_scan::{Finding, Level, Report, Suppression as Why, SuppressionKind, source::Place};
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Invocation, Location, Message, MultiformatMessageString,
    PhysicalLocation, PropertyBag, Region, Replacement, ReportingConfiguration, ReportingDescriptor, Result as Entry,
    ResultLevel, Run, RunAutomationDetails, Sarif, Suppression, Tool, ToolComponent,
};

use crate::output::finding::{all, page};

/// The address of the schema in the standard.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Renders the report as indented SARIF with a trailing line break. `baseline` states whether findings were compared
/// with a baseline file.
///
/// # Errors
/// No report causes an error, but serialization returns a `Result`.
pub fn render(report: &Report, baseline: bool) -> Result<String, serde_json::Error> {
    let descriptors = descriptors(report);
    let numbers: BTreeMap<&str, i64> =
        descriptors.iter().zip(0..).map(|(descriptor, number)| (descriptor.id.as_str(), number)).collect();
    let mut texts = Texts { report, starts: BTreeMap::new() };
    let results: Vec<Entry> = all(report).map(|finding| entry(finding, &numbers, &mut texts, baseline)).collect();
    log("lint", descriptors, results)
}

/// Returns the text of a log with one run of a command.
pub(crate) fn log(
    command: &str,
    rules: Vec<ReportingDescriptor>,
    results: Vec<Entry>,
) -> Result<String, serde_json::Error> {
    let driver = ToolComponent::builder()
        .name("mcp-scopes")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules)
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        // By default, code scanning takes runs of one tool for states of the same results (§3.17.3).
        .automation_details(RunAutomationDetails::builder().id(format!("mcp-scopes-{command}/")).build())
        .invocations(vec![Invocation::builder().execution_successful(true).build()])
        .column_kind(json!("unicodeCodePoints"))
        .results(results)
        .build();
    let sarif = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    let mut text = serde_json::to_string_pretty(&sarif)?;
    text.push('\n');
    Ok(text)
}

/// Returns every rule, then the reported diagnostics of the compiler, which have no rule.
fn descriptors(report: &Report) -> Vec<ReportingDescriptor> {
    let mut descriptors: Vec<ReportingDescriptor> = RULES.iter().map(descriptor).collect();
    for finding in all(report) {
        if !descriptors.iter().any(|known| known.id == finding.rule) {
            let said = MultiformatMessageString::builder().text("what the compiler reports too").build();
            let default = ReportingConfiguration::builder().level(json!("error")).build();
            let new = ReportingDescriptor::builder().id(finding.rule).short_description(said);
            descriptors.push(new.default_configuration(default).build());
        }
    }
    descriptors
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let enabled = rule.level != Setting::Allow;
    let level = if rule.level == Setting::Deny { "error" } else { "warning" };
    let properties = PropertyBag::builder()
        .tags(vec!["security".to_owned(), rule.category.as_str().to_owned()])
        .additional_properties(BTreeMap::from([("section".to_owned(), json!(rule.section))]))
        .build();
    ReportingDescriptor::builder()
        .id(rule.id)
        .name(friendly(rule.id))
        .short_description(text(rule.reason))
        .full_description(text(&format!("{} ({})", rule.reason, rule.section)))
        .help(MultiformatMessageString::builder().text(rule.docs).markdown(rule.docs).build())
        .help_uri(page(rule.id).unwrap_or_default())
        .default_configuration(ReportingConfiguration::builder().enabled(enabled).level(json!(level)).build())
        .properties(properties)
        .build()
}

fn entry<'r>(finding: &'r Finding, numbers: &BTreeMap<&str, i64>, texts: &mut Texts<'r>, baseline: bool) -> Entry {
    let help = if finding.help.is_empty() { String::new() } else { format!("\nhelp: {}", finding.help) };
    let message = Message::builder().text(format!("{}{help}", finding.message)).build();
    let properties = PropertyBag::builder()
        .additional_properties(BTreeMap::from([("subject".to_owned(), json!(finding.subject))]))
        .build();
    let level = match finding.level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
    };
    let mut entry = Entry::builder()
        .rule_id(finding.rule)
        .rule_index(numbers.get(finding.rule).copied().unwrap_or(-1))
        .level(level)
        .message(message)
        .partial_fingerprints(BTreeMap::from([(fingerprint::VERSION.to_owned(), finding.fingerprint.clone())]))
        .properties(properties)
        .build();
    if let Some(place) = &finding.place {
        entry.locations = Some(vec![Location::builder().physical_location(physical(place)).build()]);
    }
    let known = finding.suppression.as_ref().is_some_and(|why| why.kind == SuppressionKind::Baseline);
    entry.baseline_state = baseline.then(|| json!(if known { "unchanged" } else { "new" }));
    // SARIF §3.27.23: an empty array states that nothing suppresses a result. A missing array leaves it open.
    entry.suppressions = Some(finding.suppression.iter().map(suppression).collect());
    entry.fixes = finding.fix.as_ref().and_then(|fix| texts.fix(fix)).map(|fix| vec![fix]);
    entry
}

fn suppression(why: &Why) -> Suppression {
    let kind = match why.kind {
        SuppressionKind::Comment => "inSource",
        SuppressionKind::Baseline => "external",
    };
    let reason = why.reason.as_str();
    Suppression::builder().kind(json!(kind)).status(json!("accepted")).justification(reason).build()
}

/// Returns the name of a rule beside its id, in the form of §3.49.7: `BroadScope`.
pub(crate) fn friendly(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    id.split('-').filter_map(word).collect()
}

pub(crate) fn physical(place: &Place) -> PhysicalLocation {
    PhysicalLocation::builder().artifact_location(artifact(&place.file)).region(region(place)).build()
}

fn region(place: &Place) -> Region {
    Region::builder()
        .start_line(i64::from(place.start.line))
        .start_column(i64::from(place.start.column))
        .end_line(i64::from(place.end.line))
        .end_column(i64::from(place.end.column))
        .build()
}

fn artifact(file: &str) -> ArtifactLocation {
    ArtifactLocation::builder().uri(uri(file)).build()
}

/// Converts a path to a URI reference (RFC 3986 §4.1).
fn uri(file: &str) -> String {
    let mut uri = String::new();
    let drive = file.as_bytes().get(1) == Some(&b':') && file.as_bytes().get(2) == Some(&b'/');
    if drive {
        uri.push_str("file:///");
    } else if file.starts_with('/') {
        uri.push_str("file://");
    }
    for (place, byte) in file.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b':' if drive && place == 1 => uri.push(':'),
            // Writing to a string does not fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

/// The texts that fixes edit, with the offsets of their lines.
struct Texts<'r> {
    report: &'r Report,
    starts: BTreeMap<&'r str, Vec<usize>>,
}

impl<'r> Texts<'r> {
    fn fix(&mut self, fix: &'r mcp_scopes_scan::Fix) -> Option<Fix> {
        let mut changes: BTreeMap<&str, Vec<Replacement>> = BTreeMap::new();
        for edit in &fix.edits {
            let deleted = Region::builder()
                .start_line(self.line(&edit.file, edit.range.start)?.0)
                .start_column(self.line(&edit.file, edit.range.start)?.1)
                .end_line(self.line(&edit.file, edit.range.end)?.0)
                .end_column(self.line(&edit.file, edit.range.end)?.1)
                .build();
            let inserted = ArtifactContent::builder().text(edit.text.as_str()).build();
            let replacement = Replacement::builder().deleted_region(deleted).inserted_content(inserted).build();
            changes.entry(&edit.file).or_default().push(replacement);
        }
        let changes = changes.into_iter().map(|(file, replacements)| {
            ArtifactChange::builder().artifact_location(artifact(file)).replacements(replacements).build()
        });
        let properties = PropertyBag::builder()
            .additional_properties(BTreeMap::from([("safety".to_owned(), json!(fix.safety.as_str()))]))
            .build();
        let description = Message::builder().text(fix.title.as_str()).build();
        let fix = Fix::builder().artifact_changes(changes.collect::<Vec<_>>());
        Some(fix.description(description).properties(properties).build())
    }

    /// Returns the line and the column of a byte, both from 1.
    fn line(&mut self, file: &'r str, at: usize) -> Option<(i64, i64)> {
        let text = self.report.sources.text(file)?;
        let starts = self
            .starts
            .entry(file)
            .or_insert_with(|| std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect());
        let line = starts.partition_point(|start| *start <= at);
        let start = *starts.get(line.checked_sub(1)?)?;
        let column = text.get(start..at)?.chars().count() + 1;
        Some((i64::try_from(line).ok()?, i64::try_from(column).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{friendly, uri};

    #[test]
    fn names_are_one_word() {
        assert_eq!(friendly("dpop-without-alg"), "DpopWithoutAlg");
    }

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("src/main.rs"), "src/main.rs");
        assert_eq!(uri("../a b/ü#?%.rs"), "../a%20b/%C3%BC%23%3F%25.rs");
        assert_eq!(uri("/tmp/a:b.json"), "file:///tmp/a%3Ab.json");
        assert_eq!(uri("C:/x.rs"), "file:///C:/x.rs");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
