//! From bytes of a text to lines and columns, also where one line is the whole text.

use std::{ops::Range, sync::Arc};

use crate::source::{Place, Position};

/// How far apart the marks stand.
const STEP: usize = 256;

/// The lines of a text.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    /// Line and column at every [`STEP`]th byte.
    marks: Vec<Position>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let text = text.as_bytes();
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        let mut at = Position { line: 1, column: 1 };
        for block in text.chunks(STEP) {
            marks.push(at);
            at = block.iter().copied().fold(at, pass);
        }
        marks.push(at);
        Self { text, marks }
    }

    /// The line and column of a byte.
    pub(crate) fn position(&self, at: usize) -> Position {
        let at = at.min(self.text.len());
        let block = at / STEP;
        let mark = self.marks.get(block).copied().unwrap_or(Position { line: 1, column: 1 });
        self.text.get(block * STEP..at).unwrap_or_default().iter().copied().fold(mark, pass)
    }

    /// The place of a stretch of the text.
    pub(crate) fn place(&self, file: &Arc<str>, range: &Range<usize>) -> Place {
        Place { file: file.clone(), start: self.position(range.start), end: self.position(range.end) }
    }
}

/// Goes past a byte. Columns count characters: bytes that only continue one count for nothing.
fn pass(at: Position, byte: u8) -> Position {
    match byte {
        b'\n' => Position { line: at.line.saturating_add(1), column: 1 },
        0x80..0xc0 => at,
        _ => Position { column: at.column.saturating_add(1), ..at },
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

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
