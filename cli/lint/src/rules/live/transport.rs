//! Rules about the endpoint.

use crate::rule::{Rule, rule};

pub(in crate::rules) const NAME_MISMATCH: Rule = rule! {
    id: "name-mismatch",
    category: Live,
    level: Deny,
    summary: "header `Mcp-Name` that differs from the body",
    reason: "a gateway that reads the header admits another tool than the one that runs",
    section: "MCP Streamable HTTP, Server Validation",
};

pub(in crate::rules) const METHOD_MISMATCH: Rule = rule! {
    id: "method-mismatch",
    category: Live,
    level: Deny,
    summary: "header `Mcp-Method` that differs from the body",
    reason: "a gateway that reads the header admits another method than the one that runs",
    section: "MCP Streamable HTTP, Server Validation",
};

pub(in crate::rules) const BATCH_ACCEPTED: Rule = rule! {
    id: "batch-accepted",
    category: Live,
    level: Warn,
    summary: "several requests in one body",
    reason: "batches were removed in 2025-06-18, and checks for one request miss the others",
    section: "MCP Streamable HTTP, Sending Messages",
};

pub(in crate::rules) const FOREIGN_ORIGIN: Rule = rule! {
    id: "foreign-origin",
    category: Live,
    level: Deny,
    summary: "request of a foreign web page that is accepted",
    reason: "a page can reach a server on the machine of its visitor (DNS rebinding)",
    section: "MCP Streamable HTTP, Security Warning",
};

pub(in crate::rules) const UNKNOWN_REVISION: Rule = rule! {
    id: "unknown-revision",
    category: Live,
    level: Deny,
    summary: "unknown revision that is accepted",
    reason: "client and server read the same message differently",
    section: "MCP Streamable HTTP, Protocol Version Header",
};

pub(in crate::rules) const ENDPOINT_REDIRECT: Rule = rule! {
    id: "endpoint-redirect",
    category: Live,
    level: Warn,
    summary: "endpoint that redirects",
    reason: "clients drop the token or the body when they follow it, and the resource has another URL",
};

pub(in crate::rules) const NOT_HTTPS: Rule = rule! {
    id: "not-https",
    category: Live,
    level: Deny,
    summary: "server without https",
    reason: "everyone on the way can read the tokens",
    section: "MCP Authorization, Communication Security",
};

pub(in crate::rules) const TLS_FAILURE: Rule = rule! {
    id: "tls-failure",
    category: Live,
    level: Deny,
    summary: "certificate or TLS version that clients refuse",
    reason: "clients close the connection before they send anything",
    section: "MCP Authorization, Communication Security",
};

pub(in crate::rules) const UNREADABLE_ANSWER: Rule = rule! {
    id: "unreadable-answer",
    category: Live,
    level: Deny,
    summary: "answer that cannot be read",
    reason: "clients hang, run out of memory, or fail",
};

pub(in crate::rules) const SERVER_ERROR: Rule = rule! {
    id: "server-error",
    category: Live,
    level: Deny,
    summary: "request that makes the server fail",
    reason: "a failure is not a decision, and often skips checks",
    section: "RFC 9110 §15.6",
};

pub(in crate::rules) const METHOD_WITHOUT_TOKEN: Rule = rule! {
    id: "method-without-token",
    category: Live,
    level: Deny,
    summary: "method that is answered without a token",
    reason: "data beside tools is open to anyone",
    section: "MCP Authorization, Token Requirements",
};
