//! The endpoint: https, redirects, failures, headers, batches, origins and revisions.

use crate::{
    answer::{Answer, Exchange, Message, Silence},
    facts::{Facts, Misuse, MisuseKind},
    sink::{Sink, joined, named},
    tls::failure,
};

/// `HeaderMismatch` (MCP 2026-07-28, "Error Codes").
const HEADER_MISMATCH: i64 = -32020;

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if !facts.target.is_https && !facts.target.is_loopback {
        let message = "the server is reached over plain http, so everyone on the way can read the tokens";
        sink.report("not-https", "", message, "serve it over https");
    }
    if let Some(answer) = facts.anonymous.answer().filter(|answer| answer.is_redirect()) {
        let to = answer.header("location").unwrap_or("another address");
        let message = format!("the endpoint redirects to `{to}`, so most checks are left out");
        sink.report("endpoint-redirect", "", message, "give the final address, and have clients use it");
    }
    failures(facts, sink);
    let is_early = is_early(facts);
    for misuse in &facts.misuses {
        if !(is_early && matches!(misuse.kind, MisuseKind::Batch | MisuseKind::Revision)) {
            accepted(misuse, sink);
        }
    }
    open_methods(facts, sink);
}

/// Returns every exchange with the server itself.
fn all(facts: &Facts) -> Vec<&Exchange> {
    let discovery = &facts.discovery;
    let documents = [
        Some(&discovery.inserted),
        discovery.root.as_ref(),
        discovery.challenged.as_ref(),
        discovery.head.as_ref(),
        discovery.preflight.as_ref(),
        discovery.cross_origin.as_ref(),
        Some(&discovery.endpoint_preflight),
    ];
    let talks = facts.talks.iter().flat_map(|talk| {
        let lists = talk.lists.iter().map(|list| &list.page);
        // A tool may take its time.
        let calls = talk.calls.iter().map(|call| &call.exchange).filter(|exchange| !exchange.is_slow());
        let reads = talk.reads.iter().map(|(_, exchange)| exchange);
        let methods = talk.methods.iter().map(|(_, exchange)| exchange);
        let first = talk.opening.iter().chain(&talk.unknown).chain(&talk.unlisted);
        first.chain(lists).chain(calls).chain(reads).chain(methods)
    });
    std::iter::once(&facts.anonymous)
        .chain(documents.into_iter().flatten())
        .chain(facts.tokens.iter().map(|probe| &probe.exchange))
        .chain(talks)
        .chain(&facts.further)
        .chain(facts.misuses.iter().map(|misuse| &misuse.exchange))
        .chain(facts.open_methods.iter().map(|(_, exchange)| exchange))
        .collect()
}

/// Answers that are none, cannot be read, or are failures of the server.
fn failures(facts: &Facts, sink: &mut Sink<'_>) {
    let exchanges = all(facts);
    let mut unreadable = Vec::new();
    for exchange in &exchanges {
        match &exchange.result {
            Err(Silence::NotSent | Silence::Limited) => {}
            Err(Silence::Slow) => unreadable.push(format!("{}: no answer within the time-out", exchange.what)),
            // Another rule reports TLS.
            Err(Silence::Unreachable(_)) if failure(exchange).is_some() => {}
            Err(Silence::Unreachable(why)) => unreadable.push(format!("{}: no answer ({why})", exchange.what)),
            Ok(answer) => {
                if let Some(broken) = answer.broken {
                    unreadable.push(format!("{}: the answer {}", exchange.what, broken.as_str()));
                }
            }
        }
    }
    let lists = facts.talks.iter().flat_map(|talk| &talk.unlisted);
    for exchange in lists.filter(|exchange| is_no_message(exchange)) {
        unreadable.push(format!("{}: the answer is not a JSON-RPC message", exchange.what));
    }
    if let Some((first, others)) = unreadable.split_first() {
        let more = if others.is_empty() { String::new() } else { format!("; {} more", others.len()) };
        sink.report("unreadable-answer", "", format!("{first}{more}"), "end every answer, and bound its size");
    }
    // 501 says that a method such as HEAD is not implemented, which is a decision.
    let failed =
        exchanges.iter().filter(|exchange| exchange.status().is_some_and(|status| status >= 500 && status != 501));
    let failed: Vec<String> =
        failed.map(|exchange| format!("{} ({})", exchange.what, exchange.status().unwrap_or_default())).collect();
    if !failed.is_empty() {
        let shown: Vec<&String> = failed.iter().take(5).collect();
        let message = format!("the server fails: {}", joined(&shown));
        sink.report("server-error", "", message, "handle the input, and answer with a status from 400 to 499");
    }
}

/// Returns whether a success has a whole body that says nothing.
fn is_no_message(exchange: &Exchange) -> bool {
    let says_nothing =
        |answer: &Answer| answer.is_success() && answer.broken.is_none() && answer.message() == Message::None;
    exchange.answer().is_some_and(says_nothing)
}

/// Returns whether the server speaks a revision of before 2025-06-18, which has batches and no header `MCP-Protocol-Version`.
fn is_early(facts: &Facts) -> bool {
    let talk = facts.talks.iter().find(|talk| talk.is_open);
    talk.is_some_and(|talk| ["2024-11-05", "2025-03-26"].contains(&talk.speech.revision()))
}

/// Requests that must be refused although their token is valid.
fn accepted(misuse: &Misuse, sink: &mut Sink<'_>) {
    let exchange = &misuse.exchange;
    let Some(answer) = exchange.answer() else { return };
    // Other rules report these.
    if answer.is_redirect() || answer.status >= 500 || answer.broken.is_some() {
        return;
    }
    match misuse.kind {
        MisuseKind::NameMismatch => {
            let is_right = answer.status == 400
                && matches!(answer.message(), Message::Error { code: Some(HEADER_MISMATCH), .. } | Message::None);
            if !is_right {
                let message = format!(
                    "`Mcp-Name` is not compared with the body: the answer is {}, not 400 with -32020",
                    answer.status
                );
                sink.report(
                    "name-mismatch",
                    "Mcp-Name",
                    message,
                    "compare the header with the body before anything else",
                );
            }
        }
        MisuseKind::MethodMismatch if answer.status != 400 => {
            let message =
                format!("`Mcp-Method` is not compared with the body: the answer is {}, not 400", answer.status);
            sink.report(
                "method-mismatch",
                "Mcp-Method",
                message,
                "compare the header with the body before anything else",
            );
        }
        MisuseKind::Batch => {
            let text = &answer.body;
            let has_results = matches!(answer.message(), Message::Batch(_)) && text.contains("\"result\"");
            if answer.is_success() && (has_results || answer.message().result().is_some()) {
                let message = "two requests in an array are answered, and MCP has no batches since 2025-06-18";
                sink.report("batch-accepted", "", message, "reject a body that is not one message");
            }
        }
        MisuseKind::Origin if exchange.is_accepted() => {
            let message = "a request from a web page of another origin is answered with a result";
            sink.report("foreign-origin", "Origin", message, "answer 403 to every `Origin` that is not on a list");
        }
        MisuseKind::Revision if answer.status != 400 => {
            let message = format!("a request of the revision `1999-01-01` is answered with {}, not 400", answer.status);
            sink.report(
                "unknown-revision",
                "MCP-Protocol-Version",
                message,
                "answer 400 to every revision that is not supported",
            );
        }
        _ => {}
    }
}

/// Methods that are answered without a token.
fn open_methods(facts: &Facts, sink: &mut Sink<'_>) {
    let open = facts.open_methods.iter().filter(|(_, exchange)| {
        // A JSON-RPC error with status 200 comes from the handler, which ran.
        exchange.answer().is_some_and(|answer| answer.is_success() && answer.message() != Message::None)
    });
    let open: Vec<&str> = open.map(|(method, _)| *method).collect();
    if !open.is_empty() {
        let message = format!(
            "{} answered without a token",
            if open.len() == 1 { format!("{} is", named(&open)) } else { format!("{} are", named(&open)) }
        );
        sink.report("method-without-token", "", message, "require a token for every method");
    }
}
