//! The tools a grant opens.

use core::iter::FusedIterator;

use crate::{Grant, ToolHandle, grant::bits, table::TOOL_WORDS};

/// The tools a grant opens, in the table's order: what `tools/list` may show.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # #[mcp_tool(risk = "high")] fn execute_command() {}
/// # scope_table! { static TOOLS = [list_files, execute_command]; }
/// let grant = TOOLS.grant("list_files");
/// assert_eq!(grant.visible().map(|tool| tool.name).collect::<Vec<_>>(), ["list_files"]);
/// ```
#[derive(Clone, Debug)]
pub struct Visible<'g> {
    grant: &'g Grant,
    /// The tools that may be open, by number; those of the word in hand are open.
    candidates: [u64; TOOL_WORDS],
    word: usize,
    open: u64,
}

impl<'g> Visible<'g> {
    #[inline]
    pub(crate) fn of(grant: &'g Grant) -> Self {
        let mut visible = Self { grant, candidates: candidates(grant), word: 0, open: 0 };
        visible.open = visible.checked(0);
        visible
    }

    /// How many tools are open.
    pub(crate) fn count_open(&self) -> u32 {
        (0..self.grant.table().rows().width()).map(|word| self.checked(word).count_ones()).sum()
    }

    /// The candidates of a word that are open.
    #[inline]
    fn checked(&self, word: usize) -> u64 {
        let candidates = self.candidates.get(word).copied().unwrap_or(0);
        let sure = candidates & self.grant.table().rows().sure(word);
        bits(&[candidates & !sure])
            .filter(|bit| self.grant.opens(word * 64 + bit))
            .fold(sure, |open, bit| open | 1 << bit)
    }
}

/// The tools that a grant may open.
#[inline]
fn candidates(grant: &Grant) -> [u64; TOOL_WORDS] {
    let rows = grant.table().rows();
    let mut candidates = [0; TOOL_WORDS];
    for (candidate, public) in candidates.iter_mut().zip(rows.public()) {
        *candidate = *public;
    }
    for scope in bits(grant.held()) {
        for (candidate, row) in candidates.iter_mut().zip(rows.of_scope(scope)) {
            *candidate |= row;
        }
    }
    candidates
}

impl Iterator for Visible<'_> {
    type Item = ToolHandle;

    #[inline]
    fn next(&mut self) -> Option<ToolHandle> {
        while self.open == 0 {
            self.word += 1;
            if self.word >= self.grant.table().rows().width() {
                return None;
            }
            self.open = self.checked(self.word);
        }
        let number = self.word * 64 + self.open.trailing_zeros() as usize;
        self.open &= self.open - 1;
        self.grant.table().listed(number)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = self.candidates.iter().skip(self.word + 1).map(|word| word.count_ones() as usize).sum::<usize>();
        let open = self.open.count_ones() as usize;
        (open, Some(open + rest))
    }
}

impl FusedIterator for Visible<'_> {}
