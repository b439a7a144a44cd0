//! `[[diff.accept]]`: changes between releases that are accepted until a day.

use super::reader::{Key, TomlReader, Value, entries};
use crate::{
    catalogue::{BAD_DATE, BAD_POINTER, INCOMPLETE_ACCEPTANCE},
    ir::{AcceptDecl, AcceptedSubject, ConfigDecl, StatedDecl},
};
use toml::de::{DeTable, DeValue};

pub(super) const DIFF: [&str; 1] = ["accept"];
pub(super) const ACCEPT: [&str; 6] = ["kind", "change", "tool", "pointer", "reason", "until"];

pub(super) fn diff(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        if key.text != "accept" {
            reader.unknown_key(key, "diff", &DIFF);
            continue;
        }
        for (entry, at) in reader.tables("diff.accept", value) {
            config.accept.extend(accepted(reader, entry, at));
        }
    }
}

/// Reads one entry. `at` is the byte offset where it starts.
fn accepted(reader: &mut TomlReader<'_>, table: &DeTable<'_>, at: usize) -> Option<AcceptDecl> {
    let (mut kind, mut change, mut tool, mut pointer, mut reason, mut until) = (None, None, None, None, None, None);
    for (key, value) in entries(table) {
        match key.text {
            "kind" => {
                let text = reader.string(key.text, value);
                kind = text.map(|text| reader.stated(text, value.span().start));
            }
            "change" => change = reader.string(key.text, value).map(str::to_owned),
            "tool" => tool = reader.string(key.text, value).map(str::to_owned),
            "pointer" => pointer = json_pointer(reader, key, value),
            "reason" => reason = reader.string(key.text, value).map(str::to_owned),
            "until" => until = day(reader, key, value),
            _ => reader.unknown_key(key, "diff.accept", &ACCEPT),
        }
    }
    let stated = |name: &str| table.keys().any(|key| key.get_ref() == name);
    if stated("tool") == stated("pointer") {
        let message = if stated("tool") {
            "an accepted change has both `tool` and `pointer`"
        } else {
            "an accepted change has neither `tool` nor `pointer`"
        };
        reader.error(&INCOMPLETE_ACCEPTANCE, at, message.to_owned());
        reader.help("write one of the two: the tool that changes, or the place in the document".to_owned());
    }
    for name in ["kind", "change", "reason", "until"] {
        if !stated(name) {
            reader.error(&INCOMPLETE_ACCEPTANCE, at, format!("an accepted change has no `{name}`"));
            if name == "change" {
                reader.help("write the digits that `mcp-scopes diff` prints for the change".to_owned());
            }
        }
    }
    let subject = tool.map(AcceptedSubject::Tool).or(pointer.map(AcceptedSubject::Pointer))?;
    let kind: StatedDecl = kind?;
    Some(AcceptDecl { kind, change: change?, subject, reason: reason?, until: until? })
}

fn json_pointer(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string(key.text, value)?;
    if text.starts_with('/') {
        return Some(text.to_owned());
    }
    reader.error(&BAD_POINTER, value.span().start, format!("`{}`: `{text}` does not begin with `/`", key.text));
    None
}

/// Reads a day: a date of TOML, or a string of the same form.
fn day(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<String> {
    let day = if matches!(value.get_ref(), DeValue::Datetime(_)) {
        date_of(value.get_ref())
    } else {
        // The parser of TOML checks the form and the number of days of the month.
        let document = format!("day = {}", reader.string(key.text, value)?);
        DeTable::parse(&document).ok().and_then(|document| date_of(document.get_ref().get("day")?.get_ref()))
    };
    if day.is_none() {
        reader.error(&BAD_DATE, value.span().start, format!("`{}` is not a day", key.text));
    }
    day
}

/// Returns a date without a time as `YYYY-MM-DD`.
fn date_of(value: &DeValue<'_>) -> Option<String> {
    let DeValue::Datetime(datetime) = value else { return None };
    (datetime.time.is_none() && datetime.offset.is_none()).then(|| datetime.to_string())
}
