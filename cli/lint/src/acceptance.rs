//! Acceptance comments: `// mcp-scopes: accept(access-widened 1f0c9a77f1b2) until 2027-03-01: reason`.
//!
//! They accept one change of a tool for `mcp-scopes diff` and `check`, as an entry of `[[diff.accept]]` does. The lint checks only their
//! form.

use std::sync::Arc;

use mcp_scopes_scan::source::{Place, Sources};

use crate::{
    day::Day,
    suppress::{self, Marked},
};

/// The directive of such a comment.
pub(crate) const ACCEPT: &str = "accept";
const FORM: &str = "write `mcp-scopes: accept(kind change) until 2027-03-01: reason`, with the kind and the change that \
                    `mcp-scopes diff` prints";

/// One acceptance comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The kind of change, such as `access-widened`.
    pub kind: String,
    /// The digits of the change, as `mcp-scopes diff` prints them.
    pub change: String,
    /// The last day, as `YYYY-MM-DD`.
    pub until: String,
    /// Why the change is accepted.
    pub reason: String,
    /// The place of the comment.
    pub place: Place,
}

/// Returns the well-formed acceptance comments in a file, each with the lines of the tool that it is at. `tools` are the first and last
/// lines of the file's tools.
#[must_use]
pub fn in_file(sources: &Sources, file: &Arc<str>, tools: &[(u32, u32)]) -> Vec<((u32, u32), Acceptance)> {
    let Some(text) = sources.text(file) else { return Vec::new() };
    let found = suppress::marked(file, text, tools).into_iter().filter(|marked| tools.contains(&marked.covered));
    let read = |marked: Marked<'_>| {
        let said = parse(marked.said)?.ok()?;
        Some((marked.covered, Acceptance { place: marked.place, ..said }))
    };
    found.filter_map(read).collect()
}

/// Parses the text behind the mark. Returns `None` for another directive, and the message and the help for a malformed comment.
pub(crate) fn parse(said: &str) -> Option<Result<Acceptance, (String, String)>> {
    let rest = said.trim_start().strip_prefix(ACCEPT)?.trim_start().strip_prefix('(')?;
    Some(fields(rest).map_err(|message| (message.to_owned(), FORM.to_owned())))
}

fn fields(rest: &str) -> Result<Acceptance, &'static str> {
    let (inner, rest) = rest.split_once(')').ok_or("the parenthesis of `accept(` is not closed")?;
    let words: Vec<&str> = inner.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let [kind, change] = words.as_slice() else { return Err("`accept` names one kind of change and one change") };
    let rest = rest.trim_start().strip_prefix("until").ok_or("`accept` has no day: `until`")?.trim_start();
    let end = rest.find(|end: char| !(end.is_ascii_digit() || end == '-')).unwrap_or(rest.len());
    let (until, reason) = rest.split_at_checked(end).unwrap_or((rest, ""));
    Day::parse(until).map_err(|_| "`until` of `accept` is not a day")?;
    let reason = reason.trim_start_matches([' ', ':', '-', '–', '—']).trim();
    if reason.is_empty() {
        return Err("`accept` has no reason");
    }
    Ok(Acceptance {
        kind: (*kind).to_owned(),
        change: (*change).to_owned(),
        until: until.to_owned(),
        reason: reason.to_owned(),
        place: Place::point(&Arc::from(""), 1, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_kind_change_day_and_reason() {
        let said = " accept(access-widened 1f0c9a77f1b2) until 2027-03-01: support may cancel";
        let found = parse(said).unwrap().unwrap();
        assert_eq!((found.kind.as_str(), found.change.as_str()), ("access-widened", "1f0c9a77f1b2"));
        assert_eq!((found.until.as_str(), found.reason.as_str()), ("2027-03-01", "support may cancel"));
        assert!(parse(" allow(risky-name) x").is_none());
        for (said, why) in [
            ("accept(access-widened) until 2027-03-01: x", "one kind of change and one change"),
            ("accept(a b) x", "no day"),
            ("accept(a b) until soon: x", "not a day"),
            ("accept(a b) until 2027-03-01", "no reason"),
            ("accept(a b until 2027-03-01: x", "not closed"),
        ] {
            let (message, help) = parse(said).unwrap().unwrap_err();
            assert!(message.contains(why) && help.contains("accept(kind change)"), "{said}: {message}");
        }
    }
}
