//! The scopes of conditions, which follow the others in the members of an alternative.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]
#![expect(clippy::cast_possible_truncation, reason = "numbers of scopes are below 2,048")]

use mcp_scopes_model::check::Facts;

use super::mask::{AccessMask, AccessMasks, NARROW, Run};

/// Returns the uses of the scopes of a tool's conditions. They follow those of its requirement.
pub(super) const fn conditional_run(facts: &Facts<'_, '_>, tool: usize) -> Run {
    let requirement = facts.outline.tools[tool].tool.requirement;
    let (start, end) = facts.numbers.uses_of(tool);
    let (mut used, mut alternative) = (0, 0);
    while alternative < requirement.alternatives() {
        used += requirement.scopes_in(alternative);
        alternative += 1;
    }
    Run { start: start + used, end }
}

impl<const TOOLS: usize, const ALTERNATIVES: usize, const MEMBERS: usize> AccessMasks<TOOLS, ALTERNATIVES, MEMBERS> {
    /// Appends the scopes of the conditions of an alternative to its members, each once. `number` is that of the alternative in the table.
    /// Returns the number of members.
    pub(super) const fn add_conditional(
        &mut self,
        facts: &Facts<'_, '_>,
        tool: usize,
        alternative: usize,
        number: usize,
        mut members: usize,
        mask: &mut AccessMask,
    ) -> usize {
        let start = self.alternatives[number].start as usize;
        let mut place = conditional_run(facts, tool).start;
        let mut conditions = facts.outline.tools[tool].tool.conditions;
        while let [condition, rest @ ..] = conditions {
            let end = place + condition.scopes.len();
            while place < end {
                if condition.applies_to(alternative)
                    && let Some(scope) = facts.numbers.used(place)
                    && !contains(&self.members, start, members, scope as u16)
                {
                    self.members[members] = scope as u16;
                    members += 1;
                    if scope < NARROW * 64 {
                        mask.needs[scope / 64] |= 1 << (scope % 64);
                    } else {
                        mask.narrow = false;
                    }
                }
                place += 1;
            }
            conditions = rest;
        }
        self.alternatives[number].len = (members - start) as u16;
        members
    }
}

/// Returns whether a part of the members contains that scope.
const fn contains(members: &[u16], start: usize, end: usize, scope: u16) -> bool {
    let mut place = start;
    while place < end {
        if members[place] == scope {
            return true;
        }
        place += 1;
    }
    false
}
