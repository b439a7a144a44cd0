//! What one token holds of a table's scopes.

use core::fmt;

use crate::{
    Denied, Reason, ScopeTable, ToolHandle, Visible,
    table::{SCOPE_WORDS, ScopeSet},
};

/// What one token holds of one table's scopes, closed under `implies`.
///
/// A grant knows its table: tools of another one are refused. It is a plain value of 150 bytes; making one, asking it and
/// listing with it never allocate.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// #[mcp_tool(scope = "files:read", risk = "low")]
/// fn read_file(path: String) {}
/// #[mcp_tool(scope = all("files:write", "files:read"), risk = "medium")]
/// fn write_file(path: String) {}
///
/// scope_table! { static TOOLS = [read_file, write_file]; }
///
/// let grant = TOOLS.grant("openid files:read");
/// assert!(grant.authorize("read_file").is_ok());
/// let denied = grant.authorize("write_file").unwrap_err();
/// assert_eq!(denied.missing().collect::<Vec<_>>(), ["files:write"]);
/// ```
#[derive(Clone, Copy)]
pub struct Grant {
    table: &'static ScopeTable,
    held: ScopeSet,
    anonymous: bool,
}

impl Grant {
    #[inline]
    pub(crate) fn of_scope(table: &'static ScopeTable, scope: &str) -> Self {
        let mut grant = Self { table, held: [0; SCOPE_WORDS], anonymous: false };
        let mut rest = scope.as_bytes();
        while !rest.is_empty() {
            let (token, tail) = rest.split_at(space(rest));
            grant.hold(token);
            rest = tail.get(1..).unwrap_or(&[]);
        }
        grant
    }

    pub(crate) fn of_scp<S: AsRef<str>>(table: &'static ScopeTable, scp: impl IntoIterator<Item = S>) -> Self {
        let mut grant = Self { table, held: [0; SCOPE_WORDS], anonymous: false };
        for scope in scp {
            grant.hold(scope.as_ref().as_bytes());
        }
        grant
    }

    pub(crate) const fn anonymous(table: &'static ScopeTable) -> Self {
        Self { table, held: [0; SCOPE_WORDS], anonymous: true }
    }

    /// Adds one scope and what it implies; nothing if the table does not know it.
    #[inline]
    fn hold(&mut self, scope: &[u8]) {
        let Some((number, holding)) = self.table.holding(scope) else { return };
        for (held, implied) in self.held.iter_mut().zip(&holding.closure) {
            *held |= implied;
        }
        let rest = self.held.iter_mut().skip(holding.closure.len());
        for (held, implied) in rest.zip(self.table.wide_closure(number)) {
            *held |= implied;
        }
    }

    /// The table whose scopes these are.
    #[must_use]
    pub const fn table(&self) -> &'static ScopeTable {
        self.table
    }

    /// Whether there is no token behind it.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// Whether it holds that scope, itself or through `implies`.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.table.holding(scope.as_bytes()).is_some_and(|(number, _)| self.has(number))
    }

    /// The scopes it holds, itself or through `implies`, in the table's order.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + '_ {
        bits(&self.held).map(|number| self.table.scope_name(number))
    }

    /// Whether a call of the tool of that name may run; if so, which tool that is.
    ///
    /// # Errors
    /// [`Denied`], with [`Reason::UnknownTool`] if the table lists no such tool.
    #[inline]
    pub fn authorize(&self, tool: &str) -> Result<ToolHandle, Denied> {
        match self.table.tool(tool) {
            Some(handle) if self.opens(handle.number()) => Ok(handle),
            found => Err(self.refuse(found)),
        }
    }

    /// Whether a call of that tool may run.
    ///
    /// # Errors
    /// [`Denied`], with [`Reason::OtherTable`] if the tool is not one of this grant's table.
    #[inline]
    pub fn authorize_tool(&self, tool: ToolHandle) -> Result<(), Denied> {
        if core::ptr::eq(self.table, tool.table()) && self.opens(tool.number()) {
            Ok(())
        } else {
            Err(self.refuse(Some(tool)))
        }
    }

    /// The tools it opens, in the table's order.
    #[inline]
    #[must_use]
    pub fn visible(&self) -> Visible<'_> {
        Visible::of(self)
    }

    #[inline]
    pub(crate) const fn held(&self) -> &ScopeSet {
        &self.held
    }

    /// The same with some more scopes held.
    pub(crate) fn and(&self, scopes: &[u16]) -> Self {
        let mut more = *self;
        for scope in scopes {
            more.hold(self.table.scope_name(usize::from(*scope)).as_bytes());
        }
        more
    }

    #[inline]
    pub(crate) fn has(&self, scope: usize) -> bool {
        self.held.get(scope / 64).is_some_and(|word| word >> (scope % 64) & 1 == 1)
    }

    /// Whether it passes the gate of that tool of its own table.
    #[inline]
    pub(crate) fn opens(&self, tool: usize) -> bool {
        let Some(gate) = self.table.gate(tool) else { return false };
        match gate.opens_narrow(&self.held) {
            Some(open) => open,
            None => self.table.alternatives(gate).any(|(_, alternative)| {
                self.table.members(alternative).iter().all(|scope| self.has(usize::from(*scope)))
            }),
        }
    }

    #[cold]
    #[inline(never)]
    fn refuse(&self, tool: Option<ToolHandle>) -> Denied {
        match tool {
            None => Denied::without_step(self.table, None, Reason::UnknownTool),
            Some(tool) if !core::ptr::eq(self.table, tool.table()) => {
                Denied::without_step(self.table, None, Reason::OtherTable)
            }
            Some(tool) => Denied::lacking(self, tool),
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Scopes<'a>(&'a Grant);
        impl fmt::Debug for Scopes<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.0.scopes()).finish()
            }
        }
        f.debug_struct("Grant")
            .field("scopes", &Scopes(self))
            .field("anonymous", &self.anonymous)
            .finish_non_exhaustive()
    }
}

/// The numbers of the bits that are set.
pub(crate) fn bits(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(word, bits)| {
        core::iter::successors(Some(*bits), |rest| Some(rest & rest.wrapping_sub(1)))
            .take_while(|rest| *rest != 0)
            .map(move |rest| word * 64 + rest.trailing_zeros() as usize)
    })
}

/// Where the first space is; the length if there is none.
///
/// Eight bytes at a time: a byte of `word` is zero exactly where the text has a space, and subtracting one from each byte
/// sets the high bit of the lowest such byte first.
#[inline]
fn space(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let mut rest = text;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk) ^ u64::from_le_bytes([b' '; 8]);
        let found = word.wrapping_sub(ONES) & !word & HIGHS;
        if found != 0 {
            return text.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = tail;
    }
    let end = text.len() - rest.len();
    end + rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::{bits, space};

    #[test]
    fn a_space_is_found_wherever_it_is() {
        let mut text = [b'x'; 40];
        for len in 0..text.len() {
            assert_eq!(space(&text[..len]), len);
            for at in 0..len {
                text[at] = b' ';
                assert_eq!(space(&text[..len]), at, "{len}");
                // A byte above a space's that only looks like one to the borrow.
                if at + 1 < len {
                    text[at + 1] = b'!';
                    assert_eq!(space(&text[..len]), at);
                    text[at + 1] = b'x';
                }
                text[at] = b'x';
            }
        }
    }

    #[test]
    fn bits_are_numbered_across_words() {
        assert!(bits(&[1 | 1 << 63, 0, 1 << 3]).eq([0, 63, 131]));
        assert_eq!(bits(&[]).count(), 0);
    }
}
