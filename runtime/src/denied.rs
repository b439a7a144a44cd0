//! Why a call may not run, and what is missing.

use core::fmt;

use mcp_scopes_model::requirement::MAX_SCOPES_PER_ALTERNATIVE;

use crate::{
    Grant, ScopeTable, ToolHandle, Visible,
    table::{AccessMask, Alternative, NARROW},
};

/// Why a call may not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The token does not hold the scopes that the tool requires.
    MissingScopes,
    /// There is no token, and the tool is not public.
    NoCredentials,
    /// The table lists no such tool.
    UnknownTool,
    /// The tool belongs to another table.
    OtherTable,
    /// The caller is in the sandbox, and the tool does not run there.
    NotInSandbox,
    /// The table states policies, and nothing has enforced them for this call.
    PoliciesNotEnforced,
    /// The caller is unknown, because the layer that determines it is missing.
    NoCaller,
}

/// Why a call may not run. It contains the tool's requirement and what is missing.
///
/// Of several alternatives it has chosen one: the one that would newly open the fewest tools, then the one with the
/// fewest missing scopes, then the first declared. It contains the [conditional scopes](crate::Condition) of the call, or all of
/// them if the arguments have not been compared.
#[derive(Clone, Copy)]
pub struct Denied {
    table: Option<&'static ScopeTable>,
    /// The tool's number; `NO_TOOL` for none.
    tool: u16,
    reason: Reason,
    /// The chosen alternative, by number.
    alternative: u32,
    missing: Missing,
}

/// The missing scopes of the chosen alternative. The cost of a denial matters to servers that are probed, so a denial stores
/// what the check has already computed.
#[derive(Clone, Copy)]
enum Missing {
    /// By number, all below 256.
    Scopes([u64; NARROW]),
    /// By position in the alternative.
    Places(u64),
    /// By position in the alternative: what is missing, and what this call needs.
    Matched { missing: u64, needed: u64 },
}

/// No tool has this number.
const NO_TOOL: u16 = u16::MAX;

impl Missing {
    const NONE: Self = Self::Places(0);

    fn has(&self, place: usize, scope: usize) -> bool {
        match self {
            Self::Scopes(words) => words.get(scope / 64).is_some_and(|word| word >> (scope % 64) & 1 == 1),
            Self::Places(word) | Self::Matched { missing: word, .. } => has_place(*word, place),
        }
    }

    /// Returns whether the call needs the scope at that position.
    const fn needs(&self, place: usize) -> bool {
        match self {
            Self::Scopes(_) | Self::Places(_) => true,
            Self::Matched { needed, .. } => has_place(*needed, place),
        }
    }
}

const fn has_place(word: u64, place: usize) -> bool {
    place < MAX_SCOPES_PER_ALTERNATIVE && word >> place & 1 == 1
}

impl Denied {
    #[inline]
    pub(crate) const fn without_step(
        table: Option<&'static ScopeTable>,
        tool: Option<ToolHandle>,
        reason: Reason,
    ) -> Self {
        let tool = match tool {
            Some(tool) => tool.mask().tool(),
            None => NO_TOOL,
        };
        Self { table, tool, reason, alternative: u32::MAX, missing: Missing::NONE }
    }

    pub(crate) const fn without_caller() -> Self {
        Self::without_step(None, None, Reason::NoCaller)
    }

    /// Returns the denial of a tool with a single alternative, where no choice is needed.
    #[inline]
    pub(crate) const fn lacking(grant: &Grant, mask: &AccessMask, lacking: [u64; NARROW]) -> Self {
        Self {
            table: Some(grant.table()),
            tool: mask.tool(),
            reason: Self::reason_for(grant),
            // A tool that needs no scope has no alternative.
            alternative: if mask.rejects_anonymous() { u32::MAX } else { mask.first() },
            missing: Missing::Scopes(lacking),
        }
    }

    /// Returns the denial of any other tool, with the least step towards it.
    #[cold]
    pub(crate) fn weighing(grant: &Grant, mask: &AccessMask) -> Self {
        Self::least(grant, mask, |_, _| u64::MAX, |missing, _| Missing::Places(missing))
    }

    /// Returns the denial of a call that matches those conditions of its tool, with the least step towards it.
    #[cold]
    pub(crate) fn matching(grant: &Grant, tool: ToolHandle, matched: u64) -> Self {
        let table = grant.table();
        let needed = |place, alternative: Alternative| {
            let scopes = table.members(alternative).iter().map(|scope| table.scope_name(usize::from(*scope)));
            let of_conditions = |name| {
                let mut conditions = tool.conditions_of(place, matched);
                conditions.any(|condition| condition.scopes.contains(&name))
            };
            let needed = |(at, name)| at < usize::from(alternative.base) || of_conditions(name);
            let places = scopes.enumerate().take(MAX_SCOPES_PER_ALTERNATIVE);
            places.filter(|place| needed(*place)).fold(0, |needed, (place, _)| needed | 1 << place)
        };
        Self::least(grant, tool.mask(), needed, |missing, needed| Missing::Matched { missing, needed })
    }

    /// `needed` returns which scopes of an alternative, given with its place among those of the tool, a call needs.
    fn least(
        grant: &Grant,
        mask: &AccessMask,
        needed: impl Fn(usize, Alternative) -> u64,
        missing_of: impl Fn(u64, u64) -> Missing,
    ) -> Self {
        let table = grant.table();
        let reason = Self::reason_for(grant);
        let mut denied = Self { tool: mask.tool(), ..Self::without_step(Some(table), None, reason) };
        let mut best = (u32::MAX, u32::MAX);
        for (place, (number, alternative)) in table.alternatives(mask).enumerate() {
            let (scopes, needed) = (table.members(alternative), needed(place, alternative));
            let is_needed = |place: &usize| *place >= MAX_SCOPES_PER_ALTERNATIVE || has_place(needed, *place);
            let missing = scopes
                .iter()
                .take(MAX_SCOPES_PER_ALTERNATIVE)
                .enumerate()
                .filter(|(place, scope)| is_needed(place) && !grant.has(usize::from(**scope)))
                .fold(0, |missing, (place, _)| missing | 1 << place);
            let step = scopes.iter().enumerate().filter(|(place, _)| is_needed(place)).map(|(_, scope)| *scope);
            let step = (Visible::of(&grant.and(step)).count_open(), u64::count_ones(missing));
            if step < best {
                best = step;
                denied.alternative = number;
                denied.missing = missing_of(missing, needed);
            }
        }
        denied
    }

    #[inline]
    const fn reason_for(grant: &Grant) -> Reason {
        if grant.is_anonymous() { Reason::NoCredentials } else { Reason::MissingScopes }
    }

    /// Returns the reason.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the tool that was denied, if the table lists it.
    #[must_use]
    pub fn tool(&self) -> Option<ToolHandle> {
        self.table?.slot(usize::from(self.tool))
    }

    /// Returns the table that decided; `None` if no table was consulted.
    #[must_use]
    pub const fn table(&self) -> Option<&'static ScopeTable> {
        self.table
    }

    /// Returns the missing scopes, in declaration order. It is empty if the denial is not about scopes.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> + use<> {
        let missing = self.missing;
        self.chosen().filter(move |(place, scope, _)| missing.has(*place, *scope)).map(|(.., name)| name)
    }

    /// Returns all scopes of the chosen alternative, held or not, in declaration order: what a challenge asks for. Clients that
    /// replace their scopes instead of adding to them would otherwise be denied again.
    pub fn step(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.chosen().map(|(.., name)| name)
    }

    /// Returns the scopes of the chosen alternative that the call needs: positions, numbers and names.
    fn chosen(&self) -> impl Iterator<Item = (usize, usize, &'static str)> + use<> {
        let missing = self.missing;
        let (table, number) = (self.table, self.alternative);
        let members = table.and_then(|table| table.alternative(number).map(|chosen| table.members(chosen)));
        let needed = members.unwrap_or(&[]).iter().enumerate().filter(move |(place, _)| missing.needs(*place));
        needed.map(move |(place, scope)| {
            let scope = usize::from(*scope);
            (place, scope, table.map_or("", |table| table.scope_name(scope)))
        })
    }

    /// Returns whether the caller lacks scopes that only some calls need, and the arguments of this one have not been compared.
    fn is_unmatched(&self) -> bool {
        let chosen = self.table.and_then(|table| table.alternative(self.alternative));
        let Some(base) = chosen.map(|chosen| usize::from(chosen.base)) else { return false };
        let missing = self.missing;
        !matches!(missing, Missing::Matched { .. })
            && self.chosen().all(|(place, scope, _)| place >= base || !missing.has(place, scope))
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.tool().map_or("", |tool| tool.tool().name);
        match self.reason {
            Reason::MissingScopes => {
                write!(f, "tool `{name}` needs ")?;
                for (place, scope) in self.missing().enumerate() {
                    write!(f, "{}`{scope}`", if place == 0 { "scope " } else { " and scope " })?;
                }
                if self.is_unmatched() {
                    f.write_str(" for some arguments, which nothing has compared; put the resource server layer in front, send the call without a batch, or grant it")
                } else {
                    f.write_str(", which the token does not hold")
                }
            }
            Reason::NoCredentials => write!(f, "tool `{name}` needs an access token, and the request carries none"),
            Reason::UnknownTool => f.write_str("no such tool"),
            Reason::OtherTable => f.write_str("the tool belongs to another scope table than the grant"),
            Reason::NotInSandbox => write!(f, "tool `{name}` is not available in the sandbox"),
            Reason::PoliciesNotEnforced => {
                f.write_str("the policies of this server were not enforced for this ")?;
                match name {
                    "" => f.write_str("request")?,
                    name => write!(f, "call of tool `{name}`")?,
                }
                f.write_str("; put the resource server layer in front")
            }
            Reason::NoCaller => {
                f.write_str("the caller is unknown; put the resource server layer in front, or pass a caller")
            }
        }
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denied").field("reason", &self.reason).field("tool", &self.tool()).finish_non_exhaustive()
    }
}

impl core::error::Error for Denied {}
