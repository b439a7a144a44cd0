//! Changes as one JSON object, version 1.
//!
//! Later releases may add members to version 1, but never remove one or change its meaning. The schema is
//! `cli/schemas/diff-v1.schema.json`. A test compares it with these types.

use serde::Serialize;

use super::rows::{Report, Row};
use crate::diff::change::{Change, Compatibility};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Changes of mcp-scopes diff, version 1"))]
struct Document<'a> {
    /// The version of this format.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    version: u32,
    /// The changes, in the order of the document.
    changes: Vec<Entry<'a>>,
    /// The verdict over all changes.
    summary: Summary,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Change"))]
struct Entry<'a> {
    /// The kind of change.
    #[cfg_attr(test, schemars(extend("enum" = kinds())))]
    id: &'static str,
    /// `error` if the run exits with 1 because of it, `warning` if it weakens access, else `note`.
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
    why: &'static str,
    /// The place in the document, as a JSON Pointer (RFC 6901).
    pointer: &'a str,
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

/// Renders the report as indented JSON with a trailing line break.
///
/// # Errors
/// No report causes an error, but serialization returns a `Result`.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let (compatibility, security) = report.verdict();
    let document = Document {
        version: 1,
        changes: report.rows.iter().map(entry).collect(),
        summary: Summary { compatibility: compatibility.map(Compatibility::as_str), security: security.words() },
    };
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn entry(Row { change, level, place }: &Row) -> Entry<'_> {
    let Change { kind, pointer, message, compatibility, security } = change;
    let place = place.as_ref();
    Entry {
        id: kind.id(),
        level: level.as_str(),
        compatibility: compatibility.as_str(),
        security: security.words(),
        message,
        why: kind.why(),
        pointer,
        file: place.map(|place| &*place.file),
        line: place.map(|place| place.start.line),
        column: place.map(|place| place.start.column),
        end_line: place.map(|place| place.end.line),
        end_column: place.map(|place| place.end.column),
    }
}

#[cfg(test)]
fn kinds() -> Vec<&'static str> {
    use crate::diff::change::Kind;
    Kind::ALL.iter().map(|kind| kind.id()).collect()
}

#[cfg(test)]
fn security(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "array",
        "items": {"type": "string", "enum": ["neutral", "weakens", "tightens"]},
        "minItems": 1,
        "uniqueItems": true,
    })
}

#[cfg(test)]
mod tests {
    use super::Document;

    /// Programs read this output, so existing members may not change. `MCP_SCOPES_BLESS=1` writes additions.
    #[test]
    fn the_schema_is_the_committed_one() {
        let schema = schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12().for_serialize())
            .into_root_schema_for::<Document<'static>>();
        crate::schemas::committed::compare("diff-v1.schema.json", &schema.to_value());
    }
}
