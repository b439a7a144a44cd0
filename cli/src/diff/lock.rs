//! `mcp-scopes.lock.json`: what a release was last seen to allow, for review.

use mcp_scopes_prm::{Document, Json, Metadata};
use serde::Serialize;

/// The name of the file.
pub(crate) const FILE: &str = "mcp-scopes.lock.json";

/// The version that is written.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Lock<'d> {
    version: u32,
    document: &'d Metadata,
}

/// The text of the file.
pub(crate) fn text(metadata: &Metadata) -> String {
    let lock = Lock { version: VERSION, document: metadata };
    // A document is text, numbers and lists: nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(&lock).unwrap_or_default();
    text.push('\n');
    text
}

/// The document in the text of a lock file; `None` if it is none.
pub(crate) fn document_in(text: &str) -> Option<Result<Document, String>> {
    let Ok(Json::Object(members)) = Json::parse(text) else { return None };
    let document = members.get("document").filter(|_| !members.contains_key("resource"))?;
    if members.get("version").map(ToString::to_string).as_deref() != Some("1") {
        return Some(Err("its version is not the one that this program knows, which is 1".to_owned()));
    }
    Some(match Metadata::from_json(document.to_string()) {
        Ok(metadata) => Ok(metadata.into_document()),
        Err(error) => Err(format!("its document is not valid: {error}")),
    })
}
