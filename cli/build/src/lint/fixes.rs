//! What makes findings about documents go away without changing what a document means.

use std::ops::Range;

use mcp_scopes_prm::{Violation, ViolationKind, json::Duplicate};

use crate::{Fix, lint::view::Document};

/// The fix for what reading a document reports, where there is one that cannot change what it means.
pub(super) fn of_violation(document: &Document<'_>, violation: &Violation) -> Option<Fix> {
    match violation.kind {
        // Leaving it out is what RFC 9728 §3.2 asks for.
        ViolationKind::EmptyMember => {
            let range = document.whole_range(&violation.pointer)?;
            let title = format!("remove the member `{}`", violation.pointer);
            Some(Fix::safe(title).edit(&document.file, removal(document.text, &range), ""))
        }
        _ => None,
    }
}

/// The fix for a member that stands twice with one value.
pub(super) fn of_duplicate(document: &Document<'_>, twice: &Duplicate) -> Option<Fix> {
    let title = format!("remove the second `{}`", twice.name);
    twice.same.then(|| Fix::safe(title).edit(&document.file, removal(document.text, &twice.spot.whole()), ""))
}

/// What has to go with a member or an element: the comma behind it with the blanks, or else the one in front of it.
fn removal(text: &str, range: &Range<usize>) -> Range<usize> {
    const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];
    let behind = text.get(range.end..).unwrap_or("");
    if let Some(rest) = behind.trim_start_matches(BLANK).strip_prefix(',') {
        return range.start..text.len() - rest.trim_start_matches(BLANK).len();
    }
    let before = text.get(..range.start).unwrap_or("");
    match before.trim_end_matches(BLANK).strip_suffix(',') {
        Some(rest) => rest.len()..range.end,
        None => range.clone(),
    }
}

#[cfg(test)]
mod tests {
    use mcp_scopes_prm::Json;

    use super::removal;

    #[test]
    fn what_is_left_is_json() {
        for (text, pointer, left) in [
            ("{\"a\": 1}", "/a", "{}"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", "/a", "{\n  \"b\": 2\n}"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", "/b", "{\n  \"a\": 1\n}"),
            ("[1 , 2,3]", "/1", "[1 , 3]"),
        ] {
            let located = Json::locate(text).unwrap();
            let range = located.places.find(&located.json, pointer).unwrap().whole();
            let mut found = text.to_owned();
            found.replace_range(removal(text, &range), "");
            assert_eq!(found, left);
            assert!(Json::parse(&found).is_ok());
        }
    }
}
