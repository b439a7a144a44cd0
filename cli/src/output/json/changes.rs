//! The published JSON of changes, version 1.
//!
//! Later releases may add members to version 1, but never remove one or change its meaning. The schema is
//! `cli/schemas/diff-v1.schema.json`. A test compares it with these types.

use serde::Serialize;

use super::{
    super::{
        diagnostic::{Diagnostic, Subject},
        diagnostics::Diagnostics,
    },
    THIS, ToolJson,
};
use crate::verdict::{Security, Verdict};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Changes of mcp-scopes diff, version 1"))]
pub(super) struct ChangesJson<'a> {
    /// The version of this format.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    version: u32,
    /// The program that wrote it.
    tool: ToolJson,
    /// The changes that are not accepted, in the order of the document.
    changes: Vec<ChangeJson<'a>>,
    /// The changes that `[[diff.accept]]` accepts.
    accepted: Vec<Accepted<'a>>,
    /// What is wrong with entries of `[[diff.accept]]`, or with the input.
    notices: Vec<Notice<'a>>,
    /// The verdict over all changes that are not accepted.
    summary: Summary,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Accepted<'a> {
    #[serde(flatten)]
    change: ChangeJson<'a>,
    /// The reason of the entry.
    reason: &'a str,
    /// The last day on which it is accepted, as `YYYY-MM-DD`.
    until: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Notice<'a> {
    /// The id.
    #[cfg_attr(test, schemars(extend("enum" = notices())))]
    id: &'a str,
    /// `error` if the run exits with 1 because of it, else `warning`.
    #[cfg_attr(test, schemars(extend("enum" = ["warning", "error"])))]
    level: &'static str,
    /// The problem, in one line.
    message: &'a str,
    /// The correction.
    help: &'a str,
    /// The configuration file, with slashes; `null` for input that cannot be read.
    file: Option<&'a str>,
    /// The line of the entry, from 1.
    line: Option<u32>,
    /// The column, from 1.
    column: Option<u32>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Change"))]
struct ChangeJson<'a> {
    /// The kind of change.
    #[cfg_attr(test, schemars(extend("enum" = kinds())))]
    id: &'a str,
    /// `error` if the run exits with 1 because of it, `warning` if it weakens access or if models read it, else `note`.
    #[cfg_attr(test, schemars(extend("enum" = ["note", "warning", "error"])))]
    level: &'static str,
    /// The effect on current users of the server.
    #[cfg_attr(test, schemars(extend("enum" = ["patch", "minor", "major"])))]
    compatibility: &'static str,
    /// The effect on access control.
    #[cfg_attr(test, schemars(schema_with = "security"))]
    security: &'static [&'static str],
    /// The change, in one line.
    message: &'a str,
    /// The meaning of such a change, in one line.
    why: &'a str,
    /// The place in the document, as a JSON Pointer (RFC 6901).
    pointer: &'a str,
    /// The digits by which an acceptance states this change. Another change of the same kind and place has others.
    change: &'a str,
    /// The file of the new side that states it, with slashes; `null` if there is none.
    file: Option<&'a str>,
    /// The line of the first character there, from 1.
    line: Option<u32>,
    /// The column of the first character, from 1.
    column: Option<u32>,
    /// The line of the last character.
    end_line: Option<u32>,
    /// The column after the last character.
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    /// The most severe effect; `null` if nothing changed.
    #[cfg_attr(test, schemars(extend("enum" = ["patch", "minor", "major", null])))]
    compatibility: Option<&'static str>,
    /// All effects together.
    #[cfg_attr(test, schemars(schema_with = "security"))]
    security: &'static [&'static str],
}

/// Returns the object for the changes of a run.
pub(super) fn document<'a>(diagnostics: &'a Diagnostics<'_>) -> ChangesJson<'a> {
    let verdict = diagnostics.verdict();
    ChangesJson {
        version: 1,
        tool: THIS,
        changes: diagnostics.active.iter().filter(|diagnostic| diagnostic.verdict.is_some()).map(entry).collect(),
        accepted: diagnostics.suppressed.iter().filter_map(accepted).collect(),
        notices: diagnostics.active.iter().filter(|diagnostic| diagnostic.verdict.is_none()).map(notice).collect(),
        summary: Summary {
            compatibility: verdict.map(|verdict| verdict.compatibility.as_str()),
            security: effects_of(verdict),
        },
    }
}

fn entry<'a>(change: &'a Diagnostic<'_>) -> ChangeJson<'a> {
    // A program has no lines.
    let (place, text) = (change.place.as_ref(), change.text_place());
    let (Subject::Name(pointer) | Subject::Pointer(pointer)) = change.subject;
    ChangeJson {
        id: change.id,
        level: change.level.as_str(),
        compatibility: change.verdict.map(|verdict| verdict.compatibility.as_str()).unwrap_or_default(),
        security: effects_of(change.verdict),
        message: change.message,
        why: change.meaning,
        pointer,
        change: change.change.unwrap_or_default(),
        file: place.map(|place| &*place.file),
        line: text.map(|place| place.start.line),
        column: text.map(|place| place.start.column),
        end_line: text.map(|place| place.end.line),
        end_column: text.map(|place| place.end.column),
    }
}

fn accepted<'a>(change: &'a Diagnostic<'_>) -> Option<Accepted<'a>> {
    let why = change.suppression?;
    Some(Accepted { change: entry(change), reason: &why.reason, until: why.until.as_deref() })
}

fn notice<'a>(notice: &'a Diagnostic<'_>) -> Notice<'a> {
    let place = notice.place.as_ref();
    Notice {
        id: notice.id,
        level: notice.level.as_str(),
        message: notice.message,
        help: notice.help,
        file: place.map(|place| &*place.file),
        line: place.map(|place| place.start.line),
        column: place.map(|place| place.start.column),
    }
}

fn effects_of(verdict: Option<Verdict>) -> &'static [&'static str] {
    verdict.map_or(Security::NEUTRAL, |verdict| verdict.security).effect_names()
}

#[cfg(test)]
fn kinds() -> Vec<&'static str> {
    use crate::diff::change::Kind;
    Kind::ALL.iter().map(|kind| kind.id()).collect()
}

#[cfg(test)]
fn notices() -> Vec<&'static str> {
    let about_entries = crate::diff::accept::NOTICES.iter().map(|(id, _)| *id);
    about_entries.chain([super::super::diagnostic::UNREADABLE]).collect()
}

#[cfg(test)]
fn security(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "array",
        "items": {"type": "string", "enum": ["neutral", "weakens", "tightens", "reworded"]},
        "minItems": 1,
        "uniqueItems": true,
    })
}

#[cfg(test)]
mod tests {
    use super::ChangesJson;

    /// Programs read this output, so existing members may not change. `MCP_SCOPES_BLESS=1` writes additions.
    #[test]
    fn the_schema_is_the_committed_one() {
        let schema = schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12().for_serialize())
            .into_root_schema_for::<ChangesJson<'static>>();
        crate::schemas::committed::compare("diff-v1.schema.json", &schema.to_value());
    }
}
