//! Rules about the metadata document.

use crate::rule::{Rule, rule};

pub(in crate::rules) const METADATA_MISSING: Rule = rule! {
    id: "metadata-missing",
    category: Live,
    level: Deny,
    summary: "no protected resource metadata",
    reason: "clients cannot learn which authorization server issues tokens for the server",
    section: "RFC 9728 §3",
};

pub(in crate::rules) const METADATA_NOT_WELL_KNOWN: Rule = rule! {
    id: "metadata-not-well-known",
    category: Live,
    level: Warn,
    summary: "metadata only where the challenge points",
    reason: "clients that begin with the URL of the server do not find it",
    section: "RFC 9728 §3.1",
};

pub(in crate::rules) const METADATA_NEEDS_TOKEN: Rule = rule! {
    id: "metadata-needs-token",
    category: Live,
    level: Deny,
    summary: "metadata that requires a token",
    reason: "a client needs the document to obtain its first token",
    section: "RFC 9728 §3",
};

pub(in crate::rules) const METADATA_REDIRECT: Rule = rule! {
    id: "metadata-redirect",
    category: Live,
    level: Warn,
    summary: "metadata behind a redirect",
    reason: "the successful response is 200, and clients may not follow a redirect to another place",
    section: "RFC 9728 §3.2",
};

pub(in crate::rules) const METADATA_CONTENT_TYPE: Rule = rule! {
    id: "metadata-content-type",
    category: Live,
    level: Deny,
    summary: "metadata with another content type than `application/json`",
    reason: "the standard requires that type, and clients check it",
    section: "RFC 9728 §3.2",
};

pub(in crate::rules) const METADATA_HEAD: Rule = rule! {
    id: "metadata-head",
    category: Live,
    level: Warn,
    summary: "metadata that is answered differently for HEAD",
    reason: "monitors and caches use HEAD, which has the status and headers of GET",
    section: "RFC 9110 §9.3.2",
};

pub(in crate::rules) const METADATA_CORS: Rule = rule! {
    id: "metadata-cors",
    category: Live,
    level: Warn,
    summary: "metadata that web pages cannot read",
    reason: "clients in a browser need `Access-Control-Allow-Origin`",
};

pub(in crate::rules) const METADATA_PREFLIGHT: Rule = rule! {
    id: "metadata-preflight",
    category: Live,
    level: Warn,
    summary: "preflight for the metadata that fails",
    reason: "clients in a browser send `MCP-Protocol-Version`, which requires a preflight",
};

pub(in crate::rules) const METADATA_CACHE: Rule = rule! {
    id: "metadata-cache",
    category: Live,
    level: Warn,
    summary: "metadata without a caching directive",
    reason: "clients guess how long they may use the document",
    section: "RFC 9728 §7.10",
};

pub(in crate::rules) const METADATA_DIFFERS: Rule = rule! {
    id: "metadata-differs",
    category: Live,
    level: Warn,
    summary: "metadata that differs by address",
    reason: "clients that use another address see other issuers or scopes",
    section: "RFC 9728 §3.3",
};
