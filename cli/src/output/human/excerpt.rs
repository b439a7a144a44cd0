//! Source lines for snippets.

use std::ops::Range;

use mcp_scopes_model::text::{ceil_boundary, floor_boundary};
use mcp_scopes_scan::source::{Place, Sources};

use crate::escape::is_hidden;

/// Maximum length of a displayed line in bytes. A longer line is cut around the place, since a document may be one
/// line.
const LONGEST: usize = 1_000;
/// Length of the part before the place, and of the part from the place on.
const AROUND: (usize, usize) = (100, 300);

/// The source line of a place.
pub(super) struct Excerpt {
    pub(super) text: String,
    /// The range of the place in that text.
    pub(super) span: Range<usize>,
    /// Whether the text is only a part of its line.
    pub(super) cut: bool,
}

/// Returns the first line of a place, or `None` if the text is not known.
pub(super) fn excerpt(sources: &Sources, place: &Place) -> Option<Excerpt> {
    let text = sources.text(&place.file)?;
    let range = sources.range(place)?;
    // Only the surroundings of the place are checked. Its line may be megabytes long, for each of many findings.
    let first = floor_boundary(text, range.start.saturating_sub(LONGEST + 1));
    let last = ceil_boundary(text, range.start.saturating_add(LONGEST + 1));
    let start = text.get(first..range.start)?.rfind('\n').map_or(first, |at| first + at + 1);
    // For a place on several lines, the first line is enough.
    let end = text.get(range.start..last)?.find('\n').map_or(last, |at| range.start + at);
    let cut = end - start > LONGEST;
    let (from, to) = if cut {
        let from = floor_boundary(text, range.start.saturating_sub(AROUND.0).max(start));
        (from, ceil_boundary(text, range.start.saturating_add(AROUND.1).min(end)))
    } else {
        (start, end)
    };
    let line = text.get(from..to)?;
    let dots = |cut: bool| if cut { "..." } else { "" };
    let (head, tail) = (dots(from > start), dots(to < end));
    let at = |byte: usize| line.get(..byte.min(to) - from).map(|before| head.len() + drawn(before).len());
    let span = at(range.start)?..at(range.end.max(range.start)).unwrap_or(head.len() + drawn(line).len());
    Some(Excerpt { text: format!("{head}{}{tail}", drawn(line)), span, cut })
}

/// Escapes a source line, so that no character controls the terminal or changes the text direction. The renderer
/// escapes the other control characters itself, but neither those of Latin-1 nor invisible characters.
fn drawn(line: &str) -> String {
    let speaks = |character: char| ('\u{80}'..='\u{9f}').contains(&character) || is_hidden(character);
    line.chars().map(|character| if speaks(character) { char::REPLACEMENT_CHARACTER } else { character }).collect()
}
