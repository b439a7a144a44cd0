//! `mcp-scopes.lock.json`: what a release was last seen to allow, for review.

use mcp_scopes_prm::{Json, Metadata};
use serde::Serialize;

use crate::schemas;

/// The name of the file.
pub(crate) const FILE: &str = "mcp-scopes.lock.json";

/// The place of the document in it.
pub(crate) const INSIDE: &str = "/document";

/// The version that is written.
const VERSION: u32 = 1;

/// The members that the file may have.
pub(crate) const MEMBERS: [&str; 3] = ["$schema", "version", "document"];

#[derive(Serialize)]
struct Lock<'d> {
    #[serde(rename = "$schema")]
    schema: &'d str,
    version: u32,
    document: &'d Metadata,
}

/// The text of the file. What the one before it names as its schema stays.
pub(crate) fn text(metadata: &Metadata, before: Option<&str>) -> String {
    let named = before.and_then(|text| Some(Json::parse(text).ok()?.get("$schema")?.as_str()?.to_owned()));
    let schema = named.as_deref().unwrap_or(schemas::LOCK.url);
    let lock = Lock { schema, version: VERSION, document: metadata };
    // A document is text, numbers and lists: nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(&lock).unwrap_or_default();
    text.push('\n');
    text
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
