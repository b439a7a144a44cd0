//! Rules about the answer to a request without a token.

use crate::rule::{Rule, rule};

pub(in crate::rules) const ANONYMOUS_ACCESS: Rule = rule! {
    id: "anonymous-access",
    category: Live,
    level: Deny,
    summary: "request without a token that is answered",
    reason: "anyone can use the server",
    section: "MCP Authorization, Error Handling",
};

pub(in crate::rules) const ANONYMOUS_STATUS: Rule = rule! {
    id: "anonymous-status",
    category: Live,
    level: Deny,
    summary: "request without a token that is refused with another status than 401",
    reason: "clients start the discovery only after 401",
    section: "MCP Authorization, Error Handling",
};

pub(in crate::rules) const CHALLENGE_MISSING: Rule = rule! {
    id: "challenge-missing",
    category: Live,
    level: Deny,
    summary: "refusal with 401 and without `WWW-Authenticate`",
    reason: "the header is required, and tells clients where the metadata is",
    section: "RFC 9110 §15.5.2",
};

pub(in crate::rules) const CHALLENGE_SYNTAX: Rule = rule! {
    id: "challenge-syntax",
    category: Live,
    level: Deny,
    summary: "malformed `WWW-Authenticate`",
    reason: "clients read different challenges, or none",
    section: "RFC 9110 §11.6.1",
};

pub(in crate::rules) const CHALLENGE_SCHEME: Rule = rule! {
    id: "challenge-scheme",
    category: Live,
    level: Deny,
    summary: "refusal with 401 and without a challenge for access tokens",
    reason: "clients do not learn that the server accepts access tokens",
    section: "RFC 6750 §3",
};

pub(in crate::rules) const CHALLENGE_SEVERAL: Rule = rule! {
    id: "challenge-several",
    category: Live,
    level: Warn,
    summary: "several challenges of one scheme",
    reason: "some clients read the first one only, others the last",
    section: "RFC 6750 §3",
};

pub(in crate::rules) const CHALLENGE_WITHOUT_METADATA: Rule = rule! {
    id: "challenge-without-metadata",
    category: Live,
    level: Warn,
    summary: "challenge without `resource_metadata`",
    reason: "clients have to guess where the metadata is",
    section: "RFC 9728 §5.1",
};

pub(in crate::rules) const CHALLENGE_METADATA_ADDRESS: Rule = rule! {
    id: "challenge-metadata-address",
    category: Live,
    level: Deny,
    summary: "`resource_metadata` that is no absolute https URL",
    reason: "clients reject the address, or resolve it differently",
    section: "RFC 9728 §5.1",
};

pub(in crate::rules) const CHALLENGE_METADATA_UNREACHABLE: Rule = rule! {
    id: "challenge-metadata-unreachable",
    category: Live,
    level: Deny,
    summary: "`resource_metadata` without a document",
    reason: "clients that follow the challenge find nothing",
    section: "RFC 9728 §5.1",
};

pub(in crate::rules) const CHALLENGE_WITHOUT_SCOPE: Rule = rule! {
    id: "challenge-without-scope",
    category: Live,
    level: Warn,
    summary: "challenge without `scope`",
    reason: "clients request all of `scopes_supported`, or none",
    section: "MCP Authorization, Scope Selection Strategy",
};

pub(in crate::rules) const CHALLENGE_SCOPE_SYNTAX: Rule = rule! {
    id: "challenge-scope-syntax",
    category: Live,
    level: Deny,
    summary: "challenge with something that is not a scope",
    reason: "clients cannot request it",
    section: "RFC 6749 §3.3",
};

pub(in crate::rules) const CHALLENGE_OFFLINE_ACCESS: Rule = rule! {
    id: "challenge-offline-access",
    category: Live,
    level: Warn,
    summary: "challenge with `offline_access`",
    reason: "whether a client wants a refresh token is its decision, and no resource requires one",
    section: "MCP Authorization, Refresh Tokens",
};

pub(in crate::rules) const CHALLENGE_ERROR_WITHOUT_TOKEN: Rule = rule! {
    id: "challenge-error-without-token",
    category: Live,
    level: Warn,
    summary: "error code for a request without a token",
    reason: "clients take their token for invalid, although they sent none",
    section: "RFC 6750 §3.1",
};

pub(in crate::rules) const CHALLENGE_AMBIGUOUS: Rule = rule! {
    id: "challenge-ambiguous",
    category: Live,
    level: Warn,
    summary: "challenge that simple clients misread",
    reason: "some clients search for the text `scope=` instead of parsing the header",
};

pub(in crate::rules) const ENDPOINT_PREFLIGHT: Rule = rule! {
    id: "endpoint-preflight",
    category: Live,
    level: Warn,
    summary: "preflight that requires a token",
    reason: "browsers send no token with a preflight, so no page can call the server",
};
