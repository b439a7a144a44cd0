//! Changes as SARIF 2.1.0. Every kind of change is a rule. A change that makes the run exit with 1 is an error, another
//! that weakens access is a warning, the rest are notes. The location is that of the new side. The pointer into the
//! document is a logical location.

use std::collections::BTreeMap;

use mcp_scopes_lint::fingerprint;
use serde_json::json;
use serde_sarif::sarif::{
    Location, LogicalLocation, Message, MultiformatMessageString, PropertyBag, ReportingConfiguration,
    ReportingDescriptor, Result as Entry, ResultLevel,
};

use super::rows::{Level, Report, Row};
use crate::{
    diff::change::{Change, Compatibility, Kind},
    output::sarif::{friendly, log, physical},
};

/// The version of the fingerprint algorithm. It hashes the kind, the pointer and the message, each followed by a zero
/// byte.
const FINGERPRINT: &str = "mcp-scopes-diff/v1";

/// Renders the report as indented SARIF with a trailing line break.
///
/// # Errors
/// No report causes an error, but serialization returns a `Result`.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let rules = Kind::ALL.iter().map(|kind| descriptor(*kind)).collect();
    log("diff", rules, report.rows.iter().map(entry).collect())
}

fn descriptor(kind: Kind) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let compatibility = kind.compatibility().as_str();
    let properties = PropertyBag::builder()
        .tags(vec!["security".to_owned(), "release".to_owned()])
        .additional_properties(BTreeMap::from([("compatibility".to_owned(), json!(compatibility))]))
        .build();
    ReportingDescriptor::builder()
        .id(kind.id())
        .name(friendly(kind.id()))
        .short_description(text(kind.why()))
        .full_description(text(&format!("{} ({compatibility})", kind.why())))
        .help(help(kind))
        .help_uri(concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/ARCHITECTURE.md#releases"))
        .default_configuration(ReportingConfiguration::builder().level(json!("note")).build())
        .properties(properties)
        .build()
}

/// Code scanning rejects a rule without a help text.
fn help(kind: Kind) -> MultiformatMessageString {
    let meaning = match kind.compatibility() {
        Compatibility::Major => "something that worked stops",
        Compatibility::Minor => "something new can be used",
        Compatibility::Patch => "nothing that worked stops",
    };
    let (why, compatibility) = (kind.why(), kind.compatibility().as_str());
    let rest = "Each change says besides whether it weakens or tightens: whether some token opens a tool that it did not \
                open, or a limit is laxer, or the other way round. What is meant is accepted by `mcp-scopes lock`.";
    MultiformatMessageString::builder()
        .text(format!("A change of this kind: {why}. It is {compatibility}: {meaning}. {rest}"))
        .markdown(format!("A change of this kind: {why}.\n\nIt is **{compatibility}**: {meaning}.\n\n{rest}"))
        .build()
}

fn entry(Row { change, level, place }: &Row) -> Entry {
    let Change { kind, pointer, message, compatibility, security } = change;
    let level = match level {
        Level::Note => ResultLevel::Note,
        Level::Warning => ResultLevel::Warning,
        Level::Error => ResultLevel::Error,
    };
    let words = security.words();
    let text = format!("{}, {}: {message}: {}", compatibility.as_str(), words.join(" and "), kind.why());
    let logical = vec![LogicalLocation::builder().fully_qualified_name(pointer.as_str()).build()];
    let location = match place {
        Some(place) => Location::builder().logical_locations(logical).physical_location(physical(place)).build(),
        None => Location::builder().logical_locations(logical).build(),
    };
    let properties = PropertyBag::builder()
        .additional_properties(BTreeMap::from([
            ("compatibility".to_owned(), json!(compatibility.as_str())),
            ("security".to_owned(), json!(words)),
        ]))
        .build();
    let number = Kind::ALL.iter().zip(0..).find(|(other, _)| *other == kind).map_or(-1, |(_, number)| number);
    Entry::builder()
        .rule_id(kind.id())
        .rule_index(number)
        .level(level)
        .message(Message::builder().text(text).build())
        .locations(vec![location])
        .partial_fingerprints(BTreeMap::from([(
            FINGERPRINT.to_owned(),
            fingerprint::digits(&[kind.id(), &change.pointer, &change.message]),
        )]))
        .properties(properties)
        .build()
}
