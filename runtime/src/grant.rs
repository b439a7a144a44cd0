//! What one token holds of a table's scopes.

use core::fmt;

use crate::{
    Denied, Reason, ScopeTable, ToolHandle, Visible,
    table::{Gate, NARROW, SCOPE_WORDS, ScopeSet},
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
        let text = scope.as_bytes();
        let (mut start, mut block) = (0, 0);
        while block < text.len() {
            let mut spaces = spaces(text.get(block..).unwrap_or(&[]));
            while spaces != 0 {
                let end = block + spaces.trailing_zeros() as usize;
                grant.hold(text.get(start..end).unwrap_or(&[]));
                start = end + 1;
                spaces &= spaces - 1;
            }
            block += 64;
        }
        grant.hold(text.get(start..).unwrap_or(&[]));
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
        if self.table.is_wide() {
            let rest = self.held.iter_mut().skip(NARROW);
            for (held, implied) in rest.zip(self.table.wide_closure(number)) {
                *held |= implied;
            }
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
            Some(handle) => self.pass(handle).map(|()| handle),
            None => Err(Denied::without_step(Some(self.table), None, Reason::UnknownTool)),
        }
    }

    /// Whether a call of that tool may run.
    ///
    /// # Errors
    /// [`Denied`], with [`Reason::OtherTable`] if the tool is not one of this grant's table.
    #[inline]
    pub fn authorize_tool(&self, tool: ToolHandle) -> Result<(), Denied> {
        if core::ptr::eq(self.table, tool.table()) {
            self.pass(tool)
        } else {
            Err(Denied::without_step(Some(self.table), None, Reason::OtherTable))
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

    /// Passes the gate of a tool of its own table, or says what is missing.
    #[inline]
    fn pass(&self, tool: ToolHandle) -> Result<(), Denied> {
        let gate = tool.gate();
        if gate.is_narrow() {
            let lacking = gate.lacks(&self.held);
            if lacking == [0; NARROW] { Ok(()) } else { Err(Denied::lacking(self, tool, lacking)) }
        } else if self.meets_any(gate) {
            Ok(())
        } else {
            Err(Denied::weighing(self, tool))
        }
    }

    /// Whether it passes a gate of its own table.
    #[inline]
    pub(crate) fn opens(&self, gate: &Gate) -> bool {
        if gate.is_narrow() { gate.lacks(&self.held) == [0; NARROW] } else { self.meets_any(gate) }
    }

    /// Whether it holds all scopes of one alternative.
    fn meets_any(&self, gate: &Gate) -> bool {
        self.table
            .alternatives(gate)
            .any(|(_, alternative)| self.table.members(alternative).iter().all(|scope| self.has(usize::from(*scope))))
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

/// Where the spaces are among the first 64 bytes, as bits.
///
/// All at once and without a branch on the text: scopes differ in length, so looking for the end of each one would be
/// mispredicted as often as not.
#[inline]
fn spaces(text: &[u8]) -> u64 {
    let mut found = 0;
    let mut rest = text;
    let mut shift = 0;
    while let (true, Some((chunk, tail))) = (shift < 64, rest.split_first_chunk::<8>()) {
        found |= spaces_in(u64::from_le_bytes(*chunk)) << shift;
        shift += 8;
        rest = tail;
    }
    if shift == 64 || rest.is_empty() {
        return found;
    }
    match text.last_chunk::<8>() {
        // The last bytes once more, shifted to where they stand; what that shifts out has been looked at.
        Some(chunk) => found | spaces_in(u64::from_le_bytes(*chunk)) >> (8 - rest.len()) << shift,
        None => (0..).zip(rest).filter(|(_, byte)| **byte == b' ').fold(found, |found, (at, _)| found | 1 << at),
    }
}

/// Where the spaces are among eight bytes, as eight bits.
#[inline]
const fn spaces_in(word: u64) -> u64 {
    const LOWS: u64 = u64::from_le_bytes([0x7f; 8]);
    let word = word ^ u64::from_le_bytes([b' '; 8]);
    // The high bit of each byte that is zero: adding 0x7f carries into it unless the low bits are zero.
    let zero = !(((word & LOWS) + LOWS) | word | LOWS);
    // The product gathers the eight high bits in its highest byte; no two partial products meet.
    (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::{bits, spaces};

    #[test]
    fn spaces_are_found_wherever_they_are() {
        let mut text = [b'x'; 80];
        // Neighbours of a space that differ from it in one bit, or only in the high one.
        let others = [b'!', 0xa0, 0, 0xff, b'x'];
        for len in 0..text.len() {
            for at in 0..len {
                let other = others[(at + len) % others.len()];
                text.fill(other);
                for step in [1, 2, 7, 80] {
                    (at..len).step_by(step).for_each(|at| text[at] = b' ');
                    let expected =
                        (0..len.min(64)).filter(|at| text[*at] == b' ').fold(0, |bits, at| bits | 1_u64 << at);
                    assert_eq!(spaces(&text[..len]), expected, "{len} {at} {step} {other}");
                }
            }
        }
    }

    #[test]
    fn bits_are_numbered_across_words() {
        assert!(bits(&[1 | 1 << 63, 0, 1 << 3]).eq([0, 63, 131]));
        assert_eq!(bits(&[]).count(), 0);
    }
}
