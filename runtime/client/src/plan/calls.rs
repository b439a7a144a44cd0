//! Which calls of a tool scopes open: some calls need `conditional_scopes` in addition, by their arguments.

use std::collections::BTreeSet;

use mcp_scopes_prm::ToolEntry;

use crate::scopes::Scopes;

use super::MAX_ALTERNATIVES;

/// Returns the further scopes that some calls of an open tool need: those of the alternative that lacks the fewest.
pub(super) fn missing(entry: &ToolEntry, held: &Scopes) -> Scopes {
    let missing = closed(entry, held).into_iter().map(|closed| {
        let conditions = closed.into_iter().filter_map(|place| entry.conditional_scopes.get(place));
        Scopes::readable(conditions.flat_map(|condition| &condition.scopes).map(String::as_str)).without(held)
    });
    missing.min_by_key(Scopes::len).unwrap_or_default()
}

/// Returns whether a tool that was open has calls that were not.
pub(super) fn opens_further(entry: &ToolEntry, before: &Scopes, after: &Scopes) -> bool {
    let before = closed(entry, before);
    let has_call = |after: &BTreeSet<usize>| before.iter().all(|before| !before.is_subset(after));
    !before.is_empty() && closed(entry, after).iter().any(has_call)
}

/// Returns for each open alternative the conditions that a call must not match, since their scopes are not held. A call is open if it matches none of one
/// alternative.
fn closed(entry: &ToolEntry, held: &Scopes) -> Vec<BTreeSet<usize>> {
    let has_all = |scopes: &[String]| scopes.iter().all(|scope| held.contains(scope));
    let open = (0_u32..).zip(&entry.required_scopes).filter(|(_, all)| !all.is_empty() && has_all(all));
    let closed = |place: u32| {
        let conditions = entry.conditional_scopes.iter().enumerate();
        let applies = |alternatives: &[u32]| alternatives.is_empty() || alternatives.contains(&place);
        let missing =
            conditions.filter(|(_, condition)| applies(&condition.alternatives) && !has_all(&condition.scopes));
        missing.map(|(place, _)| place).collect()
    };
    open.take(MAX_ALTERNATIVES).map(|(place, _)| closed(place)).collect()
}
