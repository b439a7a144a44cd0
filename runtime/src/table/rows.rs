//! Which tools need a scope, as bits: a grant sees the tools that are in no row of a missing scope.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use super::{
    ScopeSet,
    mask::{Alternative, ToolSlot},
};

/// The number of words with one bit for each tool of the largest table.
pub(crate) const TOOL_WORDS: usize = mcp_scopes_model::numbers::MAX_TOOLS / 64;

/// The tools that need each scope.
///
/// A tool with a single alternative is in the row of each of its scopes, and is open unless one of those is missing.
/// Tools with several alternatives are in no row and are checked one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    /// The number of words in each row.
    pub(super) width: usize,
    /// The rows of all scopes, one after the other.
    pub(super) of_scopes: &'static [u64],
    /// The tools with at most one alternative.
    pub(super) single: &'static [u64],
    /// The other tools.
    pub(super) several: &'static [u64],
    /// The tools that need a token and no scope.
    pub(super) authenticated: &'static [u64],
}

impl Rows {
    /// Returns the tools with at most one alternative that a holder of these scopes cannot call, as bits.
    #[inline]
    pub(crate) fn closed(&self, held: &ScopeSet) -> [u64; TOOL_WORDS] {
        // Common widths: a row whose width the compiler knows stays in registers.
        match self.width {
            1 => self.closed_in::<1>(held),
            2 => self.closed_in::<2>(held),
            3 => self.closed_in::<3>(held),
            4 => self.closed_in::<4>(held),
            5..=8 => self.closed_up_to::<8>(held),
            9..=16 => self.closed_up_to::<16>(held),
            _ => self.closed_up_to::<TOOL_WORDS>(held),
        }
    }

    /// Does the same for rows of exactly `W` words.
    #[inline]
    fn closed_in<const W: usize>(&self, held: &ScopeSet) -> [u64; TOOL_WORDS] {
        let (rows, _) = self.of_scopes.as_chunks::<W>();
        let mut closed = [0; W];
        for (rows, held) in rows.chunks(64).zip(held) {
            let mut rest = !held;
            for row in rows {
                // All ones for a scope that is not held, else zero: which scopes are held cannot be predicted.
                let lacking = (rest & 1).wrapping_neg();
                rest >>= 1;
                for (closed, needs) in closed.iter_mut().zip(row) {
                    *closed |= needs & lacking;
                }
            }
        }
        let mut words = [0; TOOL_WORDS];
        for (word, closed) in words.iter_mut().zip(closed) {
            *word = closed;
        }
        words
    }

    /// Does the same for rows of at most `W` words.
    #[inline]
    fn closed_up_to<const W: usize>(&self, held: &ScopeSet) -> [u64; TOOL_WORDS] {
        if self.width == W {
            return self.closed_in::<W>(held);
        }
        let mut closed = [0; TOOL_WORDS];
        // The rows of a table without tools have no words.
        for (scope, row) in self.of_scopes.chunks_exact(self.width.max(1)).enumerate() {
            let lacking = lacking(held, scope);
            for (closed, needs) in closed.iter_mut().zip(row) {
                *closed |= needs & lacking;
            }
        }
        closed
    }

    /// Returns the tools of a word with at most one alternative.
    #[inline]
    pub(crate) fn single(&self, word: usize) -> u64 {
        self.single.get(word).copied().unwrap_or(0)
    }

    /// Returns the other tools of a word.
    #[inline]
    pub(crate) fn several(&self, word: usize) -> u64 {
        self.several.get(word).copied().unwrap_or(0)
    }

    /// Returns the tools of a word that need a token and no scope.
    #[inline]
    pub(crate) fn authenticated(&self, word: usize) -> u64 {
        self.authenticated.get(word).copied().unwrap_or(0)
    }

    /// Returns the number of words in each row.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }
}

/// All ones for a scope that is not held, else zero: which scopes are held cannot be predicted.
#[inline]
fn lacking(held: &ScopeSet, scope: usize) -> u64 {
    let is_held = held.get(scope / 64).map_or(0, |word| word >> (scope % 64) & 1);
    is_held.wrapping_sub(1)
}

/// The arrays of [`Rows`]. `ROWS` is scopes times `WIDTH`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowArrays<const ROWS: usize, const WIDTH: usize> {
    of_scopes: [u64; ROWS],
    single: [u64; WIDTH],
    several: [u64; WIDTH],
    authenticated: [u64; WIDTH],
}

impl<const ROWS: usize, const WIDTH: usize> RowArrays<ROWS, WIDTH> {
    pub(super) const fn build(slots: &[ToolSlot], alternatives: &[Alternative], members: &[u16]) -> Self {
        let mut built =
            Self { of_scopes: [0; ROWS], single: [0; WIDTH], several: [0; WIDTH], authenticated: [0; WIDTH] };
        let mut tool = 0;
        while tool < slots.len() {
            let mask = &slots[tool].mask;
            let (word, bit) = (tool / 64, 1 << (tool % 64));
            if mask.authenticated {
                built.authenticated[word] |= bit;
            }
            match mask.count {
                // A tool that nothing opens is in neither list.
                0 if mask.needs[0] == 0 => built.single[word] |= bit,
                0 => {}
                1 => {
                    built.single[word] |= bit;
                    // A list shows what some call can open, so it reads no conditional scopes.
                    let Alternative { start, base, .. } = alternatives[mask.first as usize];
                    let mut place = start as usize;
                    while place < start as usize + base as usize {
                        built.of_scopes[members[place] as usize * WIDTH + word] |= bit;
                        place += 1;
                    }
                }
                _ => built.several[word] |= bit,
            }
            tool += 1;
        }
        built
    }

    pub(super) const fn rows(&'static self) -> Rows {
        Rows {
            width: WIDTH,
            of_scopes: &self.of_scopes,
            single: &self.single,
            several: &self.several,
            authenticated: &self.authenticated,
        }
    }
}
