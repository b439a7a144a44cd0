//! Which tools a scope can open, as bits: the list that a grant sees is the held scopes' rows, or-ed.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use super::gate::{Alternative, Gate};

/// How many words hold one bit for each tool of the largest table.
pub(crate) const TOOL_WORDS: usize = mcp_scopes_model::numbers::MAX_TOOLS / 64;

/// Which tools a scope can open.
///
/// Each alternative stands in the row of one of its scopes, its witness: without the witness it cannot open. Where all
/// alternatives of a tool are single scopes, the row says it all; other tools are candidates, to be checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    /// Words in each row.
    pub(super) width: usize,
    /// The rows of all scopes, one after the other.
    pub(super) of_scopes: &'static [u64],
    /// The tools for which a row says it all.
    pub(super) sure: &'static [u64],
    /// The tools that are open to everyone.
    pub(super) public: &'static [u64],
}

impl Rows {
    /// The row of a scope.
    pub(crate) fn of_scope(&self, scope: usize) -> &'static [u64] {
        let start = scope.saturating_mul(self.width);
        self.of_scopes.get(start..start.saturating_add(self.width)).unwrap_or(&[])
    }

    /// The tools that are open to everyone.
    pub(crate) const fn public(&self) -> &'static [u64] {
        self.public
    }

    /// The tools of a word for which a row says it all.
    #[inline]
    pub(crate) fn sure(&self, word: usize) -> u64 {
        self.sure.get(word).copied().unwrap_or(0)
    }

    /// Words in each row.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }
}

/// The arrays behind [`Rows`]. `ROWS` is scopes times `WIDTH`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowArrays<const ROWS: usize, const WIDTH: usize> {
    of_scopes: [u64; ROWS],
    sure: [u64; WIDTH],
    public: [u64; WIDTH],
}

impl<const ROWS: usize, const WIDTH: usize> RowArrays<ROWS, WIDTH> {
    pub(super) const fn build<const SCOPES: usize>(
        gates: &[Gate],
        alternatives: &[Alternative],
        members: &[u16],
    ) -> Self {
        let mut built = Self { of_scopes: [0; ROWS], sure: [0; WIDTH], public: [0; WIDTH] };
        // The rarest scope of an alternative makes the best witness: its row then holds the fewest other candidates.
        let mut uses = [0u32; SCOPES];
        let mut member = 0;
        while member < members.len() {
            if (members[member] as usize) < SCOPES {
                uses[members[member] as usize] += 1;
            }
            member += 1;
        }
        let mut tool = 0;
        while tool < gates.len() {
            let gate = &gates[tool];
            let (word, bit) = (tool / 64, 1 << (tool % 64));
            if gate.count == 0 {
                built.public[word] |= bit;
            }
            let mut sure = true;
            let mut number = gate.first as usize;
            while number < gate.first as usize + gate.count as usize {
                let Alternative { start, len } = alternatives[number];
                sure = sure && len == 1;
                let mut witness = members[start as usize] as usize;
                let mut place = 1;
                while place < len as usize {
                    let scope = members[start as usize + place] as usize;
                    if uses[scope] < uses[witness] {
                        witness = scope;
                    }
                    place += 1;
                }
                built.of_scopes[witness * WIDTH + word] |= bit;
                number += 1;
            }
            if sure {
                built.sure[word] |= bit;
            }
            tool += 1;
        }
        built
    }

    pub(super) const fn rows(&'static self) -> Rows {
        Rows { width: WIDTH, of_scopes: &self.of_scopes, sure: &self.sure, public: &self.public }
    }
}
