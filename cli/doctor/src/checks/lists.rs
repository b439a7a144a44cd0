//! Lists of tools: by token, in time, and in caches.

use std::collections::BTreeSet;

use crate::{
    facts::{Facts, List, Talk, Who},
    sink::{Sink, named},
    speech::Speech,
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for talk in &facts.talks {
        in_time(talk, sink);
    }
    caching(facts, sink);
    let talk = |who| facts.talks.iter().find(|talk| talk.who == who && talk.is_open);
    let (Some(full), Some(low)) = (talk(Who::Full), talk(Who::Low)) else { return };
    let (Some(of_full), Some(of_low)) = (full.lists.first(), low.lists.first()) else { return };
    // A page that was not read may have the tool.
    if !of_full.is_whole() || !of_low.is_whole() {
        return;
    }
    let (all, some) = (names(of_full), names(of_low));
    let extra: Vec<&str> = some.difference(&all).copied().collect();
    if let Some(first) = extra.first() {
        let message = format!("only the token `low` lists {}", named(&extra));
        sink.report("list-not-subset", first, message, "derive lists and checks from the same requirement");
    }
    let is_cached = |list: &List| list.cache_scopes.iter().flatten().any(|scope| scope != "private");
    let is_stateless = full.speech == Speech::Stateless;
    if all != some && is_stateless && (is_cached(of_full) || is_cached(of_low)) {
        let message = "the list of tools depends on the token, and its `cacheScope` is not `private`";
        sink.report("list-cache-scope", "cacheScope", message, "set `cacheScope` to `private`");
    }
}

fn names(list: &List) -> BTreeSet<&str> {
    list.tools.iter().map(|tool| tool.name.as_str()).collect()
}

/// The lists of one token: the second has the tools of the first in the same order, and so has the one after all calls.
fn in_time(talk: &Talk, sink: &mut Sink<'_>) {
    let Some((first, others)) = talk.lists.split_first() else { return };
    for other in others.iter().filter(|other| other.is_whole() && first.is_whole()) {
        if names(first) != names(other) {
            let (a, b) = (names(first), names(other));
            let changed: Vec<&str> = a.symmetric_difference(&b).copied().collect();
            let when = if std::ptr::eq(other, others.first().unwrap_or(other)) {
                "from request to request"
            } else {
                "after calls"
            };
            let message = format!("the list {} changes {when}: {}", talk.who.as_str(), named(&changed));
            sink.report(
                "list-changes",
                talk.who.as_str(),
                message,
                "refuse calls by policy, and hide no tools because of earlier calls",
            );
            return;
        }
        if first.tools != other.tools {
            let message = format!("the order of the list {} changes from request to request", talk.who.as_str());
            sink.report("list-order", talk.who.as_str(), message, "keep the tools in one order");
            return;
        }
    }
}

/// The members that 2026-07-28 requires.
fn caching(facts: &Facts, sink: &mut Sink<'_>) {
    let stateless = facts.talks.iter().filter(|talk| talk.is_open && talk.speech == Speech::Stateless);
    let lists = stateless.flat_map(|talk| &talk.lists);
    let is_bare = |list: &&List| !list.has_ttl || list.cache_scopes.iter().any(Option::is_none);
    if let Some(list) = { lists }.find(is_bare) {
        let message =
            format!("the answer to {} lacks `ttlMs` or `cacheScope`, which 2026-07-28 requires", list.page.what);
        sink.report("list-cache-missing", "", message, "add both members to each page");
    }
}
