//! Tokens that a server must refuse, and those that it must accept.

use mcp_scopes_client::ChallengeError;

use crate::{
    answer::Exchange,
    facts::{BadToken, Facts, MisuseKind, Talk, TokenProbe},
    probe::tokens::SHORTEST,
    sink::{Sink, joined},
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    // A server that answers anyone accepts any token, too.
    let is_open = facts.anonymous.is_accepted();
    let accepted = |probe: &&TokenProbe| probe.exchange.is_accepted();
    let is_undecided = |probe: &TokenProbe| probe.exchange.answer().is_none();
    if !(is_open && facts.tokens.iter().all(|probe| accepted(&probe) || is_undecided(probe))) {
        for probe in facts.tokens.iter().filter(accepted).filter(|probe| probe.kind != BadToken::InQuery) {
            let (rule, help) = acceptance(probe.kind);
            let message = format!("{} is answered with a result", probe.exchange.what);
            sink.report(rule, probe.kind.as_str(), message, help);
        }
    }
    query(facts, sink);
    refusals(facts, sink);
    given(facts, sink);
    unbound(facts, sink);
    leaks(facts, sink);
}

/// Returns the rule for a token that is accepted, and what to do.
fn acceptance(kind: BadToken) -> (&'static str, &'static str) {
    match kind {
        BadToken::Malformed => {
            ("accepts-malformed-token", "verify the signature of tokens, or ask the issuer about them")
        }
        BadToken::Empty => ("accepts-empty-token", "reject a header without a token"),
        BadToken::Unsigned => ("accepts-unsigned-token", "list the accepted algorithms, and never `none`"),
        BadToken::WrongSignature => ("accepts-bad-signature", "verify the signature with the keys of the issuer"),
        BadToken::Expired => ("accepts-expired-token", "check `exp`, with a leeway of at most a minute"),
        BadToken::Foreign => ("accepts-foreign-token", "check that `aud` contains the resource"),
        BadToken::OtherScheme => ("accepts-other-scheme", "compare the scheme with `Bearer`"),
        BadToken::InQuery => ("reads-query-token", "read tokens from the header `Authorization` only"),
    }
}

/// A token in the query string is never read: the answer is that to the request without it, or 400.
fn query(facts: &Facts, sink: &mut Sink<'_>) {
    let Some(probe) = facts.tokens.iter().find(|probe| probe.kind == BadToken::InQuery) else { return };
    let is_open = facts.anonymous.is_accepted();
    let says_invalid = |exchange: &Exchange| {
        exchange.challenge().is_some_and(|challenge| challenge.error() == ChallengeError::InvalidToken)
    };
    let is_read =
        says_invalid(&probe.exchange) && !says_invalid(&facts.anonymous) && probe.exchange.status() == Some(401);
    let beside = [MisuseKind::QueryBesideHeader, MisuseKind::QueryBesideSession];
    let is_refused_beside =
        facts.misuses.iter().any(|misuse| beside.contains(&misuse.kind) && misuse.exchange.status() == Some(401));
    if is_read || is_refused_beside || (probe.exchange.is_accepted() && !is_open) {
        let message = "a token in the query string is read, although addresses end up in logs";
        let (rule, help) = acceptance(BadToken::InQuery);
        sink.report(rule, probe.kind.as_str(), message, help);
    }
}

/// The status and the error of refusals.
fn refusals(facts: &Facts, sink: &mut Sink<'_>) {
    let refused = || facts.tokens.iter().filter(|probe| !probe.exchange.is_accepted());
    let is_right = |probe: &TokenProbe| match probe.exchange.status() {
        // Another rule reports failures and redirects.
        None | Some(401 | 300..=399 | 500..) => true,
        Some(400) => matches!(probe.kind, BadToken::Empty | BadToken::InQuery | BadToken::OtherScheme),
        // A request without a token is refused in the same way, which another rule reports.
        Some(status) => !has_token(probe.kind) && facts.anonymous.status() == Some(status),
    };
    let wrong: Vec<String> = refused()
        .filter(|probe| !is_right(probe))
        .map(|probe| format!("{} ({})", probe.kind.as_str(), probe.exchange.status().unwrap_or_default()))
        .collect();
    if !wrong.is_empty() {
        let message = format!("invalid tokens are refused with another status than 401: {}", joined(&wrong));
        sink.report("invalid-token-status", "", message, "answer 401 with a challenge");
    }
    let is_silent = |probe: &&TokenProbe| {
        let challenge = probe.exchange.challenge();
        probe.exchange.status() == Some(401)
            && has_token(probe.kind)
            && challenge.is_some_and(|challenge| {
                challenge.error() != ChallengeError::InvalidToken
                    && !(facts.needs_proof && is_about_proof(challenge.error()))
            })
    };
    let silent: Vec<&str> = refused().filter(is_silent).map(|probe| probe.kind.as_str()).collect();
    if !silent.is_empty() {
        let message = format!("401 does not say `error=\"invalid_token\"`, for {}", joined(&silent));
        sink.report("invalid-token-error", "", message, "add it to the challenge if the request had a token");
    }
}

/// Returns whether a proof is refused before the token is looked at (RFC 9449 §7.1 and §9).
fn is_about_proof(error: ChallengeError<'_>) -> bool {
    matches!(error, ChallengeError::UseDpopNonce | ChallengeError::InvalidDpopProof)
}

/// Returns whether a server that reads the header as the standard says finds a token.
fn has_token(kind: BadToken) -> bool {
    !matches!(kind, BadToken::Empty | BadToken::InQuery | BadToken::OtherScheme)
}

/// The tokens that the user gives.
fn given(facts: &Facts, sink: &mut Sink<'_>) {
    for talk in facts.talks.iter().filter(|talk| !talk.is_open && talk.authorization.is_some()) {
        // A request that was not sent, or not judged, could have been accepted. Another rule reports answers that break off.
        let is_broken = |exchange: &Exchange| exchange.answer().is_some_and(|answer| answer.broken.is_some());
        if talk.opening.iter().any(|exchange| exchange.is_unjudged() || is_broken(exchange)) {
            continue;
        }
        let statuses: Vec<String> = talk
            .opening
            .iter()
            // What was answered, or is a notification, is not refused.
            .filter(|exchange| !exchange.is_accepted() && exchange.status() != Some(202))
            .filter_map(Exchange::status)
            .map(|status| status.to_string())
            .collect();
        if statuses.is_empty() || statuses.iter().all(|status| status.starts_with(['3', '5'])) {
            continue;
        }
        // Without a proof of possession, each token is refused.
        if facts.needs_proof {
            continue;
        }
        // It lacks a scope that the server demands for everything. The challenge is judged elsewhere.
        if talk.lacks_scope() {
            continue;
        }
        let is_answered = statuses.iter().any(|status| status.starts_with('2'));
        let verdict = if is_answered { "gets no result" } else { "is refused" };
        let message = format!("a request {} {verdict} ({})", talk.who.as_str(), joined(&statuses));
        let help = "request a new token for this server; `mcp-scopes token` explains why it is refused";
        sink.report("rejects-given-token", talk.who.as_str(), message, help);
    }
    let lower = facts.misuses.iter().find(|misuse| misuse.kind == MisuseKind::LowerCaseScheme);
    if let Some(status) = lower.and_then(|misuse| misuse.exchange.status()).filter(|status| *status == 401) {
        let message = format!("the token after `bearer` is refused with {status}, and accepted after `Bearer`");
        sink.report("scheme-case", "bearer", message, "compare the scheme without regard to case (RFC 9110 §11.1)");
    }
}

/// A given token that is accepted without the proof that the metadata demands.
fn unbound(facts: &Facts, sink: &mut Sink<'_>) {
    let document = facts.discovery.document.as_ref().map(|document| &document.draft.document);
    if document.is_none_or(|document| document.dpop_bound_access_tokens_required != Some(true))
        || facts.anonymous.is_accepted()
    {
        return;
    }
    let is_accepted = |talk: &&Talk| talk.is_open && talk.authorization.is_some() && !talk.lists.is_empty();
    if let Some(talk) = facts.talks.iter().find(is_accepted) {
        let message = format!(
            "`tools/list` {} and without a proof is answered, and the metadata says `dpop_bound_access_tokens_required`",
            talk.who.as_str()
        );
        let help = "reject requests without a proof, or remove the member";
        sink.report("accepts-unbound-token", talk.who.as_str(), message, help);
    }
}

/// Answers that repeat a token.
fn leaks(facts: &Facts, sink: &mut Sink<'_>) {
    let repeats = |exchange: &Exchange, secret: &str| {
        exchange.answer().is_some_and(|answer| {
            let in_header = |(_, value): &(String, Vec<u8>)| String::from_utf8_lossy(value).contains(secret);
            answer.body.contains(secret) || answer.all_headers().iter().any(in_header)
        })
    };
    let probes = facts.tokens.iter().filter_map(|probe| Some((&probe.exchange, probe.secret.as_deref()?)));
    let talks = facts.talks.iter().flat_map(|talk| {
        let secret = talk.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
        let exchanges = talk.opening.iter().chain(&talk.unknown).chain(talk.calls.iter().map(|call| &call.exchange));
        exchanges.filter_map(move |exchange| Some((exchange, secret.filter(|secret| secret.len() >= SHORTEST)?)))
    });
    if let Some((exchange, _)) = probes.chain(talks).find(|(exchange, secret)| repeats(exchange, secret)) {
        let message = format!("the answer contains the token: {}", exchange.what);
        sink.report("token-in-answer", "", message, "name what is wrong with a token, never the token");
    }
}
