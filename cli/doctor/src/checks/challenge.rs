//! The answer to a request without a token (RFC 6750 §3, RFC 9728 §5.1).

use mcp_scopes_client::Challenge;
use mcp_scopes_model::address::Address;

use super::outcome::{is_known, outcome};
use crate::{
    answer::{Answer, Exchange},
    facts::{Facts, Source, Talk},
    probe::discovery::document,
    sink::Sink,
    target::Target,
    tls::failure,
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    first(facts, sink);
    missing(facts, sink);
    let refused: Vec<&Exchange> = refusals(facts).collect();
    forms(&refused, sink);
    if facts.anonymous.status() == Some(401)
        && let Some(challenge) = facts.anonymous.challenge()
    {
        contents(facts, &challenge, sink);
    }
    if facts.discovery.endpoint_preflight.status() == Some(401) {
        let message = "the preflight of a page is answered with 401, and browsers send no token with it";
        sink.report("endpoint-preflight", "OPTIONS", message, "answer `OPTIONS` before authentication");
    }
}

/// Every answer with 401 or 403.
fn refusals(facts: &Facts) -> impl Iterator<Item = &Exchange> {
    let tokens = facts.tokens.iter().map(|probe| &probe.exchange);
    let all = std::iter::once(&facts.anonymous).chain(tokens).chain(facts.talks.iter().flat_map(Talk::answers));
    all.filter(|exchange| matches!(exchange.status(), Some(401 | 403)))
}

/// The status of the first request.
fn first(facts: &Facts, sink: &mut Sink<'_>) {
    let Some(answer) = facts.anonymous.answer() else { return };
    if answer.status == 401 || answer.is_redirect() || answer.status >= 500 || answer.broken.is_some() {
        return;
    }
    if facts.anonymous.is_accepted() {
        let document = facts.discovery.document.as_ref();
        let extensions = document.and_then(|document| document.draft.document.mcp_extensions.as_ref());
        let has_public = extensions
            .is_some_and(|extensions| extensions.tool_scope_mapping.values().any(|tool| tool.public == Some(true)));
        if !has_public {
            let message = format!("{} is answered with a result, so anyone can use the server", facts.anonymous.what);
            sink.report("anonymous-access", "", message, "require a token for every request");
        }
        return;
    }
    let message = format!(
        "{} is refused with {}, and clients start the discovery only after 401",
        facts.anonymous.what, answer.status
    );
    sink.report("anonymous-status", "", message, "answer 401 with a challenge before anything else is checked");
}

/// Answers with 401 and no header.
fn missing(facts: &Facts, sink: &mut Sink<'_>) {
    let tokens = facts.tokens.iter().map(|probe| &probe.exchange);
    let bare = std::iter::once(&facts.anonymous).chain(tokens).filter(|exchange| {
        exchange.answer().is_some_and(|answer| answer.status == 401 && answer.header("www-authenticate").is_none())
    });
    let bare: Vec<&str> = bare.map(|exchange| exchange.what.as_str()).collect();
    if let Some((first, others)) = bare.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(", and for {} other requests", others.len()) };
        let message = format!("401 has no `WWW-Authenticate`, for {first}{more}");
        let help = "add `WWW-Authenticate: Bearer resource_metadata=\"https://..\", scope=\"..\"`";
        sink.report("challenge-missing", "", message, help);
    }
}

/// The form of all challenges. Each fault is reported once.
fn forms(refused: &[&Exchange], sink: &mut Sink<'_>) {
    let answers = || refused.iter().filter_map(|exchange| Some((*exchange, exchange.answer()?)));
    let with_header = || answers().filter(|(_, answer)| answer.header("www-authenticate").is_some());
    let found = with_header().find_map(|(exchange, answer)| Some((exchange, *answer.challenges().faults().first()?)));
    if let Some((exchange, fault)) = found {
        let message = format!("the challenge is malformed: {fault}, for {}", exchange.what);
        sink.report("challenge-syntax", "", message, "quote every value, and name each parameter once");
        return;
    }
    let is_other = |answer: &Answer| answer.status == 401 && answer.challenges().for_tokens().is_none();
    if let Some((exchange, _)) = with_header().find(|(_, answer)| is_other(answer)) {
        let message = format!("401 has no challenge for access tokens, for {}", exchange.what);
        sink.report("challenge-scheme", "", message, "add a challenge with the scheme `Bearer`");
    }
    let bearers = |answer: &Answer| {
        let challenges = answer.challenges();
        challenges.all().iter().filter(|challenge| challenge.scheme().eq_ignore_ascii_case("Bearer")).count()
    };
    if let Some((exchange, answer)) = with_header().find(|(_, answer)| bearers(answer) > 1) {
        let message = format!(
            "{} `Bearer` challenges answer {}, and clients read different ones",
            bearers(answer),
            exchange.what
        );
        sink.report("challenge-several", "", message, "send one challenge that names all scopes");
    }
    for (exchange, answer) in with_header() {
        let challenges = answer.challenges();
        let Some(challenge) = challenges.for_tokens() else { continue };
        if challenge.scope().is_err() {
            let message = format!("the challenge names something that is not a scope, for {}", exchange.what);
            sink.report("challenge-scope-syntax", "", message, "name the scopes, separated by spaces (RFC 6749 §3.3)");
            break;
        }
    }
    if let Some((exchange, _)) = with_header().find(|(_, answer)| is_ambiguous(answer)) {
        let message = format!("clients that search for `scope=` misread the challenge, for {}", exchange.what);
        sink.report("challenge-ambiguous", "", message, "reword the description, and separate scopes by spaces");
    }
}

fn is_ambiguous(answer: &Answer) -> bool {
    let challenges = answer.challenges();
    let Some(challenge) = challenges.for_tokens() else { return false };
    let in_text =
        challenge.params().any(|(name, value)| !name.eq_ignore_ascii_case("scope") && value.contains("scope="));
    in_text || challenge.param("scope").is_some_and(|scope| scope.contains(','))
}

/// What the challenge to a request without a token says.
fn contents(facts: &Facts, challenge: &Challenge, sink: &mut Sink<'_>) {
    if let Some(error) = challenge.param("error") {
        let message = format!("the challenge says `error=\"{error}\"`, although the request had no token");
        sink.report("challenge-error-without-token", "", message, "send `error` only if the request had a token");
    }
    match challenge.scope() {
        Ok(None) => {
            let message = "the challenge names no scope, so clients request all of `scopes_supported`, or none";
            sink.report("challenge-without-scope", "", message, "add the scopes for basic use: `scope=\"..\"`");
        }
        Ok(Some(scopes)) if scopes.contains("offline_access") => {
            let message = "the challenge names `offline_access`, which no resource requires";
            sink.report("challenge-offline-access", "", message, "remove it");
        }
        Ok(Some(_)) | Err(_) => {}
    }
    let Some(url) = challenge.resource_metadata() else {
        let message = "the challenge has no `resource_metadata`, so clients have to guess where the metadata is";
        let help = format!("add `resource_metadata=\"{}\"`", facts.discovery.inserted.url);
        sink.report("challenge-without-metadata", "", message, help);
        return;
    };
    address(facts, url, sink);
}

/// Returns why clients cannot use an address of the metadata, if they cannot.
fn fault_of(target: &Target, url: &str) -> Option<&'static str> {
    let is_usable = Address::parse(url).is_ok_and(|address| {
        let is_plain = address.scheme.eq_ignore_ascii_case("http") && !target.is_https;
        (address.is_https() || is_plain) && address.fragment.is_none() && !address.has_user()
    });
    match () {
        () if !is_usable => Some("is no absolute https URL"),
        () if target.names_this_machine(url) => Some("is on the machine of each client, and the server is not"),
        () => None,
    }
}

/// The address of the metadata.
fn address(facts: &Facts, url: &str, sink: &mut Sink<'_>) {
    if let Some(wrong) = fault_of(&facts.target, url) {
        let message = format!("`resource_metadata` is `{url}`, which {wrong}");
        let help = format!("write the whole address, such as `{}`", facts.discovery.inserted.url);
        sink.report("challenge-metadata-address", "", message, help);
        return;
    }
    let discovery = &facts.discovery;
    // An address that may not be asked from here is not judged. Another rule reports TLS.
    let asked = discovery.sources().map(|(_, exchange)| exchange).find(|exchange| &*exchange.url == url);
    let Some(exchange) = asked.filter(|exchange| is_known(exchange) && failure(exchange).is_none()) else { return };
    // Other rules report a server without any document, and a document that requires a token.
    let is_only = discovery.document.is_none() && discovery.challenged.is_none();
    let is_other_rule = exchange.is_unjudged()
        || exchange.answer().is_some_and(|answer| answer.is_redirect() || matches!(answer.status, 401 | 403));
    if !is_only && !is_other_rule && document(exchange, Source::Challenge).is_none() {
        let message = format!("`resource_metadata` is `{url}`, where there is no document ({})", outcome(exchange));
        let help = "correct the address; behind a proxy the server has to know its public URL";
        sink.report("challenge-metadata-unreachable", "", message, help);
    }
}

#[cfg(test)]
mod tests {
    use super::fault_of;
    use crate::target::Target;

    #[test]
    fn rejects_addresses_on_the_machine_of_the_client() {
        let far = Target::new("https://files.example.com/mcp", false).unwrap();
        for host in ["localhost:3000", "127.0.0.1", "127.1", "[::1]:8000"] {
            let url = format!("https://{host}/.well-known/oauth-protected-resource/mcp");
            assert!(fault_of(&far, &url).is_some_and(|wrong| wrong.starts_with("is on the machine")), "{url}");
        }
        let near = Target::new("http://127.0.0.1:8000/mcp", false).unwrap();
        for (target, url) in [(&near, "http://localhost:8000/metadata"), (&far, "https://meta.example.com/metadata")] {
            assert_eq!(fault_of(target, url), None, "{url}");
        }
        assert_eq!(fault_of(&far, "/metadata"), Some("is no absolute https URL"));
    }
}
