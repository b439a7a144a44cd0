//! Calls about which the metadata says nothing.

use std::collections::BTreeSet;

use super::calls::{extensions, succeeds};
use crate::{
    facts::{Call, Facts, Talk, Who},
    report::Skipped,
    sink::named,
};

/// Returns what is not concluded from the calls of tools, since nothing says which scopes they need.
pub(crate) fn skipped(facts: &Facts) -> Option<Skipped> {
    let low = low(facts)?;
    // A hidden tool is compared with one that does not exist.
    let is_unknown = |tool: &&str| !is_mapped(facts, tool) && !low.hides(tool);
    let unknown: Vec<&str> = called(low).filter(is_unknown).collect();
    (!unknown.is_empty()).then(|| Skipped {
        what: format!(
            "whether the token `low` lacks scopes of {}, and whether challenges name all of them",
            named(&unknown)
        ),
        why: "`mcp_extensions` in the metadata does not say which scopes the tools need".to_owned(),
    })
}

/// Returns the tools that the weaker token can call, if nothing says whether it is meant to.
pub(crate) fn note(facts: &Facts) -> Option<String> {
    let low = low(facts)?;
    let is_unknown =
        |call: &&Call| (!is_mapped(facts, &call.tool) || facts.low_scopes.is_none()) && !low.hides(&call.tool);
    let ran: BTreeSet<&str> = low
        .calls
        .iter()
        .filter(|call| succeeds(&call.exchange))
        .filter(is_unknown)
        .map(|call| call.tool.as_str())
        .collect();
    let ran: Vec<&str> = ran.into_iter().collect();
    (!ran.is_empty()).then(|| format!("the token `low` can call {}; check that it is meant to", named(&ran)))
}

fn low(facts: &Facts) -> Option<&Talk> {
    facts.talks.iter().find(|talk| talk.who == Who::Low && talk.is_open)
}

fn called(low: &Talk) -> impl Iterator<Item = &str> {
    low.calls.iter().filter(|call| call.exchange.answer().is_some()).map(|call| call.tool.as_str())
}

fn is_mapped(facts: &Facts, tool: &str) -> bool {
    extensions(facts).is_some_and(|extensions| extensions.tool_scope_mapping.contains_key(tool))
}
