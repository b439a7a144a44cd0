//! Builds the fixes of findings about documents and scopes.

use std::ops::Range;

use mcp_scopes_prm::{
    Violation, ViolationKind,
    json::{Duplicate, Json},
};
use mcp_scopes_scan::{
    Fix,
    source::{Placed, Sources},
};

use crate::lint_model::{ParsedDocument, Profile, Scope, Table};

/// Returns the fix for a violation, if there is one that does not change the meaning of the document.
pub(super) fn of_violation(document: &ParsedDocument<'_>, violation: &Violation) -> Option<Fix> {
    match violation.kind {
        // Without it, the document would lack what MCP requires, or clients could take the entry for a public one.
        ViolationKind::EmptyMember
            if is_required_but_empty(document, violation) || opens_by_nothing(document, violation) =>
        {
            None
        }
        // RFC 9728 §3.2 requires leaving it out.
        ViolationKind::EmptyMember => {
            let range = document.whole_range(&violation.pointer)?;
            let title = format!("remove the member `{}`", violation.pointer);
            Some(Fix::safe(title).edit(&document.file, removal(document.text, &range), ""))
        }
        // Clients compare code point by code point (RFC 9728 §3.3), so a slash may be the only difference.
        ViolationKind::ResourceMismatch => {
            let expected = document.expected_resource?;
            let stated = document.value("/resource")?.as_str()?;
            let slash = expected.strip_suffix('/') == Some(stated) || stated.strip_suffix('/') == Some(expected);
            let range = document.range("/resource").filter(|_| slash)?;
            let text = serde_json::to_string(expected).ok()?;
            Some(Fix::risky(format!("write `{expected}`")).edit(&document.file, range, text))
        }
        _ => None,
    }
}

/// Returns whether the member is an empty list that MCP requires to have an element.
pub(super) fn is_required_but_empty(document: &ParsedDocument<'_>, violation: &Violation) -> bool {
    let is_empty = violation.kind == ViolationKind::EmptyMember && violation.pointer == "/authorization_servers";
    is_empty && document.profile == Profile::Mcp
}

/// Returns whether the member is an empty requirement, and nothing else states what opens the entry.
pub(super) fn opens_by_nothing(document: &ParsedDocument<'_>, violation: &Violation) -> bool {
    let Some(entry) = violation.pointer.strip_suffix("/required_scopes") else { return false };
    let is_stated = |name: &str| document.value(&format!("{entry}/{name}")) == Some(&Json::Bool(true));
    violation.kind == ViolationKind::EmptyMember && !is_stated("public") && !is_stated("authenticated")
}

/// Returns the fix for a member that is repeated with the same value.
pub(super) fn of_duplicate(document: &ParsedDocument<'_>, twice: &Duplicate) -> Option<Fix> {
    let title = format!("remove the second `{}`", twice.name);
    twice.same.then(|| Fix::safe(title).edit(&document.file, removal(document.text, &twice.spot.whole()), ""))
}

/// Returns the fix for a repeated element of a list.
pub(super) fn of_element(document: &ParsedDocument<'_>, pointer: &str) -> Option<Fix> {
    let range = document.whole_range(pointer)?;
    let title = format!("remove the element `{pointer}`");
    Some(Fix::safe(title).edit(&document.file, removal(document.text, &range), ""))
}

/// Returns the fix for a member with a misspelt name: the correct name.
pub(super) fn renamed_member(document: &ParsedDocument<'_>, pointer: &str, name: &str) -> Option<Fix> {
    let (whole, value) = (document.whole_range(pointer)?, document.range(pointer)?);
    // The text before the value: the quoted name and the colon.
    let head = document.text.get(whole.start..value.start)?;
    let end = head.rfind(':')?;
    let written = head.get(..end)?.trim_end();
    let range = whole.start..whole.start + written.len();
    let title = format!("rename the member to `{name}`");
    Some(Fix::risky(title).edit(&document.file, range, serde_json::to_string(name).ok()?))
}

/// Returns the fix for an unsorted list of strings without a meaningful order: the same elements, as written, in order.
pub(super) fn sorted(document: &ParsedDocument<'_>, pointer: &str) -> Option<Fix> {
    let Json::Array(items) = document.value(pointer)? else { return None };
    let mut ranges = Vec::with_capacity(items.len());
    let mut texts = Vec::with_capacity(items.len());
    for (number, item) in items.iter().enumerate() {
        let range = document.range(&format!("{pointer}/{number}"))?;
        texts.push((item.as_str()?, document.text.get(range.clone())?));
        ranges.push(range);
    }
    texts.sort_by_key(|(value, _)| *value);
    let title = format!("sort `{pointer}`");
    let moved =
        ranges.into_iter().zip(texts).filter(|(range, (_, text))| document.text.get(range.clone()) != Some(text));
    Some(moved.fold(Fix::safe(title), |fix, (range, (_, text))| fix.edit(&document.file, range, text)))
}

/// Returns the fix for a misspelling of a declared scope: the correct scope, in each annotation.
pub(super) fn renamed_scope(table: &Table, slip: &Scope, meant: &Scope, sources: &Sources) -> Option<Fix> {
    let named = |scopes: &[Placed<String>]| scopes.iter().any(|scope| scope.value == slip.text);
    let elsewhere = table.flows.iter().any(|flow| named(&flow.scopes));
    let stated = table.supported_stated && named(&table.supported);
    if meant.declared.is_none() || slip.declared.is_some() || elsewhere || stated {
        return None;
    }
    // The files of other packages are never changed.
    if !table.tools_at(&slip.needed_by).all(|tool| tool.own) {
        return None;
    }
    let mut fix = Fix::risky(format!("write `{}`", meant.text));
    for place in slip.written.as_ref()? {
        let range = sources.range(place)?;
        let literal = sources.text(&place.file)?.get(range.clone())?;
        let new = match literal.strip_prefix('"')?.strip_suffix('"')? {
            text if text == slip.bare => &meant.bare,
            text if text == slip.text => &meant.text,
            _ => return None,
        };
        fix = fix.edit(&place.file, range, format!("\"{new}\""));
    }
    Some(fix)
}

/// Returns the range to remove with a member or an element: the comma after it and the blanks, or else the comma before
/// it.
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
    use super::{Json, removal};

    #[test]
    fn leaves_valid_json() {
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
