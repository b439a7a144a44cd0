//! `mcp-scopes.lock.json`: what a release was last seen to allow, for review.

use mcp_scopes_prm::{Json, Metadata, json::SyntaxError};

use crate::schemas;

/// The name of the file.
pub(crate) const FILE: &str = "mcp-scopes.lock.json";

/// The place of the document in it.
pub(crate) const INSIDE: &str = "/document";

/// The version that is written.
const VERSION: u32 = 1;

/// The members that the file may have.
pub(crate) const MEMBERS: [&str; 3] = ["$schema", "version", "document"];

/// The text of the file. What the one before it names as its schema stays.
///
/// # Errors
/// The text could not be read again: the document is as deep as a document can be, and a lock file holds it one level
/// deeper.
pub(crate) fn text(metadata: &Metadata, before: Option<&str>) -> Result<String, SyntaxError> {
    let named = before.and_then(|text| Some(Json::parse(text).ok()?.get("$schema")?.as_str()?.to_owned()));
    let schema = named.as_deref().unwrap_or(schemas::LOCK.url);
    let values = [Json::String(schema.to_owned()), Json::Number(VERSION.into()), metadata.to_json()];
    let lock = Json::Object(MEMBERS.map(str::to_owned).into_iter().zip(values).collect());
    let mut text = lock.pretty();
    text.push('\n');
    Json::parse(&text).map(|_| text)
}

/// The document in the text of a lock file; `None` if it is none.
pub(crate) fn document_in(text: &str) -> Option<Result<String, String>> {
    let Ok(Json::Object(members)) = Json::parse(text) else { return None };
    let document = members.get("document").filter(|_| !members.contains_key("resource"))?;
    if members.get("version").map(ToString::to_string).as_deref() != Some("1") {
        return Some(Err("its version is not the one that this program knows, which is 1".to_owned()));
    }
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Some(Err(format!("version 1 knows no member `{unknown}`")));
    }
    if members.get("$schema").is_some_and(|schema| schema.as_str().is_none()) {
        return Some(Err("`$schema` is not a string".to_owned()));
    }
    Some(Ok(document.to_string()))
}
