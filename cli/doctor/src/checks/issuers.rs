//! The metadata of the authorization servers (RFC 8414).

use std::sync::Arc;

use mcp_scopes_model::address::Address;
use mcp_scopes_prm::json::Json;

use super::outcome::{is_known, outcome, outcomes};
use crate::{
    facts::{Facts, Issuer},
    probe::issuers::json,
    sink::{Sink, joined, named},
    tls::failure,
};

/// The members that hold addresses.
const ENDPOINTS: [&str; 7] = [
    "authorization_endpoint",
    "token_endpoint",
    "registration_endpoint",
    "jwks_uri",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
];

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for issuer in facts.issuers.iter().filter(|issuer| issuer.is_askable) {
        match &issuer.metadata {
            None => unreachable(issuer, sink),
            Some((url, metadata)) => {
                members(issuer, url, metadata, sink);
                endpoints(facts, issuer, url, metadata, sink);
                abilities(issuer, url, metadata, sink);
                keys(issuer, url, metadata, sink);
            }
        }
    }
}

fn unreachable(issuer: &Issuer, sink: &mut Sink<'_>) {
    // Requests that were not sent, or not judged, say nothing, and another rule reports TLS.
    if issuer.asked.is_empty()
        || !issuer.asked.iter().all(is_known)
        || issuer.asked.iter().all(|asked| failure(asked).is_some())
    {
        return;
    }
    let asked = outcomes(issuer.asked.iter());
    let message = format!("the authorization server `{}` has no metadata at {}", issuer.name, joined(&asked));
    sink.report(
        "issuer-unreachable",
        &issuer.name,
        message,
        "correct the issuer in the document, or publish its metadata",
    );
}

/// Returns whether a member that lists values has this one.
fn lists(metadata: &Json, name: &str, value: &str) -> bool {
    matches!(metadata.get(name), Some(Json::Array(items)) if items.iter().any(|item| item.as_str() == Some(value)))
}

fn members(issuer: &Issuer, url: &Arc<str>, metadata: &Json, sink: &mut Sink<'_>) {
    // Without the member, the grants are `authorization_code` and `implicit` (RFC 8414 §2).
    let needs_endpoint = metadata.get("grant_types_supported").is_none()
        || lists(metadata, "grant_types_supported", "authorization_code");
    let required = ["issuer", "token_endpoint", "response_types_supported", "authorization_endpoint"];
    let missing: Vec<&str> = required
        .into_iter()
        .filter(|name| metadata.get(name).is_none() && (*name != "authorization_endpoint" || needs_endpoint))
        .collect();
    if !missing.is_empty() {
        let message = format!("the metadata of `{}` lacks {}", issuer.name, named(&missing));
        sink.report_at("issuer-incomplete", url, &issuer.name, message, "add them at the authorization server");
    }
    if let Some(stated) = metadata.get("issuer").and_then(Json::as_str).filter(|stated| *stated != issuer.name) {
        let message =
            format!("the metadata of `{}` states the issuer `{stated}`, so clients must not use it", issuer.name);
        sink.report_at("issuer-differs", url, &issuer.name, message, "write the issuer as its metadata states it");
    }
}

fn endpoints(facts: &Facts, issuer: &Issuer, url: &Arc<str>, metadata: &Json, sink: &mut Sink<'_>) {
    let is_safe = |text: &str| {
        Address::parse(text).is_ok_and(|address| {
            address.is_https() || (facts.target.is_loopback && address.is_https_or_loopback_http())
        })
    };
    let endpoints = ENDPOINTS.into_iter().filter_map(|name| Some((name, metadata.get(name)?.as_str()?)));
    let wrong: Vec<String> =
        endpoints.filter(|(_, text)| !is_safe(text)).map(|(name, text)| format!("{name} = {text}")).collect();
    if !wrong.is_empty() {
        let message = format!("endpoints of `{}` are not https: {}", issuer.name, named(&wrong));
        sink.report_at("issuer-endpoint-not-https", url, &issuer.name, message, "serve them over https");
    }
}

fn abilities(issuer: &Issuer, url: &Arc<str>, metadata: &Json, sink: &mut Sink<'_>) {
    let is_true = |name| metadata.get(name) == Some(&Json::Bool(true));
    // Only the code flow needs these.
    if metadata.get("authorization_endpoint").is_none() {
        return;
    }
    if !lists(metadata, "code_challenge_methods_supported", "S256") {
        let message =
            format!("the metadata of `{}` does not list `S256`, so clients must refuse to proceed", issuer.name);
        let help = "turn on PKCE at the authorization server, and list `code_challenge_methods_supported`";
        sink.report_at("issuer-without-pkce", url, &issuer.name, message, help);
    }
    if metadata.get("registration_endpoint").is_none() && !is_true("client_id_metadata_document_supported") {
        let message = format!("clients cannot register at `{}`", issuer.name);
        let help = "turn on client ID metadata documents, or dynamic registration";
        sink.report_at("issuer-without-registration", url, &issuer.name, message, help);
    }
    if !is_true("authorization_response_iss_parameter_supported") {
        let message = format!("`{}` does not name itself in authorization responses", issuer.name);
        sink.report_at("issuer-without-iss", url, &issuer.name, message, "turn on the parameter `iss` (RFC 9207)");
    }
}

fn keys(issuer: &Issuer, url: &Arc<str>, metadata: &Json, sink: &mut Sink<'_>) {
    let (Some(exchange), Some(keys)) = (&issuer.keys, metadata.get("jwks_uri").and_then(Json::as_str)) else { return };
    let is_set = json(exchange).is_some_and(|set| matches!(set.get("keys"), Some(Json::Array(_))));
    if !is_set && is_known(exchange) && failure(exchange).is_none() {
        let message =
            format!("there is no key set at `{keys}`, the `jwks_uri` of `{}`: {}", issuer.name, outcome(exchange));
        sink.report_at("issuer-keys", url, &issuer.name, message, "correct the address, or publish the keys there");
    }
}
