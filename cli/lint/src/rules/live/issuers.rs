//! Rules about authorization servers.

use crate::rule::{Rule, rule};

pub(in crate::rules) const ISSUER_UNREACHABLE: Rule = rule! {
    id: "issuer-unreachable",
    category: Live,
    level: Deny,
    summary: "authorization server without metadata",
    reason: "clients cannot find its endpoints",
    section: "RFC 8414 §3",
};

pub(in crate::rules) const ISSUER_DIFFERS: Rule = rule! {
    id: "issuer-differs",
    category: Live,
    level: Deny,
    summary: "metadata of another issuer",
    reason: "clients must not use metadata whose `issuer` is not the one they asked for",
    section: "RFC 8414 §3.3",
};

pub(in crate::rules) const ISSUER_INCOMPLETE: Rule = rule! {
    id: "issuer-incomplete",
    category: Live,
    level: Deny,
    summary: "metadata of an authorization server that lacks a required member",
    reason: "clients cannot request a token",
    section: "RFC 8414 §2",
};

pub(in crate::rules) const ISSUER_ENDPOINT_NOT_HTTPS: Rule = rule! {
    id: "issuer-endpoint-not-https",
    category: Live,
    level: Deny,
    summary: "endpoint of an authorization server without https",
    reason: "codes and tokens would be sent in the clear",
    section: "MCP Authorization, Communication Security",
};

pub(in crate::rules) const ISSUER_WITHOUT_PKCE: Rule = rule! {
    id: "issuer-without-pkce",
    category: Live,
    level: Deny,
    summary: "authorization server without PKCE",
    reason: "clients must refuse to proceed if `S256` is not listed",
    section: "MCP Authorization, Authorization Code Protection",
};

pub(in crate::rules) const ISSUER_WITHOUT_REGISTRATION: Rule = rule! {
    id: "issuer-without-registration",
    category: Live,
    level: Warn,
    summary: "authorization server at which clients cannot register",
    reason: "each client has to be registered by hand",
    section: "MCP Authorization, Client Registration",
};

pub(in crate::rules) const ISSUER_WITHOUT_ISS: Rule = rule! {
    id: "issuer-without-iss",
    category: Live,
    level: Warn,
    summary: "authorization server that does not name itself in responses",
    reason: "clients of several authorization servers cannot detect a mix-up",
    section: "RFC 9207 §3",
};

pub(in crate::rules) const ISSUER_KEYS: Rule = rule! {
    id: "issuer-keys",
    category: Live,
    level: Deny,
    summary: "keys of an authorization server that cannot be read",
    reason: "no server can verify its tokens",
    section: "RFC 8414 §2",
};
