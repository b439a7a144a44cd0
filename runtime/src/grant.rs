//! The scopes that one token grants of a table.

use core::fmt;

use crate::{
    Denied, Reason, ScopeTable, ToolHandle, Visible,
    table::{AccessMask, Alternative, NARROW, SCOPE_WORDS, ScopeSet, ToolSlot},
};

/// The scopes that one token grants of one table, closed under `implies`.
///
/// A grant belongs to its table: it denies the tools of every other table. It is a plain value of 150 bytes. Creating, checking
/// and listing never allocate.
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
    /// Inlined except for the scan itself, so that a caller with a single check does not write words that are never read.
    #[inline]
    pub(crate) fn of_scope(table: &'static ScopeTable, scope: &str) -> Self {
        if table.is_wide() {
            return Self::of_scp(table, scope.split(' '));
        }
        let [a, b, c, d] = narrow(table, scope.as_bytes());
        Self { table, held: [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], anonymous: false }
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

    /// Adds one scope and the scopes that it implies. An undeclared scope is ignored.
    fn hold(&mut self, scope: &[u8]) {
        let Some((number, holding)) = self.table.holding(scope) else { return };
        for (held, implied) in self.held.iter_mut().zip(&holding.closure) {
            *held |= implied;
        }
        for (held, implied) in self.held.iter_mut().skip(NARROW).zip(self.table.wide_closure(number)) {
            *held |= implied;
        }
    }

    /// Returns the table that declares these scopes.
    #[must_use]
    pub const fn table(&self) -> &'static ScopeTable {
        self.table
    }

    /// Returns whether the caller has no token.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// Returns whether the grant holds that scope, directly or through `implies`.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.table.holding(scope.as_bytes()).is_some_and(|(number, _)| self.has(number))
    }

    /// Returns the scopes that the grant holds, directly or through `implies`, in the table's order.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + '_ {
        bits(&self.held).map(|number| self.table.scope_name(number))
    }

    /// Checks whether a call of the tool of that name may run, and returns the tool.
    ///
    /// The grant knows no arguments. So a tool with [conditional scopes](crate::Condition) requires all of them; a server layer compares
    /// the arguments, and requires those of the call.
    ///
    /// # Errors
    /// [`Denied`], with [`Reason::UnknownTool`] if the table lists no such tool.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a caller who only asks whether pays for no answer that it drops")]
    pub fn authorize(&self, tool: &str) -> Result<ToolHandle, Denied> {
        let Some((slot, handle, same)) = self.table.lookup_fast(tool) else {
            return self.authorize_other(tool).map(|(_, handle)| handle);
        };
        // A single branch at the end covers every failure, because the branch cannot be predicted.
        let lacking = slot.mask.lacks(&self.held);
        if same & self.satisfies(&slot.mask, lacking) {
            Ok(handle)
        } else if same {
            Err(Denied::lacking(self, &slot.mask, lacking))
        } else {
            Err(Denied::without_step(Some(self.table), None, Reason::UnknownTool))
        }
    }

    /// The slow path: a tool with several alternatives, or a name of unusual length. Its result has another type, which keeps the
    /// result of the fast path in registers.
    #[cold]
    fn authorize_other(&self, tool: &str) -> Result<(&'static ToolSlot, ToolHandle), Denied> {
        let unknown = Denied::without_step(Some(self.table), None, Reason::UnknownTool);
        let slot = self.table.lookup(tool).ok_or(unknown)?;
        self.pass(&slot.mask)?;
        self.table.handle_for(slot).map(|handle| (slot, handle)).ok_or(unknown)
    }

    /// Checks whether a call of that tool may run, whatever its arguments.
    ///
    /// # Errors
    /// [`Denied`], with [`Reason::OtherTable`] if the tool belongs to another table.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `authorize`")]
    pub fn authorize_tool(&self, tool: ToolHandle) -> Result<(), Denied> {
        if core::ptr::eq(self.table, tool.table()) {
            self.pass(tool.mask())
        } else {
            Err(Denied::without_step(Some(self.table), None, Reason::OtherTable))
        }
    }

    /// Checks whether a call may run that matches those conditions of the tool: the bit of a condition is its place in `tool.conditions`.
    ///
    /// # Errors
    /// [`Denied`], whose step has the scopes of the conditions that match and of no other.
    pub(crate) fn authorize_matched(&self, tool: ToolHandle, matched: u64) -> Result<(), Denied> {
        if !core::ptr::eq(self.table, tool.table()) {
            return Err(Denied::without_step(Some(self.table), None, Reason::OtherTable));
        }
        let mask = tool.mask();
        if !mask.is_conditional() {
            return self.pass(mask);
        }
        let is_open = self.table.alternatives(mask).enumerate().any(|(place, (_, alternative))| {
            let needed = tool.conditions_of(place, matched).flat_map(|condition| condition.scopes);
            self.has_all(self.table.base_members(alternative)) && needed.into_iter().all(|scope| self.holds(scope))
        });
        if is_open { Ok(()) } else { Err(Denied::matching(self, tool, matched)) }
    }

    /// Returns the tools that the grant opens, in the table's order. A tool with [conditional scopes](crate::Condition) is one of them
    /// if some of its calls may run.
    #[inline]
    #[must_use]
    pub fn visible(&self) -> Visible<'_> {
        Visible::of(self)
    }

    #[inline]
    pub(crate) const fn held(&self) -> &ScopeSet {
        &self.held
    }

    /// Returns the grant with further scopes held.
    pub(crate) fn and(&self, scopes: impl Iterator<Item = u16>) -> Self {
        self.and_named(scopes.map(|scope| self.table.scope_name(usize::from(scope))))
    }

    /// Returns the grant with further scopes held, by name.
    pub(crate) fn and_named<'s>(&self, scopes: impl Iterator<Item = &'s str>) -> Self {
        let mut more = *self;
        scopes.for_each(|scope| more.hold(scope.as_bytes()));
        more
    }

    #[inline]
    pub(crate) fn has(&self, scope: usize) -> bool {
        self.held.get(scope / 64).is_some_and(|word| word >> (scope % 64) & 1 == 1)
    }

    /// Passes the mask of a tool of the same table, or returns what is missing.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `authorize`")]
    fn pass(&self, mask: &AccessMask) -> Result<(), Denied> {
        if mask.is_narrow() {
            let lacking = mask.lacks(&self.held);
            if self.satisfies(mask, lacking) { Ok(()) } else { Err(Denied::lacking(self, mask, lacking)) }
        } else if self.meets_any(mask, ScopeTable::members) {
            Ok(())
        } else {
            Err(Denied::weighing(self, mask))
        }
    }

    /// Returns whether the grant passes a mask of the same table, for calls that match no condition.
    #[inline]
    pub(crate) fn opens(&self, mask: &AccessMask) -> bool {
        if mask.is_conditional() {
            self.meets_any(mask, ScopeTable::base_members)
        } else if mask.is_narrow() {
            self.satisfies(mask, mask.lacks(&self.held))
        } else {
            self.meets_any(mask, ScopeTable::members)
        }
    }

    /// Returns whether the grant passes a narrow mask of which it lacks these scopes.
    #[inline]
    const fn satisfies(&self, mask: &AccessMask, lacking: [u64; NARROW]) -> bool {
        is_empty(lacking) & !(mask.rejects_anonymous() & self.anonymous)
    }

    /// Returns whether the grant holds all scopes of one alternative.
    fn meets_any(&self, mask: &AccessMask, scopes: impl Fn(&ScopeTable, Alternative) -> &'static [u16]) -> bool {
        self.table.alternatives(mask).any(|(_, alternative)| self.has_all(scopes(self.table, alternative)))
    }

    fn has_all(&self, scopes: &[u16]) -> bool {
        scopes.iter().all(|scope| self.has(usize::from(*scope)))
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

/// Returns whether no bit is set, without a branch for each word.
#[inline]
const fn is_empty([a, b, c, d]: [u64; NARROW]) -> bool {
    a | b | c | d == 0
}

/// Returns the numbers of the bits that are set.
pub(crate) fn bits(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(word, bits)| {
        core::iter::successors(Some(*bits), |rest| Some(rest & rest.wrapping_sub(1)))
            .take_while(|rest| *rest != 0)
            .map(move |rest| word * 64 + rest.trailing_zeros() as usize)
    })
}

/// Returns the scopes that a token holds of a table of at most 256 scopes.
fn narrow(table: &ScopeTable, text: &[u8]) -> [u64; NARROW] {
    let mut held = [0; NARROW];
    let (mut start, mut base) = (0, 0);
    loop {
        let block = text.get(base..).unwrap_or(&[]);
        // The position after the end also ends a scope, so that the last scope needs no special case.
        let mut ends = ends(block);
        while ends != 0 {
            let end = base + ends.trailing_zeros() as usize;
            let implied = text.get(start..end).map_or([0; NARROW], |scope| table.narrow_closure(scope));
            held.iter_mut().zip(implied).for_each(|(held, implied)| *held |= implied);
            start = end + 1;
            ends &= ends - 1;
        }
        if block.len() < 64 {
            return held;
        }
        base += 64;
    }
}

/// Returns where scopes end in the first 64 bytes of a text, as bits: at spaces, and after the text if it ends there.
///
/// It works on all bytes at once and without a branch on the bytes: scopes differ in length, so a search for each end would be
/// mispredicted about half of the time.
#[inline(never)]
fn ends(text: &[u8]) -> u64 {
    if let Some(block) = text.first_chunk::<64>() {
        return spaces_in(block);
    }
    // Head and tail overlap, and agree on the shared bytes. Their lengths are fixed: a loop's end would be mispredicted.
    let both = |head: u64, tail: u64, width: usize| head | tail << (text.len() - width);
    let found = if let (Some(head), Some(tail)) = (text.first_chunk::<32>(), text.last_chunk::<32>()) {
        both(spaces_in(head), spaces_in(tail), 32)
    } else if let (Some(head), Some(tail)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        both(spaces_in(head), spaces_in(tail), 16)
    } else if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        both(spaces_in(head), spaces_in(tail), 8)
    } else {
        (0..).zip(text).fold(0, |found, (at, byte)| found | u64::from(*byte == b' ') << at)
    };
    found | 1 << text.len()
}

/// Returns where the spaces are in a piece, as bits.
#[inline]
fn spaces_in<const N: usize>(piece: &[u8; N]) -> u64 {
    // Each word is shifted in from the left. In this order the compiler does not vectorize the loop, which would be twice as slow on
    // a processor without the newest instructions.
    let pushed = piece.as_chunks().0.iter().fold(0, |found: u64, word| found >> 8 | spaces(*word) << 56);
    pushed >> (64 - N)
}

/// Returns where the spaces are among eight bytes, as bits.
#[inline]
const fn spaces(word: [u8; 8]) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let differs = u64::from_le_bytes(word) ^ u64::from_le_bytes([b' '; 8]);
    // A carry never leaves its byte, so that a neighbor never makes a byte look like a space.
    let flags = !(((differs & LOW) + LOW) | differs | LOW);
    // The product gathers the eight flags in the highest byte. No two partial products overlap.
    flags.wrapping_mul(0x0002_0408_1020_4081) >> 56
}

#[cfg(test)]
mod tests {
    use super::{bits, ends};

    #[test]
    fn finds_separators_at_every_position() {
        let mut text = [b'x'; 65];
        // Bytes that differ from a space in one bit, or only in the high bit.
        let others = [b'!', 0xa0, 0, 0xff, b'x'];
        for len in 0..text.len() {
            for at in 0..=len {
                let other = others[(at + len) % others.len()];
                text.fill(other);
                for step in [1, 2, 7, 65] {
                    (at..len).step_by(step).for_each(|at| text[at] = b' ');
                    let is_end = |place: &usize| *place == len || text[*place] == b' ';
                    let expected = (0..(len + 1).min(64)).filter(is_end).fold(0, |bits, at| bits | 1_u64 << at);
                    assert_eq!(ends(&text[..len]), expected, "{len} {at} {step} {other}");
                }
            }
        }
    }

    #[test]
    fn numbers_bits_across_words() {
        assert!(bits(&[1 | 1 << 63, 0, 1 << 3]).eq([0, 63, 131]));
        assert_eq!(bits(&[]).count(), 0);
    }
}
