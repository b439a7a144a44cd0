//! The scope table: every tool and scope of one server, numbered, checked and laid out by const evaluation.
//!
//! | module | holds |
//! |---|---|
//! | `lookup` | looks up a name's number without collisions |
//! | `mask` | requirements as bit sets; `conditional` the scopes of conditions |
//! | `rows` | which tools a scope can open, as bits |
//! | `parts` | the arrays, and how const evaluation fills them |

mod conditional;
mod lookup;
mod mask;
mod parts;
mod rows;

use core::{fmt, ops::Deref};

use mcp_scopes_model::{Condition, Outline, Requirement, Tool, condition::MAX_CONDITIONS, key::Hashed};

pub use self::{
    lookup::{Directory, Factors},
    parts::{Dimensions, Finder, Holdings, MaskArrays, Parts, RowTable},
};
pub(crate) use self::{
    mask::{AccessMask, Alternative, Holding, NARROW, ToolSlot},
    rows::TOOL_WORDS,
};
use crate::Grant;

/// The number of words with one bit for each scope of the largest table.
pub(crate) const SCOPE_WORDS: usize = mcp_scopes_model::numbers::MAX_SCOPES / 64;

/// A set of scopes of one table, by number.
pub(crate) type ScopeSet = [u64; SCOPE_WORDS];

/// Every tool and scope of one server. Created by [`scope_table!`](crate::scope_table), as a `static`.
///
/// Its address is its identity: every other table rejects its [`Grant`]s and [`ToolHandle`]s.
pub struct ScopeTable {
    outline: &'static Outline<'static>,
    /// The numbers of the tools.
    tools: lookup::Lookup<u16>,
    slots: &'static [ToolSlot],
    alternatives: &'static [Alternative],
    members: &'static [u16],
    scopes: lookup::Lookup<Holding>,
    scope_names: &'static [&'static str],
    /// The number of scopes that requirements name. They come first.
    #[cfg_attr(not(feature = "metadata"), expect(dead_code, reason = "only documents need it"))]
    required: usize,
    /// The closure's words from the fifth on, for tables of more than 256 scopes.
    wide_closure: &'static [u64],
    rows: rows::Rows,
    states_policies: bool,
}

impl ScopeTable {
    /// Returns the tools, in the order of the list.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// assert_eq!(TOOLS.tools().map(|tool| tool.name).collect::<Vec<_>>(), ["list_files"]);
    /// ```
    #[must_use]
    pub fn tools(&'static self) -> impl ExactSizeIterator<Item = ToolHandle> + use<> {
        let slots = self.slots.iter().zip(self.outline.tools);
        slots.map(move |(slot, listed)| ToolHandle { table: self, mask: slot.mask, listed })
    }

    /// Returns the scopes: those that open tools in the order of first use, then those that are only declared.
    #[must_use]
    pub fn scopes(&'static self) -> impl ExactSizeIterator<Item = &'static str> + use<> {
        self.scope_names.iter().copied()
    }

    /// Returns the tool of that name.
    #[inline]
    #[must_use]
    pub fn tool(&'static self, name: &str) -> Option<ToolHandle> {
        self.lookup(name).and_then(|slot| self.handle_for(slot))
    }

    /// Returns the tool of that name, for a constant: an unknown name does not compile.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes::ToolHandle;
    /// const LIST_FILES: ToolHandle = TOOLS.handle("list_files");
    /// assert!(TOOLS.grant("list_files").authorize_tool(LIST_FILES).is_ok());
    /// ```
    ///
    /// # Panics
    /// If the table lists no tool of that name. In a constant this is a compile error. At run time use
    /// [`ScopeTable::tool`].
    #[must_use]
    #[track_caller]
    pub const fn handle(&'static self, name: &str) -> ToolHandle {
        parts::handle(self, name)
    }

    /// Returns the grant of a token with this `scope` value: scope-tokens separated by spaces (RFC 6749 §3.3). Unknown scopes
    /// and scopes without the table's namespace are ignored. The comparison is exact.
    ///
    /// A token without scopes also opens tools with the key `authenticated`. For callers without a token, use
    /// [`ScopeTable::anonymous`].
    #[inline]
    #[must_use]
    pub fn grant(&'static self, scope: &str) -> Grant {
        Grant::of_scope(self, scope)
    }

    /// Returns the grant of a token with this `scp` array. Each element is one scope-token.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// assert!(TOOLS.grant_scp(["list_files", "other"]).authorize("list_files").is_ok());
    /// // An element is never taken apart.
    /// assert!(TOOLS.grant_scp(["list_files other"]).authorize("list_files").is_err());
    /// ```
    #[must_use]
    pub fn grant_scp<S: AsRef<str>>(&'static self, scp: impl IntoIterator<Item = S>) -> Grant {
        Grant::of_scp(self, scp)
    }

    /// Returns the empty grant of a caller without a token. Only public tools are open, and a denial asks to authenticate.
    #[must_use]
    pub const fn anonymous(&'static self) -> Grant {
        Grant::anonymous(self)
    }

    /// Returns whether any tool states a policy, or the table's file limits for sessions. Then something must enforce them for each call.
    #[must_use]
    pub const fn states_policies(&self) -> bool {
        self.states_policies
    }

    /// Returns the tools and declarations that the table was made from.
    #[must_use]
    pub const fn outline(&self) -> &'static Outline<'static> {
        self.outline
    }

    /// Returns the tool that a name maps to, and whether the name is the tool's. For names of usual length, and tools with a
    /// narrow mask.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a call, half of what a check costs would be passing the answer")]
    pub(crate) fn lookup_fast(&'static self, name: &str) -> Option<(&'static ToolSlot, ToolHandle, bool)> {
        let Hashed { key, hash } = Hashed::quick(name.as_bytes())?;
        let slot = self.slots.get(usize::from(*self.tools.find(hash)?)).filter(|slot| slot.mask.is_narrow())?;
        Some((slot, self.handle_for(slot)?, slot.key == key))
    }

    /// Returns the slot of the tool of that name.
    pub(crate) fn lookup(&self, name: &str) -> Option<&'static ToolSlot> {
        let Hashed { key, hash } = Hashed::read(name.as_bytes());
        let number = usize::from(*self.tools.find(hash)?);
        let slot = self.slots.get(number)?;
        let same = slot.key == key && (key.is_whole() || self.outline.tools.get(number)?.tool.name == name);
        same.then_some(slot)
    }

    /// Returns the tool behind a slot of this table.
    #[inline]
    pub(crate) fn handle_for(&'static self, slot: &ToolSlot) -> Option<ToolHandle> {
        let listed = self.outline.tools.get(usize::from(slot.mask.tool()))?;
        Some(ToolHandle { table: self, mask: slot.mask, listed })
    }

    /// Returns the tool of that number.
    #[inline]
    pub(crate) fn slot(&'static self, number: usize) -> Option<ToolHandle> {
        self.slots.get(number).and_then(|slot| self.handle_for(slot))
    }

    /// Returns the number of a scope and what its holder holds, if the table declares it.
    pub(crate) fn holding(&self, scope: &[u8]) -> Option<(usize, &'static Holding)> {
        let Hashed { key, hash } = Hashed::read(scope);
        let entry = self.scopes.find(hash)?;
        let number = usize::from(entry.number);
        let same = entry.key == key && (key.is_whole() || self.scope_name(number).as_bytes() == scope);
        same.then_some((number, entry))
    }

    /// Returns the first words of the mask of a scope and all that it implies; zeros if the table does not declare it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each scope of each token; a call would cost a tenth of it")]
    pub(crate) fn narrow_closure(&self, scope: &[u8]) -> [u64; NARROW] {
        let Some(Hashed { key, hash }) = Hashed::quick(scope) else { return self.narrow_closure_other(scope) };
        let Some(entry) = self.scopes.find(hash) else { return [0; NARROW] };
        // No branch: tokens also name scopes of other servers, which cannot be predicted.
        *core::hint::select_unpredictable(entry.key == key, &entry.closure, &[0; NARROW])
    }

    /// Does the same for a scope that is very short or long.
    #[cold]
    fn narrow_closure_other(&self, scope: &[u8]) -> [u64; NARROW] {
        self.holding(scope).map_or([0; NARROW], |(_, holding)| holding.closure)
    }

    /// Returns whether there are more than 256 scopes.
    #[inline]
    pub(crate) const fn is_wide(&self) -> bool {
        !self.wide_closure.is_empty()
    }

    /// Returns the closure's words from the fifth on.
    pub(crate) fn wide_closure(&self, scope: usize) -> &'static [u64] {
        let words = self.scope_names.len().div_ceil(64).saturating_sub(NARROW);
        let start = scope.saturating_mul(words);
        self.wide_closure.get(start..start.saturating_add(words)).unwrap_or(&[])
    }

    /// Returns the scopes with what each implies, for documents.
    #[cfg(feature = "metadata")]
    pub(crate) fn numbered_scopes(&self) -> mcp_scopes_prm::scopes::Scopes<'static> {
        let implied = |number: usize, name: &str| {
            let narrow = self.holding(name.as_bytes()).map_or([0; NARROW], |(_, holding)| holding.closure);
            let words = narrow.iter().chain(self.wide_closure(number)).enumerate();
            let set = |(at, word): (usize, &u64)| {
                let word = *word;
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
            };
            words.flat_map(set).filter(|implied| *implied != number).collect()
        };
        let scopes = self.scope_names.iter().enumerate().map(|(number, name)| (*name, implied(number, name)));
        mcp_scopes_prm::scopes::Scopes::numbered(scopes, self.required)
    }

    pub(crate) fn scope_name(&self, number: usize) -> &'static str {
        self.scope_names.get(number).copied().unwrap_or("")
    }

    /// Returns the alternatives of a tool, each with its number.
    pub(crate) fn alternatives(&self, mask: &AccessMask) -> impl Iterator<Item = (u32, Alternative)> + use<> {
        let first = mask.first as usize;
        let range = self.alternatives.get(first..first.saturating_add(mask.count as usize)).unwrap_or(&[]);
        (mask.first..).zip(range.iter().copied())
    }

    pub(crate) fn alternative(&self, number: u32) -> Option<Alternative> {
        self.alternatives.get(number as usize).copied()
    }

    /// Returns the scopes of an alternative, in declaration order: those that every call needs, then those of its conditions.
    #[inline]
    pub(crate) fn members(&self, alternative: Alternative) -> &'static [u16] {
        let start = alternative.start as usize;
        self.members.get(start..start.saturating_add(alternative.len as usize)).unwrap_or(&[])
    }

    /// Returns the scopes of an alternative that every call needs.
    #[inline]
    pub(crate) fn base_members(&self, alternative: Alternative) -> &'static [u16] {
        self.members(Alternative { len: alternative.base, ..alternative })
    }

    pub(crate) const fn rows(&self) -> &rows::Rows {
        &self.rows
    }
}

impl fmt::Debug for ScopeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeTable")
            .field("tools", &self.outline.tools.len())
            .field("scopes", &self.scope_names.len())
            .finish_non_exhaustive()
    }
}

/// One tool of one table. It dereferences to the [`Tool`].
///
/// It contains the requirement of the tool, so that a constant handle is checked without a look-up.
#[derive(Clone, Copy)]
pub struct ToolHandle {
    table: &'static ScopeTable,
    mask: AccessMask,
    listed: &'static mcp_scopes_model::outline::Listed<'static>,
}

impl ToolHandle {
    /// Returns the table that lists the tool.
    #[inline]
    #[must_use]
    pub const fn table(&self) -> &'static ScopeTable {
        self.table
    }

    /// Returns the tool.
    #[inline]
    #[must_use]
    pub const fn tool(&self) -> &'static Tool<'static> {
        self.listed.tool
    }

    /// Returns the scope that the tool's own name denotes: after the namespace, if the table has one.
    #[must_use]
    pub const fn own_scope(&self) -> &'static str {
        self.listed.own_scope
    }

    /// Returns the scopes of each alternative that opens the tool. It is empty for a tool that needs no scope, for which
    /// `tool.requirement` is [`Requirement::Public`] or [`Requirement::Authenticated`]. What some calls need in addition is in
    /// `tool.conditions`.
    pub fn alternatives(&self) -> impl Iterator<Item = impl Iterator<Item = &'static str> + use<>> + use<> {
        let (requirement, own): (Requirement<'static>, _) = (self.listed.tool.requirement, self.listed.own_scope);
        (0..requirement.alternatives())
            .map(move |alternative| (0..).map_while(move |place| requirement.scope(alternative, place, own)))
    }

    /// Returns the conditions of an alternative that a call matches.
    pub(crate) fn conditions_of(
        &self,
        alternative: usize,
        matched: u64,
    ) -> impl Iterator<Item = &'static Condition<'static>> + use<> {
        let numbered = self.listed.tool.conditions.iter().take(MAX_CONDITIONS).enumerate();
        numbered
            .filter(move |(number, condition)| matched >> number & 1 == 1 && condition.applies_to(alternative))
            .map(|(_, condition)| condition)
    }

    #[cfg(feature = "metadata")]
    pub(crate) const fn listed(&self) -> &'static mcp_scopes_model::outline::Listed<'static> {
        self.listed
    }

    /// Returns the access mask of the tool.
    #[inline]
    pub(crate) const fn mask(&self) -> &AccessMask {
        &self.mask
    }
}

impl Deref for ToolHandle {
    type Target = Tool<'static>;

    fn deref(&self) -> &Self::Target {
        self.listed.tool
    }
}

impl PartialEq for ToolHandle {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.table, other.table) && core::ptr::eq(self.listed, other.listed)
    }
}

impl Eq for ToolHandle {}

impl fmt::Debug for ToolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ToolHandle").field(&self.listed.tool.name).finish()
    }
}
