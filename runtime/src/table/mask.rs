//! Requirements as bit sets.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]
#![expect(clippy::cast_possible_truncation, reason = "numbers of tools and scopes are below 2,048")]

use mcp_scopes_model::{
    Requirement,
    check::Facts,
    graph::Graph,
    key::{Hashed, Key},
    requirement::MAX_ALTERNATIVES,
};

use super::{SCOPE_WORDS, ScopeSet, conditional::conditional_run};

/// The number of words of a scope set that are stored beside the name: enough for the first 256 scopes.
pub(crate) const NARROW: usize = 4;

/// A scope, and the scopes that its holder holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    pub(crate) key: Key,
    /// The scope's number.
    pub(crate) number: u16,
    /// The first words of the closure under `implies`, the scope itself included.
    pub(crate) closure: [u64; NARROW],
}

/// A tool's name and its access mask, side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToolSlot {
    pub(super) key: Key,
    pub(crate) mask: AccessMask,
}

/// The requirement of one tool, as bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessMask {
    /// If [`AccessMask::narrow`]: the scopes of the only alternative. Empty for a tool that needs no scope.
    pub(super) needs: [u64; NARROW],
    /// The first of the tool's alternatives.
    pub(super) first: u32,
    /// The number of alternatives: zero for a tool that needs no scope, and for a tool that is not narrow and that nothing opens.
    pub(super) count: u8,
    /// The tool's number.
    pub(super) tool: u16,
    /// Whether `needs` is the complete requirement of a caller with a token.
    pub(super) narrow: bool,
    /// Whether a caller without a token is denied although no scope is needed.
    pub(super) authenticated: bool,
    /// Whether the tool has conditional scopes. `needs` and the alternatives contain them.
    pub(super) conditional: bool,
}

impl AccessMask {
    /// Returns whether [`AccessMask::lacks`] is the complete answer: there is no alternative, or one of scopes among the
    /// first 256.
    #[inline]
    pub(crate) const fn is_narrow(&self) -> bool {
        self.narrow
    }

    /// Returns the needed scopes that are not held. It is empty if the tool is open.
    #[inline]
    pub(crate) const fn lacks(&self, held: &ScopeSet) -> [u64; NARROW] {
        [self.needs[0] & !held[0], self.needs[1] & !held[1], self.needs[2] & !held[2], self.needs[3] & !held[3]]
    }

    /// Returns whether a caller is denied for want of a token, although no scope is needed.
    #[inline]
    pub(crate) const fn rejects_anonymous(&self) -> bool {
        self.authenticated
    }

    /// Returns whether some calls of the tool need more scopes than others.
    #[inline]
    pub(crate) const fn is_conditional(&self) -> bool {
        self.conditional
    }

    /// Returns the tool's number.
    #[inline]
    pub(crate) const fn tool(&self) -> u16 {
        self.tool
    }

    /// Returns the tool's only alternative, if the mask is narrow.
    #[inline]
    pub(crate) const fn first(&self) -> u32 {
        self.first
    }
}

/// One alternative: a range of scope numbers in the table's members. First those that every call needs, then those of conditions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alternative {
    pub(crate) start: u32,
    pub(crate) len: u16,
    /// The number of scopes that every call needs.
    pub(crate) base: u16,
}

/// The number of alternatives and members that a table's masks need.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessCount {
    pub(super) alternatives: usize,
    pub(super) members: usize,
}

/// Fills the masks of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessMasks<const TOOLS: usize, const ALTERNATIVES: usize, const MEMBERS: usize> {
    pub(super) of_tools: [ToolSlot; TOOLS],
    pub(super) alternatives: [Alternative; ALTERNATIVES],
    pub(super) members: [u16; MEMBERS],
}

/// The alternatives of one tool that are kept.
///
/// An alternative that needs everything another one needs, possibly through `implies`, adds nothing: callers that hold it also
/// meet the other one. Omitting it also prevents a challenge for a broad scope where a scope that it implies suffices.
struct Kept {
    keep: [bool; MAX_ALTERNATIVES],
}

impl Kept {
    const fn of(facts: &Facts<'_, '_>, closure: &Graph, tool: usize) -> Self {
        let mut kept = Self { keep: [true; MAX_ALTERNATIVES] };
        let count = facts.outline.tools[tool].tool.requirement.alternatives();
        let mut broad = 0;
        while broad < count {
            let mine = run_of(facts, tool, broad);
            let holds = reach(facts, closure, mine);
            let mut other = 0;
            while other < count && kept.keep[broad] {
                let theirs = run_of(facts, tool, other);
                // Of two that need the same, the first is kept.
                if other != broad
                    && kept.keep[other]
                    && covers(facts, &holds, theirs)
                    && (other < broad || !covers(facts, &reach(facts, closure, theirs), mine))
                {
                    kept.keep[broad] = false;
                }
                other += 1;
            }
            broad += 1;
        }
        kept
    }
}

/// The range of an alternative's scopes among all uses.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
}

const fn run_of(facts: &Facts<'_, '_>, tool: usize, alternative: usize) -> Run {
    let requirement = facts.outline.tools[tool].tool.requirement;
    let (mut start, _) = facts.numbers.uses_of(tool);
    let mut earlier = 0;
    while earlier < alternative {
        start += requirement.scopes_in(earlier);
        earlier += 1;
    }
    Run { start, end: start + requirement.scopes_in(alternative) }
}

/// Returns all scopes that a holder of an alternative's scopes holds.
const fn reach(facts: &Facts<'_, '_>, closure: &Graph, run: Run) -> ScopeSet {
    let mut set = [0; SCOPE_WORDS];
    let mut place = run.start;
    while place < run.end {
        if let Some(number) = facts.numbers.used(place) {
            add(&mut set, closure, number);
        }
        place += 1;
    }
    set
}

/// Adds a scope and what it implies.
pub(super) const fn add(set: &mut ScopeSet, closure: &Graph, number: usize) {
    if !closure.is_empty() {
        let row = closure.row(number);
        let mut word = 0;
        while word < SCOPE_WORDS {
            set[word] |= row[word];
            word += 1;
        }
    }
    set[number / 64] |= 1 << (number % 64);
}

/// Returns whether a set holds all scopes of an alternative.
const fn covers(facts: &Facts<'_, '_>, set: &ScopeSet, run: Run) -> bool {
    let mut place = run.start;
    while place < run.end {
        if let Some(number) = facts.numbers.used(place)
            && set[number / 64] >> (number % 64) & 1 == 0
        {
            return false;
        }
        place += 1;
    }
    true
}

impl AccessCount {
    /// Returns upper bounds: alternatives that turn out to add nothing are also counted.
    pub(super) const fn of(facts: &Facts<'_, '_>) -> Self {
        let mut count = Self { alternatives: 0, members: 0 };
        let mut tools = facts.outline.tools;
        let (mut last, mut uses, mut repeated) = (0, 0, 0);
        while let [listed, rest @ ..] = tools {
            count.alternatives += listed.tool.requirement.alternatives();
            (_, uses) = facts.numbers.uses_of(last);
            // Each alternative of a tool with conditions may need the scopes of all of them.
            if !listed.tool.conditions.is_empty() {
                let conditional = conditional_run(facts, last);
                repeated +=
                    (conditional.end - conditional.start) * listed.tool.requirement.alternatives().saturating_sub(1);
            }
            last += 1;
            tools = rest;
        }
        count.members = uses + repeated;
        count
    }
}

impl<const TOOLS: usize, const ALTERNATIVES: usize, const MEMBERS: usize> AccessMasks<TOOLS, ALTERNATIVES, MEMBERS> {
    pub(super) const fn build(facts: &Facts<'_, '_>, closure: &Graph, keys: &[Hashed; TOOLS]) -> Self {
        const SHUT: AccessMask = AccessMask {
            needs: [u64::MAX; NARROW],
            first: 0,
            count: 0,
            tool: 0,
            narrow: false,
            authenticated: false,
            conditional: false,
        };
        let mut built = Self {
            of_tools: [ToolSlot { key: Key::EMPTY, mask: SHUT }; TOOLS],
            alternatives: [Alternative { start: 0, len: 0, base: 0 }; ALTERNATIVES],
            members: [0; MEMBERS],
        };
        let (mut alternatives, mut members) = (0, 0);
        let mut tools = facts.outline.tools;
        let mut tool = 0;
        while let [listed, rest @ ..] = tools {
            let requirement = listed.tool.requirement;
            let count = requirement.alternatives();
            let mut mask = AccessMask {
                needs: [0; NARROW],
                first: alternatives as u32,
                count: 0,
                tool: tool as u16,
                narrow: true,
                authenticated: matches!(requirement, Requirement::Authenticated),
                conditional: !matches!(listed.tool.conditions, []),
            };
            // Most tools have one alternative, which needs no comparison. With conditions it depends on the call which one needs more, so all
            // are kept.
            let keep = if count < 2 || mask.conditional {
                [true; MAX_ALTERNATIVES]
            } else {
                Kept::of(facts, closure, tool).keep
            };
            let (mut place, end) = facts.numbers.uses_of(tool);
            let mut alternative = 0;
            while alternative < count {
                let end =
                    if count == 1 && !mask.conditional { end } else { place + requirement.scopes_in(alternative) };
                // An alternative that needs nothing cannot be written, and would open the tool to every caller.
                if keep[alternative] && place < end {
                    let base = (end - place) as u16;
                    built.alternatives[alternatives] = Alternative { start: members as u32, len: base, base };
                    alternatives += 1;
                    mask.count += 1;
                    while place < end {
                        if let Some(number) = facts.numbers.used(place) {
                            built.members[members] = number as u16;
                            members += 1;
                            if number < NARROW * 64 {
                                mask.needs[number / 64] |= 1 << (number % 64);
                            } else {
                                mask.narrow = false;
                            }
                        }
                        place += 1;
                    }
                    if mask.conditional {
                        members = built.add_conditional(facts, tool, alternative, alternatives - 1, members, &mut mask);
                    }
                }
                place = end;
                alternative += 1;
            }
            if mask.count > 1 {
                mask.narrow = false;
            }
            if mask.count == 0 && (!requirement.needs_no_scope() || mask.conditional) {
                mask = AccessMask { tool: tool as u16, ..SHUT };
            }
            built.of_tools[tool] = ToolSlot { key: keys[tool].key, mask };
            tool += 1;
            tools = rest;
        }
        built
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use crate::{__private::v1, Grant};

    /// No annotation produces this table, but handwritten code that uses the hidden types could.
    static SHUT: v1::ScopeTable = {
        const TOOLS: [v1::Tool<'static>; 3] = [
            v1::Tool { requirement: v1::Requirement::AnyOf(&[]), ..v1::Tool::new("none", v1::Risk::Low) },
            v1::Tool { requirement: v1::Requirement::AnyOf(&[&[]]), ..v1::Tool::new("empty", v1::Risk::Low) },
            v1::Tool { requirement: v1::Requirement::AnyOf(&[&["a"]]), ..v1::Tool::new("one", v1::Risk::Low) },
        ];
        const ENTRIES: &[v1::Entry<'static>] = &[v1::Entry::Group(&[&TOOLS[0], &TOOLS[1], &TOOLS[2]])];
        const CONFIG: v1::Config<'static> = v1::Config::NONE;
        v1::table!("", ENTRIES, CONFIG);
        v1::assembled!()
    };

    #[test]
    fn opens_nothing_for_an_empty_requirement() {
        let open = |grant: &Grant| grant.visible().map(|tool| tool.name).collect::<Vec<_>>();
        for (scopes, opened) in [("", &[] as &[&str]), ("a", &["one"])] {
            let grant = SHUT.grant(scopes);
            assert_eq!(open(&grant), opened);
            for tool in SHUT.tools() {
                assert_eq!(grant.authorize(tool.name).is_ok(), opened.contains(&tool.name), "{}", tool.name);
            }
        }
        assert_eq!(SHUT.grant("a").authorize("none").unwrap_err().step().count(), 0);
    }
}
