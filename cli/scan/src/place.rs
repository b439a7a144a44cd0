//! Places in files.

use std::sync::Arc;

use mcp_scopes_grammar::ir::Located;
use proc_macro2::Span;

/// A line and a column in it. Both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the summary says it")]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as displayed: relative to the scanned path.
    pub file: Arc<str>,
    /// Position of the first character.
    pub start: Position,
    /// Position after the last character.
    pub end: Position,
}

impl Place {
    /// Returns the place of a span of that file.
    pub(crate) fn of(file: &Arc<str>, span: Span) -> Self {
        let (start, end) = (span.start(), span.end());
        // Columns of spans count from 0.
        Self {
            file: file.clone(),
            start: position(start.line, start.column + 1),
            end: position(end.line, end.column + 1),
        }
    }

    /// Returns the place of a whole file or address, in which no line is meant.
    #[doc(hidden)]
    #[must_use]
    pub fn whole(file: &Arc<str>) -> Self {
        let start = Position { line: 0, column: 0 };
        Self { file: file.clone(), start, end: start }
    }

    /// Returns whether no line is meant.
    #[doc(hidden)]
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.start.line == 0
    }

    /// Returns the place of one character.
    #[doc(hidden)]
    #[must_use]
    pub fn point(file: &Arc<str>, line: u32, column: u32) -> Self {
        let start = Position { line: line.max(1), column: column.max(1) };
        Self { file: file.clone(), start, end: Position { column: start.column.saturating_add(1), ..start } }
    }
}

/// Returns the position of that line and column, which are at least 1.
pub(crate) fn position(line: usize, column: usize) -> Position {
    let cut = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
    Position { line: cut(line), column: cut(column) }
}

/// A value and its place.
pub type Placed<T> = Located<T, Place>;
