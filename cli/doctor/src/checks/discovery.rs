//! The metadata document, and how it is served (RFC 9728 §3).

use std::sync::Arc;

use mcp_scopes_prm::json::Json;

use super::outcome::{is_known, outcomes};
use crate::{
    answer::{Answer, Exchange},
    facts::{Discovery, Facts, Source},
    probe::discovery::{document, page_origin},
    sink::{Sink, joined},
    tls::failure,
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let discovery = &facts.discovery;
    presence(facts, sink);
    let Some(document) = &discovery.document else { return };
    let url = &document.url;
    let read = discovery.sources().map(|(_, exchange)| exchange).find(|exchange| exchange.url == *url);
    if let Some(answer) = read.and_then(Exchange::answer) {
        served(answer, url, sink);
    }
    variants(facts, url, sink);
    different(discovery, sink);
}

/// Whether there is a document, and where.
fn presence(facts: &Facts, sink: &mut Sink<'_>) {
    let discovery = &facts.discovery;
    let found = discovery.document.as_ref().map(|document| document.source);
    for (source, exchange) in discovery.sources() {
        let Some(answer) = exchange.answer() else { continue };
        // A server may redirect addresses that no client needs, such as the root beside the address with the path.
        if answer.is_redirect() && (source != Source::Root || found != Some(Source::Inserted)) {
            let to = answer.header("location").unwrap_or("another address");
            let message = format!("the metadata is behind a redirect to `{to}`");
            sink.report_at(
                "metadata-redirect",
                &exchange.url,
                "",
                message,
                "serve the document itself at this address",
            );
        }
    }
    let refused = discovery
        .sources()
        .find(|(source, exchange)| *source != Source::Root && matches!(exchange.status(), Some(401 | 403)));
    if let Some((source, exchange)) = refused {
        let message = "the metadata requires a token, and a client needs it to obtain its first token";
        let help = "exempt the address from authentication, like all paths below `/.well-known/`";
        sink.report_at("metadata-needs-token", &exchange.url, "", message, help);
        if source == Source::Inserted || found.is_none() {
            return;
        }
    }
    // The document may be where a request was not sent, or not judged.
    let well_known = std::iter::once(&discovery.inserted).chain(&discovery.root);
    let is_unjudged = well_known.chain(&discovery.challenged).any(Exchange::is_unjudged);
    match &discovery.document {
        None if is_unjudged => {}
        // A server that neither publishes metadata nor demands a token has no authorization. Another rule reports it.
        None if facts.anonymous.is_accepted() => {}
        // A rule for documents says where it is malformed.
        None if discovery.malformed().is_some() => {}
        // What was not sent is not judged, and another rule reports TLS.
        None if discovery.sources().any(|(_, exchange)| !is_known(exchange) || failure(exchange).is_some()) => {}
        None => {
            let asked = outcomes(discovery.sources().map(|(_, exchange)| exchange));
            let message = format!(
                "no protected resource metadata was found, so clients cannot learn which issuer to use: {}",
                joined(&asked)
            );
            let help = format!("publish a document at `{}` (RFC 9728 §3.1)", discovery.inserted.url);
            sink.report("metadata-missing", "", message, help);
        }
        Some(document) if document.source == Source::Challenge && !is_unjudged => {
            let message = "the metadata is only where the challenge points, not at a well-known address";
            let help = format!("serve it at `{}` too", discovery.inserted.url);
            sink.report_at("metadata-not-well-known", &document.url, "", message, help);
        }
        Some(_) => {}
    }
}

/// The headers of the document.
fn served(answer: &Answer, url: &Arc<str>, sink: &mut Sink<'_>) {
    let kind = answer.media_type();
    if kind != "application/json" {
        let kind = if kind.is_empty() { "missing".to_owned() } else { format!("`{kind}`") };
        let message = format!("the content type of the metadata is {kind}, and must be `application/json`");
        sink.report_at("metadata-content-type", url, "", message, "set `Content-Type: application/json`");
    }
    if !["cache-control", "expires", "etag"].into_iter().any(|name| answer.header(name).is_some()) {
        let message = "the metadata has no caching directive, so clients guess how long to use it";
        sink.report_at("metadata-cache", url, "", message, "add `Cache-Control: public, max-age=3600`");
    }
}

/// HEAD, the preflight, and a page of another origin.
fn variants(facts: &Facts, url: &Arc<str>, sink: &mut Sink<'_>) {
    let (discovery, page) = (&facts.discovery, page_origin(&facts.target));
    if let Some(status) = discovery.head.as_ref().and_then(Exchange::status).filter(|status| *status != 200) {
        let message = format!("HEAD of the metadata is answered with {status}, and GET with 200");
        sink.report_at("metadata-head", url, "", message, "answer HEAD as GET, without the body");
    }
    let allows_page = |answer: &Answer| {
        answer.header("access-control-allow-origin").is_some_and(|origin| origin == "*" || origin == page)
    };
    if let Some(answer) = discovery.cross_origin.as_ref().and_then(Exchange::answer)
        && (answer.status != 200 || !allows_page(answer))
    {
        let message = "web pages cannot read the metadata: `Access-Control-Allow-Origin` does not allow them";
        sink.report_at("metadata-cors", url, "", message, "add `Access-Control-Allow-Origin: *`");
        return;
    }
    if let Some(answer) = discovery.preflight.as_ref().and_then(Exchange::answer) {
        let headers = answer.header("access-control-allow-headers").unwrap_or_default().to_ascii_lowercase();
        let is_allowed = headers.split(',').map(str::trim).any(|name| name == "*" || name == "mcp-protocol-version");
        if !answer.is_success() || !allows_page(answer) || !is_allowed {
            let message = "the preflight of a page that sends `MCP-Protocol-Version` fails";
            let help =
                "answer `OPTIONS` with 204, `Access-Control-Allow-Origin: *` and `Access-Control-Allow-Headers: *`";
            sink.report_at("metadata-preflight", url, "", message, help);
        }
    }
}

/// Documents for the same resource with other contents.
fn different(discovery: &Discovery, sink: &mut Sink<'_>) {
    let mut documents = discovery.sources().filter_map(|(source, exchange)| document(exchange, source));
    let Some(first) = documents.next() else { return };
    let resource = |json: &Json| json.get("resource").cloned();
    for other in documents {
        if resource(&other.draft.json) == resource(&first.draft.json) && !is_same(&other.draft.json, &first.draft.json)
        {
            let message = format!("the metadata differs from that at `{}`", first.url);
            sink.report_at("metadata-differs", &other.url, "", message, "serve one document at all addresses");
        }
    }
}

/// Compares values without regard to the order of members.
fn is_same(a: &Json, b: &Json) -> bool {
    // `IndexMap` compares without regard to order.
    a == b
}
