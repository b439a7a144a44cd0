//! Converts byte offsets to lines and columns. Stays fast if the whole text is one line.

use std::{ops::Range, sync::Arc};

use crate::place::{Place, Position};

/// Distance between two marks, in bytes.
const STEP: usize = 256;

/// Position of the first character of a text.
const FIRST: Position = Position { line: 1, column: 1 };

/// The line and column at every [`STEP`]th byte of a text.
#[derive(Clone, Debug)]
pub(crate) struct Marks(Vec<Position>);

impl Marks {
    pub(crate) fn of(text: &str) -> Self {
        let text = text.as_bytes();
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        let mut at = FIRST;
        for block in text.chunks(STEP) {
            marks.push(at);
            at = block.iter().copied().fold(at, pass);
        }
        marks.push(at);
        Self(marks)
    }

    /// Returns the line and column of a byte of that text.
    fn position(&self, text: &[u8], at: usize) -> Position {
        let at = at.min(text.len());
        let block = at / STEP;
        let mark = self.0.get(block).copied().unwrap_or(FIRST);
        text.get(block * STEP..at).unwrap_or_default().iter().copied().fold(mark, pass)
    }

    /// Returns the byte offset of a line and column. A column past the end of its line gives that end. `None` if there
    /// is no such line.
    pub(crate) fn offset(&self, text: &str, position: Position) -> Option<usize> {
        let text = text.as_bytes();
        // The last mark at or before the position. A line that begins in its block is found from there.
        let block = self.0.partition_point(|mark| *mark <= position).checked_sub(1)?;
        let mut at = (block * STEP).min(text.len());
        let mut here = self.0.get(block).copied().unwrap_or(FIRST);
        while here < position {
            let Some(byte) = text.get(at) else { break };
            // The end of the line, or the end of the text.
            if here.line == position.line && *byte == b'\n' {
                return Some(at);
            }
            here = pass(here, *byte);
            at += 1;
        }
        // A mark may be inside a multi-byte character, so its remaining bytes are skipped.
        while text.get(at).is_some_and(|byte| (0x80..0xc0).contains(byte)) {
            at += 1;
        }
        (here.line == position.line).then_some(at)
    }
}

/// The lines of a text.
#[derive(Clone, Debug)]
/// Finds byte offsets of lines in a text.
#[doc(hidden)]
pub struct Lines<'t> {
    text: &'t [u8],
    marks: Marks,
}

impl<'t> Lines<'t> {
    /// Indexes the lines of a text.
    #[doc(hidden)]
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        Self { text: text.as_bytes(), marks: Marks::of(text) }
    }

    /// Returns the line and column of a byte.
    #[doc(hidden)]
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        self.marks.position(self.text, at)
    }

    /// Returns the place of a range of the text.
    #[doc(hidden)]
    #[must_use]
    pub fn place(&self, file: &Arc<str>, range: &Range<usize>) -> Place {
        Place { file: file.clone(), start: self.position(range.start), end: self.position(range.end) }
    }
}

/// Advances past a byte. Columns count characters, so continuation bytes count zero.
fn pass(at: Position, byte: u8) -> Position {
    match byte {
        b'\n' => Position { line: at.line.saturating_add(1), column: 1 },
        0x80..0xc0 => at,
        _ => Position { column: at.column.saturating_add(1), ..at },
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, Marks};
    use crate::source::Position;

    #[test]
    fn every_place_has_its_byte() {
        for text in ["aé\n".repeat(300) + &"ü".repeat(600), String::new(), "\n\n".to_owned(), "a\r\nb".to_owned()] {
            let (lines, marks) = (Lines::of(&text), Marks::of(&text));
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                assert_eq!(marks.offset(&text, lines.position(at)), Some(at), "{at} of {text:?}");
            }
        }
        let text = "a\n".repeat(200);
        let at = |line, column| Marks::of(&text).offset(&text, Position { line, column });
        assert_eq!([at(1, 99), at(150, 99), at(201, 99)], [Some(1), Some(299), Some(400)]);
        assert_eq!([at(202, 1), at(999, 9)], [None, None]);
    }

    #[test]
    fn every_byte_has_its_place() {
        let text = "aé\n".repeat(300) + &"ü".repeat(600);
        let lines = Lines::of(&text);
        for (at, _) in text.char_indices() {
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let found = lines.position(at);
            assert_eq!((found.line as usize, found.column as usize), (line, column), "{at}");
        }
        assert_eq!(lines.position(usize::MAX).line, 301);
    }
}
