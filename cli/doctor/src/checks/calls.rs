//! Calls of tools: refusals for missing scopes, and what hidden tools answer.

use mcp_scopes_client::{Challenge, ChallengeError};
use mcp_scopes_prm::{McpExtensions, json::Json};

use crate::{
    answer::{Exchange, Message},
    facts::{Call, Facts, Talk, Who},
    probe::talk::NO_TOOL,
    sink::{Sink, named},
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let talk = |who| facts.talks.iter().find(|talk| talk.who == who && talk.is_open);
    let (full, low) = (talk(Who::Full), talk(Who::Low));
    if let Some(exchange) =
        facts.talks.iter().filter_map(|talk| talk.unknown.as_ref()).find(|exchange| succeeds(exchange))
    {
        let message = format!("{} is answered with a result without `isError`", exchange.what);
        sink.report("unknown-tool-accepted", "", message, "answer with the JSON-RPC error -32602");
    }
    if let Some(low) = facts.talks.iter().find(|talk| talk.who == Who::Low) {
        challenges(facts, low, sink);
    }
    let Some(low) = low else { return };
    for call in &low.calls {
        if succeeds(&call.exchange) {
            unrefused(facts, low, full, call, sink);
        } else {
            refused(low, full, call, sink);
        }
    }
    contents(facts, low, sink);
}

/// Returns whether a tool ran: a result that is no error of the tool.
pub(super) fn succeeds(exchange: &Exchange) -> bool {
    let message = exchange.message();
    let is_error = message.result().and_then(|result| result.get("isError")) == Some(&Json::Bool(true));
    exchange.is_accepted() && message.result().is_some() && !is_error
}

/// Returns what the metadata says about tools.
pub(super) fn extensions(facts: &Facts) -> Option<&McpExtensions> {
    facts.discovery.document.as_ref()?.draft.document.mcp_extensions.as_ref()
}

/// Returns whether the weaker token lacks scopes of a tool; `None` if the metadata or the token does not say it.
fn lacks_scopes(facts: &Facts, tool: &str) -> Option<bool> {
    let (extensions, held) = (extensions(facts)?, facts.low_scopes.as_ref()?);
    let tool = extensions.tool_scope_mapping.get(tool)?;
    let holds = |scope: &String| facts.hierarchy.holds(held, scope);
    let is_open = tool.public == Some(true) || tool.authenticated == Some(true) || tool.required_scopes.is_empty();
    Some(!is_open && !tool.required_scopes.iter().any(|all| all.iter().all(holds)))
}

/// A call that succeeds with the weaker token.
fn unrefused(facts: &Facts, low: &Talk, full: Option<&Talk>, call: &Call, sink: &mut Sink<'_>) {
    let is_hidden = low.hides(&call.tool) && full.is_some_and(|full| full.lists_tool(&call.tool));
    if is_hidden {
        let message = format!("the list of the token `low` does not have `{}`, and the token can call it", call.tool);
        sink.report("hidden-tool-callable", &call.tool, message, "check the scopes of a tool when it is called");
        return;
    }
    if lacks_scopes(facts, &call.tool) == Some(true) {
        let message = format!("`{}` can be called with the token `low`, which lacks its scopes", call.tool);
        sink.report("call-without-scope", &call.tool, message, "check the scopes of a tool when it is called");
    }
}

/// A call that does not succeed with the weaker token.
fn refused(low: &Talk, full: Option<&Talk>, call: &Call, sink: &mut Sink<'_>) {
    let Some(answer) = call.exchange.answer().filter(|_| !call.exchange.is_slow()) else { return };
    let is_hidden = low.hides(&call.tool) && full.is_some_and(|full| full.lists_tool(&call.tool));
    if is_hidden {
        // A challenge tells a client which scopes to request, so it is a decision, and a note says it.
        if let Some(unknown) = low.unknown.as_ref().filter(|unknown| unknown.answer().is_some())
            && !is_alike(call, unknown)
            && !is_challenged(&call.exchange)
        {
            let message = format!(
                "`{}`, which the token `low` does not list, answers differently from an unknown tool",
                call.tool
            );
            sink.report("hidden-tool-differs", &call.tool, message, "answer both alike");
        }
        return;
    }
    let runs_with_full =
        full.is_some_and(|full| full.calls.iter().any(|other| other.tool == call.tool && succeeds(&other.exchange)));
    // Another rule reports failures and redirects. A login that is not good enough is answered with 401 (RFC 9470 §3).
    let asks_for_login = call
        .exchange
        .challenge()
        .is_some_and(|challenge| challenge.error() == ChallengeError::InsufficientUserAuthentication);
    if matches!(answer.status, 403 | 300..=399 | 500..) || !runs_with_full || asks_for_login {
        return;
    }
    let status = if answer.is_success() { "200 and an error".to_owned() } else { answer.status.to_string() };
    let message = format!(
        "`{}` is refused for the token `low` with {status}, and clients request more scopes after 403 only",
        call.tool
    );
    sink.report("scope-refusal-status", &call.tool, message, "answer 403 with a challenge");
}

/// Returns whether a call is refused with a challenge for more scopes.
pub(crate) fn is_challenged(exchange: &Exchange) -> bool {
    let challenge = exchange.challenge();
    exchange.status() == Some(403)
        && challenge.is_some_and(|challenge| challenge.error() == ChallengeError::InsufficientScope)
}

/// What a caller can tell two answers apart by.
#[derive(PartialEq, Eq)]
struct Trace {
    status: Option<u16>,
    /// The code of an error.
    code: Option<i64>,
    /// `isError` of a result.
    is_error: Option<bool>,
    text: String,
}

impl Trace {
    fn of(exchange: &Exchange) -> Self {
        let status = exchange.status();
        match exchange.message() {
            Message::Error { code, text } => Self { status, code, is_error: None, text },
            Message::Result(result) => {
                let contents =
                    if let Some(Json::Array(items)) = result.get("content") { items.as_slice() } else { &[] };
                let texts: Vec<&str> = contents.iter().filter_map(|item| item.get("text")?.as_str()).collect();
                let is_error = Some(result.get("isError") == Some(&Json::Bool(true)));
                Self { status, code: None, is_error, text: texts.join("\n") }
            }
            _ => Self { status, code: None, is_error: None, text: String::new() },
        }
    }
}

/// Returns whether a call is answered like that of a tool that does not exist, apart from the name.
fn is_alike(call: &Call, unknown: &Exchange) -> bool {
    let unknown = Trace::of(unknown);
    Trace::of(&call.exchange) == Trace { text: unknown.text.replace(NO_TOOL, &call.tool), ..unknown }
}

/// The challenges of refused calls and lists, and of the first request where a server demands a scope for everything. What is the same for
/// several is reported once.
fn challenges(facts: &Facts, low: &Talk, sink: &mut Sink<'_>) {
    let calls = low.calls.iter().map(|call| (call.tool.as_str(), &call.exchange));
    let opening = low
        .opening
        .iter()
        .chain(&low.unlisted)
        .map(|exchange| (exchange.what.split('`').nth(1).unwrap_or_default(), exchange));
    let refused = calls.chain(opening).filter(|(_, exchange)| exchange.status() == Some(403));
    let refused: Vec<(&str, Option<Challenge>)> =
        refused.map(|(name, exchange)| (name, exchange.challenge())).collect();
    let tools = |is_wrong: &dyn Fn(&str, &Option<Challenge>) -> bool| -> Vec<&str> {
        refused.iter().filter(|(tool, challenge)| is_wrong(tool, challenge)).map(|(tool, _)| *tool).collect()
    };
    // No further scope would help: a policy refuses the call, not the scopes of the token.
    let is_final = |tool: &str, challenge: &Challenge| {
        let names_nothing = challenge.error() == ChallengeError::None && matches!(challenge.scope(), Ok(None));
        let is_mapped = extensions(facts).is_some_and(|known| known.tool_scope_mapping.contains_key(tool));
        names_nothing && is_mapped && lacks_scopes(facts, tool) != Some(true)
    };
    let scoped = |challenge: &Option<Challenge>| {
        challenge.clone().filter(|challenge| challenge.error() == ChallengeError::InsufficientScope)
    };
    let mut report = |rule: &str, found: Vec<&str>, message: &str, help: &str| {
        if let Some(first) = found.first() {
            sink.report(rule, first, format!("{message}, for {}", named(&found)), help);
        }
    };
    report(
        "scope-challenge-missing",
        tools(&|_, challenge| challenge.is_none()),
        "403 has no challenge",
        "add `WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"..\", resource_metadata=\"..\"`",
    );
    report(
        "scope-challenge-error",
        tools(&|tool, challenge| {
            scoped(challenge).is_none() && challenge.as_ref().is_some_and(|challenge| !is_final(tool, challenge))
        }),
        "the challenge of a 403 does not say `error=\"insufficient_scope\"`",
        "add it",
    );
    report(
        "scope-challenge-scope",
        tools(&|_, challenge| scoped(challenge).is_some_and(|challenge| matches!(challenge.scope(), Ok(None)))),
        "the challenge of a 403 names no scope",
        "name every scope that the call needs",
    );
    report(
        "scope-challenge-metadata",
        tools(&|_, challenge| scoped(challenge).is_some_and(|challenge| challenge.resource_metadata().is_none())),
        "the challenge of a 403 has no `resource_metadata`",
        "add it, as in the challenge of a 401",
    );
    report(
        "challenge-loops",
        tools(&|_, challenge| scoped(challenge).is_some_and(|challenge| loops(facts, &challenge))),
        "the challenge asks only for scopes that the token `low` has",
        "name the missing scopes, and account for hierarchies",
    );
    report(
        "scope-challenge-incomplete",
        tools(&|tool, challenge| scoped(challenge).is_some_and(|challenge| is_incomplete(facts, tool, &challenge))),
        "the challenge names only a part of the scopes that the metadata demands",
        "name all scopes of the operation in one challenge",
    );
}

fn loops(facts: &Facts, challenge: &Challenge) -> bool {
    let (Some(held), Ok(Some(scopes))) = (&facts.low_scopes, challenge.scope()) else { return false };
    scopes.iter().all(|scope| held.iter().any(|known| known == scope))
}

/// Returns whether no alternative of a tool is complete with the challenged and the held scopes.
fn is_incomplete(facts: &Facts, tool: &str, challenge: &Challenge) -> bool {
    let (Some(extensions), Ok(Some(scopes))) = (extensions(facts), challenge.scope()) else { return false };
    let Some(tool) = extensions.tool_scope_mapping.get(tool) else { return false };
    // A loop is another finding.
    if tool.required_scopes.is_empty() || loops(facts, challenge) {
        return false;
    }
    let challenged: Vec<String> = scopes.iter().map(str::to_owned).collect();
    let is_asked = |scope: &String| facts.hierarchy.holds(&challenged, scope);
    match &facts.low_scopes {
        Some(held) => {
            let is_known = |scope: &String| is_asked(scope) || facts.hierarchy.holds(held, scope);
            !tool.required_scopes.iter().any(|all| all.iter().all(is_known))
        }
        // What an opaque token holds is not known.
        None => !tool.required_scopes.iter().any(|all| all.iter().any(is_asked)),
    }
}

/// Resources that are read without the scopes that the metadata demands.
fn contents(facts: &Facts, low: &Talk, sink: &mut Sink<'_>) {
    let (Some(extensions), Some(held)) = (extensions(facts), &facts.low_scopes) else { return };
    for (uri, exchange) in low.reads.iter().filter_map(|(uri, exchange)| Some((uri.as_deref()?, exchange))) {
        let Some(entry) = extensions.resource_scope_mapping.get(uri) else { continue };
        let is_open = entry.required_scopes.is_empty()
            || entry.required_scopes.iter().any(|all| all.iter().all(|scope| facts.hierarchy.holds(held, scope)));
        if exchange.is_accepted() && exchange.message().result().is_some() && !is_open {
            let message = format!("`{uri}` can be read with the token `low`, which lacks its scopes");
            sink.report("content-without-scope", uri, message, "check the scopes of a resource when it is read");
        }
    }
}
