//! The limits of [`Json::parse`], for documents that were not parsed.
//!
//! A parsed document is within the limits. A document that is built in code or from a scope table may not be.

use mcp_scopes_model::markers::private_prefix;

use crate::{
    ViolationKind,
    error::{ViolationList, below, section_of},
    json::{Json, MAX_DEPTH},
};

/// Reports the first part of a document that could not be parsed again.
pub(crate) fn check(document: &Json, report: &mut ViolationList) {
    let Some(Fault { path, message, help }) = fault(document, MAX_DEPTH) else { return };
    let pointer = path.iter().rev().fold(String::new(), |pointer, step| below(&pointer, step));
    let section = section_of(&pointer);
    report.add(ViolationKind::Unreadable, pointer, section, message, help);
}

struct Fault {
    /// The innermost step first.
    path: Vec<String>,
    message: String,
    help: &'static str,
}

/// Returns the first fault of a value that may nest `depth` levels.
fn fault(value: &Json, depth: usize) -> Option<Fault> {
    let (Json::Array(_) | Json::Object(_)) = value else { return None };
    let Some(depth) = depth.checked_sub(1) else {
        let message = format!("is nested deeper than {MAX_DEPTH} levels");
        return Some(Fault { path: Vec::new(), message, help: "write the value in fewer levels" });
    };
    match value {
        Json::Object(members) => members.iter().find_map(|(name, value)| {
            let mut found = match private_prefix(name) {
                Some(prefix) => Fault {
                    path: Vec::new(),
                    message: format!("has a name that begins with `{prefix}`, which a parsing library reserves"),
                    help: "rename the member",
                },
                None => fault(value, depth)?,
            };
            found.path.push(name.clone());
            Some(found)
        }),
        Json::Array(items) => items.iter().enumerate().find_map(|(place, item)| {
            let mut found = fault(item, depth)?;
            found.path.push(place.to_string());
            Some(found)
        }),
        _ => None,
    }
}
