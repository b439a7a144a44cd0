//! `mcp-scopes.lock.json`: the recorded access of a release, for review.

use mcp_scopes_prm::{
    Metadata,
    json::{Json, SyntaxError},
};

use crate::{hints::Hints, schemas};

/// The default name of the file.
pub(crate) const FILE: &str = "mcp-scopes.lock.json";

/// Returns the name of the lock file of a table. Of several tables in one package each has its own.
pub(crate) fn name(table: &str, is_one_of_several: bool) -> String {
    if is_one_of_several { format!("{}.lock.json", table.to_lowercase()) } else { FILE.to_owned() }
}

/// The pointer of the document in it.
pub(crate) const INSIDE: &str = "/document";

/// The version of the format.
const VERSION: u32 = 1;

/// The permitted members of the file.
pub(crate) const MEMBERS: [&str; 4] = ["$schema", "version", "document", HINTS];
/// The member with the hints of the tools, which the document does not state.
const HINTS: &str = "hints";

/// Returns the text of the file. It keeps the schema that the previous file names.
///
/// # Errors
/// Returns an error if the text could not be parsed. This happens for a document at the maximum nesting, since a lock
/// file nests it one level deeper.
pub(crate) fn text(metadata: &Metadata, hints: &Hints, before: Option<&str>) -> Result<String, SyntaxError> {
    let named = before.and_then(|text| Some(Json::parse(text).ok()?.get("$schema")?.as_str()?.to_owned()));
    let schema = named.as_deref().unwrap_or(schemas::LOCK.url);
    let values = [Json::String(schema.to_owned()), Json::Number(VERSION.into()), metadata.to_json()];
    let values = values.into_iter().chain(hints.to_json());
    let lock = Json::Object(MEMBERS.map(str::to_owned).into_iter().zip(values).collect());
    let mut text = lock.pretty();
    text.push('\n');
    Json::parse(&text).map(|_| text)
}

/// Returns the document and the hints in the text of a lock file; `None` if it is not a lock file.
pub(crate) fn contents_of(text: &str) -> Option<Result<(String, Hints), String>> {
    let Ok(Json::Object(members)) = Json::parse(text) else { return None };
    let document = members.get("document").filter(|_| !members.contains_key("resource"))?;
    if members.get("version").map(ToString::to_string).as_deref() != Some("1") {
        return Some(Err("unsupported version; this program reads version 1".to_owned()));
    }
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Some(Err(format!("unknown member `{unknown}`")));
    }
    if members.get("$schema").is_some_and(|schema| schema.as_str().is_none()) {
        return Some(Err("`$schema` is not a string".to_owned()));
    }
    let hints = members.get(HINTS).map_or_else(|| Ok(Hints::default()), Hints::parse);
    Some(hints.map(|hints| (document.to_string(), hints)))
}
