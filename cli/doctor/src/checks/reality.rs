//! The metadata against what the server does.

use std::collections::BTreeSet;

use mcp_scopes_client::ChallengeError;
use mcp_scopes_prm::json::Json;

use super::calls::{extensions, is_challenged, succeeds};
use crate::{
    answer::Exchange,
    facts::{Facts, Talk, Who},
    probe::conformance::OPERATIONS,
    sink::{Sink, named},
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let demanded = demanded(facts);
    advertised(facts, &demanded, sink);
    known_to_issuers(facts, &demanded, sink);
    idle(facts, &demanded, sink);
    tools(facts, sink);
    fixture(facts, sink);
}

/// Returns every scope that a challenge names.
fn demanded(facts: &Facts) -> BTreeSet<String> {
    let calls = facts.talks.iter().flat_map(|talk| &talk.calls);
    // A document for everyone need not have what is hidden from some.
    let calls = calls.filter(|call| !is_hidden(facts, &call.tool)).map(|call| &call.exchange);
    let others = facts.talks.iter().flat_map(|talk| {
        let methods = talk.methods.iter().map(|(_, exchange)| exchange);
        let reads = talk.reads.iter().map(|(_, exchange)| exchange);
        talk.opening.iter().chain(&talk.unlisted).chain(methods).chain(reads)
    });
    let exchanges = std::iter::once(&facts.anonymous).chain(calls).chain(others);
    let scopes = exchanges.filter_map(|exchange| exchange.challenge()?.scope().ok().flatten());
    scopes.flat_map(|scopes| scopes.iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Returns whether the list of some token does not have a tool.
fn is_hidden(facts: &Facts, tool: &str) -> bool {
    facts.talks.iter().any(|talk| talk.is_open && talk.hides(tool))
}

/// Returns every scope in `mcp_extensions`.
fn mapped(facts: &Facts) -> BTreeSet<&str> {
    let Some(extensions) = extensions(facts) else { return BTreeSet::new() };
    let tools = extensions.tool_scope_mapping.values().flat_map(|entry| &entry.required_scopes);
    let resources = extensions.resource_scope_mapping.values().flat_map(|entry| &entry.required_scopes);
    let prompts = extensions.prompt_scope_mapping.values().flat_map(|entry| &entry.required_scopes);
    let conditions = extensions.tool_scope_mapping.values().flat_map(|entry| &entry.conditional_scopes);
    let conditional = conditions.flat_map(|condition| &condition.scopes);
    let required = tools.chain(resources).chain(prompts).flatten().chain(conditional);
    let implied = extensions.scope_hierarchy.iter().flat_map(|(scope, implied)| std::iter::once(scope).chain(implied));
    required.chain(implied).map(String::as_str).collect()
}

/// Demanded scopes that the document does not have.
fn advertised(facts: &Facts, demanded: &BTreeSet<String>, sink: &mut Sink<'_>) {
    let Some(document) = &facts.discovery.document else { return };
    let supported = &document.draft.document.scopes_supported;
    let mapped = mapped(facts);
    // A document without any scope is another finding.
    if supported.is_empty() && mapped.is_empty() {
        return;
    }
    let is_known = |scope: &&String| supported.contains(*scope) || mapped.contains(scope.as_str());
    // Another rule reports it.
    let unknown: Vec<&String> =
        demanded.iter().filter(|scope| *scope != "offline_access").filter(|scope| !is_known(scope)).collect();
    if let Some(first) = unknown.first() {
        let message = format!("challenges demand {}, which the metadata does not have", named(&unknown));
        let help = "add it to `mcp_extensions`, or to `scopes_supported` if it is for basic use";
        sink.report_at("scope-not-advertised", &document.url, first, message, help);
    }
}

/// Demanded scopes that no authorization server lists.
fn known_to_issuers(facts: &Facts, demanded: &BTreeSet<String>, sink: &mut Sink<'_>) {
    let mut known = BTreeSet::new();
    for issuer in &facts.issuers {
        let scopes = issuer.metadata.as_ref().and_then(|(_, metadata)| metadata.get("scopes_supported"));
        let Some(Json::Array(scopes)) = scopes else { return };
        known.extend(scopes.iter().filter_map(Json::as_str));
    }
    known.insert("offline_access");
    let unknown: Vec<&String> = demanded.iter().filter(|scope| !known.contains(scope.as_str())).collect();
    if let Some(first) = unknown.first().filter(|_| !facts.issuers.is_empty()) {
        let message = format!("challenges demand {}, which no authorization server lists", named(&unknown));
        sink.report("scope-unknown-to-issuer", first, message, "declare the scope at the authorization server");
    }
}

/// Advertised scopes that nothing demands, if every tool was called with the weaker token.
fn idle(facts: &Facts, demanded: &BTreeSet<String>, sink: &mut Sink<'_>) {
    let (Some(document), Some(low)) = (&facts.discovery.document, facts.talks.iter().find(|talk| talk.who == Who::Low))
    else {
        return;
    };
    let tools: BTreeSet<&str> =
        facts.talks.iter().flat_map(|talk| talk.tools().iter().map(|tool| tool.name.as_str())).collect();
    // A call that fails, for want of an argument or for another reason, does not show what the tool demands.
    let called: BTreeSet<&str> = low
        .calls
        .iter()
        .filter(|call| succeeds(&call.exchange) || is_challenged(&call.exchange))
        .map(|call| call.tool.as_str())
        .collect();
    if tools.is_empty() || called != tools {
        return;
    }
    let mapped = mapped(facts);
    // A rule for documents knows more.
    if !mapped.is_empty() {
        return;
    }
    // The server may demand a scope that the token has. What an opaque token has is not known.
    let Some(held) = &facts.low_scopes else { return };
    let is_used = |scope: &&String| demanded.contains(*scope) || held.contains(*scope);
    let idle: Vec<&String> = document.draft.document.scopes_supported.iter().filter(|scope| !is_used(scope)).collect();
    if let Some(first) = idle.first() {
        let message = format!("`scopes_supported` has {}, which nothing demands", named(&idle));
        sink.report_at("scope-never-demanded", &document.url, first, message, "remove it from `scopes_supported`");
    }
}

/// The tools of the document, and those of the list.
fn tools(facts: &Facts, sink: &mut Sink<'_>) {
    let (Some(document), Some(extensions)) = (&facts.discovery.document, extensions(facts)) else { return };
    let Some(full) = facts.talks.iter().find(|talk| talk.who == Who::Full && talk.is_open) else { return };
    let Some(list) = full.lists.first().filter(|list| list.is_whole()) else { return };
    if extensions.tool_scope_mapping.is_empty() {
        return;
    }
    // Another rule reports a tool that only the weaker token lists.
    let others = facts.talks.iter().flat_map(Talk::tools);
    let listed: BTreeSet<&str> = list.tools.iter().chain(others).map(|tool| tool.name.as_str()).collect();
    let known: BTreeSet<&str> = extensions.tool_scope_mapping.keys().map(String::as_str).collect();
    let gone: Vec<&&str> = known.difference(&listed).collect();
    if let Some(first) = gone.first() {
        let message = format!("the metadata has {}, which the token `full` does not list", named(&gone));
        sink.report_at(
            "metadata-unknown-tool",
            &document.url,
            first,
            message,
            "generate the document from the deployed server",
        );
    }
    let new: Vec<&&str> = listed.difference(&known).filter(|tool| !is_hidden(facts, tool)).collect();
    if let Some(first) = new.first() {
        let message = format!("the metadata does not have the listed {}", named(&new));
        sink.report_at(
            "metadata-missing-tool",
            &document.url,
            first,
            message,
            "generate the document from the deployed server",
        );
    }
}

/// The fixture of the official conformance suite.
fn fixture(facts: &Facts, sink: &mut Sink<'_>) {
    for (number, low, full) in &facts.fixture {
        let Some(operation) = OPERATIONS.get(*number) else { continue };
        if low.is_unjudged() || full.is_unjudged() {
            continue;
        }
        let mut wrong = Vec::new();
        if low.status() != Some(403) {
            wrong.push(format!("the low token is answered with {}, not 403", status(low)));
        } else if let Some(challenge) = low.challenge() {
            let scopes = challenge.scope().ok().flatten();
            if challenge.error() != ChallengeError::InsufficientScope || challenge.resource_metadata().is_none() {
                wrong.push("the challenge lacks `insufficient_scope` or `resource_metadata`".to_owned());
            }
            if !operation.scopes.iter().all(|scope| scopes.as_ref().is_some_and(|scopes| scopes.contains(scope))) {
                wrong.push(format!("the challenge does not name {}", named(&operation.scopes)));
            }
        } else {
            wrong.push("403 has no challenge".to_owned());
        }
        if !full.is_accepted() || full.message().result().is_none() {
            wrong.push(format!("the full token is answered with {}, not a result", status(full)));
        }
        if !wrong.is_empty() {
            let message = format!("`{}` of `{}`: {}", operation.method, operation.name, wrong.join("; "));
            sink.report(
                "conformance-scopes",
                operation.name,
                message,
                "serve the fixture as the scenario describes it",
            );
        }
    }
}

fn status(exchange: &Exchange) -> String {
    exchange.status().map_or_else(|| "nothing".to_owned(), |status| status.to_string())
}
