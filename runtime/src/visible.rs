//! The tools that a grant opens.

use core::iter::FusedIterator;

use crate::{Grant, ToolHandle, grant::bits, table::TOOL_WORDS};

/// The tools that a grant opens, in the table's order: what `tools/list` may show.
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
    /// The tools with a single alternative that are not open, by number.
    closed: [u64; TOOL_WORDS],
    word: usize,
    /// The open tools of the current word that are not returned yet.
    open: u64,
}

impl<'g> Visible<'g> {
    #[inline]
    pub(crate) fn of(grant: &'g Grant) -> Self {
        let mut visible = Self { grant, closed: grant.table().rows().closed(grant.held()), word: 0, open: 0 };
        visible.open = visible.open_in(0);
        visible
    }

    /// Returns the number of open tools.
    pub(crate) fn count_open(&self) -> u32 {
        (0..self.grant.table().rows().width()).map(|word| self.open_in(word).count_ones()).sum()
    }

    /// Returns the tools of a word that are open.
    #[inline]
    fn open_in(&self, word: usize) -> u64 {
        let (table, closed) = (self.grant.table(), self.closed.get(word).copied().unwrap_or(u64::MAX));
        let closed = if self.grant.is_anonymous() { closed | table.rows().authenticated(word) } else { closed };
        let single = table.rows().single(word) & !closed;
        let several = table.rows().several(word);
        if several == 0 {
            return single;
        }
        bits(&[several])
            .filter(|bit| table.slot(word * 64 + bit).is_some_and(|tool| self.grant.opens(tool.mask())))
            .fold(single, |open, bit| open | 1 << bit)
    }
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
            self.open = self.open_in(self.word);
        }
        let number = self.word * 64 + self.open.trailing_zeros() as usize;
        self.open &= self.open - 1;
        self.grant.table().slot(number)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = self.grant.table().rows().width().saturating_sub(self.word + 1) * 64;
        let open = self.open.count_ones() as usize;
        (open, Some(open + rest))
    }
}

impl FusedIterator for Visible<'_> {}
