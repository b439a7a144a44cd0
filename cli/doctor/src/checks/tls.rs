//! Connections that TLS refuses: those to the server, to its metadata, and to authorization servers.

use std::collections::HashSet;

use mcp_scopes_model::address::Address;

use crate::{
    facts::{Facts, Issuer},
    sink::Sink,
    tls::failure,
};

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let documents = facts.discovery.sources().map(|(_, exchange)| exchange);
    let issuers = facts.issuers.iter().flat_map(Issuer::exchanges);
    // One certificate serves all addresses of an origin.
    let mut known = HashSet::new();
    for exchange in std::iter::once(&facts.anonymous).chain(documents).chain(issuers) {
        let Some(why) = failure(exchange) else { continue };
        let origin = Address::parse(&exchange.url).map_or(&*exchange.url, |address| address.origin);
        if known.insert(origin) {
            let message = format!("clients refuse the connection to `{origin}`: {why}");
            let help = "renew or correct the certificate (dates, name, issuer, chain), and turn on TLS 1.2 or 1.3";
            sink.report_at("tls-failure", &exchange.url, origin, message, help);
        }
    }
}
