//! Rules about tokens that must be refused.

use crate::rule::{Rule, rule};

pub(in crate::rules) const ACCEPTS_MALFORMED_TOKEN: Rule = rule! {
    id: "accepts-malformed-token",
    category: Live,
    level: Deny,
    summary: "malformed token that is accepted",
    reason: "the server does not verify tokens",
    section: "MCP Authorization, Token Handling",
};

pub(in crate::rules) const ACCEPTS_EMPTY_TOKEN: Rule = rule! {
    id: "accepts-empty-token",
    category: Live,
    level: Deny,
    summary: "empty token that is accepted",
    reason: "a client without a token passes",
    section: "RFC 6750 §2.1",
};

pub(in crate::rules) const ACCEPTS_UNSIGNED_TOKEN: Rule = rule! {
    id: "accepts-unsigned-token",
    category: Live,
    level: Deny,
    summary: "token with `alg: none` that is accepted",
    reason: "anyone can write such a token",
    section: "RFC 8725 §3.2",
};

pub(in crate::rules) const ACCEPTS_BAD_SIGNATURE: Rule = rule! {
    id: "accepts-bad-signature",
    category: Live,
    level: Deny,
    summary: "token with a wrong signature that is accepted",
    reason: "anyone can write such a token",
    section: "RFC 8725 §3.3",
};

pub(in crate::rules) const ACCEPTS_EXPIRED_TOKEN: Rule = rule! {
    id: "accepts-expired-token",
    category: Live,
    level: Deny,
    summary: "expired token that is accepted",
    reason: "a stolen token works forever",
    section: "RFC 9068 §4",
};

pub(in crate::rules) const ACCEPTS_FOREIGN_TOKEN: Rule = rule! {
    id: "accepts-foreign-token",
    category: Live,
    level: Deny,
    summary: "token for another server that is accepted",
    reason: "another server that received the token can use it here",
    section: "RFC 8707 §2",
};

pub(in crate::rules) const ACCEPTS_OTHER_SCHEME: Rule = rule! {
    id: "accepts-other-scheme",
    category: Live,
    level: Deny,
    summary: "token of another scheme that is accepted",
    reason: "the server does not read the header as the standard says",
    section: "RFC 6750 §2.1",
};

pub(in crate::rules) const ACCEPTS_UNBOUND_TOKEN: Rule = rule! {
    id: "accepts-unbound-token",
    category: Live,
    level: Deny,
    summary: "token without a proof of possession that is accepted, although the metadata demands proofs",
    reason: "a stolen token can be used, and clients rely on the promise that it cannot",
    section: "RFC 9728 §2",
};

pub(in crate::rules) const READS_QUERY_TOKEN: Rule = rule! {
    id: "reads-query-token",
    category: Live,
    level: Deny,
    summary: "token that is read from the query string",
    reason: "addresses end up in logs, histories and referrers",
    section: "MCP Authorization, Token Requirements",
};

pub(in crate::rules) const INVALID_TOKEN_STATUS: Rule = rule! {
    id: "invalid-token-status",
    category: Live,
    level: Deny,
    summary: "invalid token that is refused with another status than 401",
    reason: "clients renew their token after 401 only",
    section: "MCP Authorization, Error Handling",
};

pub(in crate::rules) const INVALID_TOKEN_ERROR: Rule = rule! {
    id: "invalid-token-error",
    category: Live,
    level: Warn,
    summary: "invalid token without `error=\"invalid_token\"`",
    reason: "clients cannot tell a missing token from an invalid one",
    section: "RFC 6750 §3.1",
};

pub(in crate::rules) const REJECTS_GIVEN_TOKEN: Rule = rule! {
    id: "rejects-given-token",
    category: Live,
    level: Deny,
    summary: "given token that is refused",
    reason: "no client could use the server with it, and what it opens cannot be checked",
    section: "MCP Authorization, Access Token Usage",
};

pub(in crate::rules) const SCHEME_CASE: Rule = rule! {
    id: "scheme-case",
    category: Live,
    level: Warn,
    summary: "scheme that is compared with regard to case",
    reason: "`bearer` and `Bearer` are the same scheme, and clients send both",
    section: "RFC 9110 §11.1",
};

pub(in crate::rules) const TOKEN_IN_ANSWER: Rule = rule! {
    id: "token-in-answer",
    category: Live,
    level: Deny,
    summary: "answer that contains the token",
    reason: "answers are logged and cached, and shown to models",
};
