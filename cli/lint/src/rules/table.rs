//! The rules without code: the compiler, the scan, the parser of documents or the engine finds what they report.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Rule, rule};

pub(super) const ALG_NONE: Rule = rule! {
    id: "alg-none",
    category: Document,
    level: Deny,
    reason: "`none` signs nothing, so anyone can forge what it signs",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::AlgNone]),
};

pub(super) const ANNOTATION_IN_BODY: Rule = rule! {
    id: "annotation-in-body",
    category: Drift,
    level: Warn,
    reason: "what is declared inside of a body no table can list",
    check: notices(&["annotation-in-body"]),
};

pub(super) const ANNOTATION_IN_MACRO: Rule = rule! {
    id: "annotation-in-macro",
    category: Drift,
    level: Warn,
    reason: "the compiler knows the tool, and the lint, the export and the page of tools do not",
    check: notices(&["annotation-in-macro"]),
};

pub(super) const BASELINE_REASON: Rule = rule! {
    id: "baseline-reason",
    category: Drift,
    level: Deny,
    reason: "an exception without a reason cannot be judged by whoever reads it next",
};

pub(super) const CONTRADICTION: Rule = rule! {
    id: "contradiction",
    category: Document,
    level: Deny,
    reason: "of two statements that exclude each other a client believes the one that suits it",
    check: violations(&[ViolationKind::Contradiction]),
};

pub(super) const EMPTY_MEMBER: Rule = rule! {
    id: "empty-member",
    category: Document,
    level: Deny,
    reason: "an empty array has to be left out, and readers that see one guess what it means",
    section: "RFC 9728 §3.2",
    check: violations(&[ViolationKind::EmptyMember]),
};

pub(super) const EXPIRED_BASELINE_ENTRY: Rule = rule! {
    id: "expired-baseline-entry",
    category: Drift,
    level: Deny,
    reason: "a finding that may stay for a while stays for ever if nobody asks again",
};

pub(super) const HEADER_NAME: Rule = rule! {
    id: "header-name",
    category: Sandbox,
    level: Deny,
    reason: "a header that no request can carry chooses no sandbox",
    section: "RFC 9110 §5.1",
    check: violations(&[ViolationKind::HeaderName]),
};

pub(super) const ISSUER_NOT_HTTPS: Rule = rule! {
    id: "issuer-not-https",
    category: Document,
    level: Deny,
    reason: "an issuer that is no https URL cannot be looked up, or by anyone on the way",
    section: "RFC 8414 §2",
    check: violations(&[ViolationKind::IssuerNotHttps]),
};

pub(super) const ISSUER_QUERY_OR_FRAGMENT: Rule = rule! {
    id: "issuer-query-or-fragment",
    category: Document,
    level: Deny,
    reason: "clients build the address of the issuer's metadata from it, where a query has no place",
    section: "RFC 8414 §2",
    check: violations(&[ViolationKind::IssuerQueryOrFragment]),
};

pub(super) const JWKS_URI: Rule = rule! {
    id: "jwks-uri",
    category: Document,
    level: Deny,
    reason: "keys that are fetched without TLS can be replaced by anyone on the way",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::JwksUri]),
};

pub(super) const MISSING_AUTHORIZATION_SERVER: Rule = rule! {
    id: "missing-authorization-server",
    category: Document,
    level: Deny,
    reason: "an MCP client that finds no authorization server cannot get a token",
    section: "MCP 2026-07-28, Authorization",
    check: violations(&[ViolationKind::MissingAuthorizationServer]),
};

pub(super) const MISSING_RESOURCE: Rule = rule! {
    id: "missing-resource",
    category: Document,
    level: Deny,
    reason: "a document that names no resource belongs to none, and clients must not use it",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::MissingResource]),
};

pub(super) const MODULE_FILE: Rule = rule! {
    id: "module-file",
    category: Drift,
    level: Warn,
    reason: "what stands in a module that cannot be read is missing from what is checked",
    check: notices(&["module-file"]),
};

pub(super) const NESTED_SIGNED_METADATA: Rule = rule! {
    id: "nested-signed-metadata",
    category: Document,
    level: Warn,
    reason: "readers are recommended to refuse a document whose signed part claims to be signed again",
    section: "RFC 9728 §2.2",
    check: violations(&[ViolationKind::NestedSignedMetadata]),
};

pub(super) const NO_SCOPE: Rule = rule! {
    id: "no-scope",
    category: Document,
    level: Deny,
    reason: "an alternative without scopes is one that everybody holds",
    check: violations(&[ViolationKind::NoScope]),
};

pub(super) const NOT_JSON: Rule = rule! {
    id: "not-json",
    category: Document,
    level: Deny,
    reason: "what is not JSON is read by nobody",
    section: "RFC 9728 §3.2",
};

pub(super) const PAGE_ADDRESS: Rule = rule! {
    id: "page-address",
    category: Document,
    level: Deny,
    reason: "people follow these addresses, and what is no URL leads nowhere",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::PageAddress]),
};

pub(super) const PATTERN_SYNTAX: Rule = rule! {
    id: "pattern-syntax",
    category: Policy,
    level: Deny,
    reason: "a pattern that cannot be read blocks nothing",
    check: violations(&[ViolationKind::PatternSyntax]),
};

pub(super) const RENAMED_EXPORT: Rule = rule! {
    id: "renamed-export",
    category: Drift,
    level: Warn,
    reason: "modules that use the new name have annotations that a scan takes for those of somebody else",
    check: notices(&["renamed-export"]),
};

pub(super) const RESOURCE_FRAGMENT: Rule = rule! {
    id: "resource-fragment",
    category: Document,
    level: Deny,
    reason: "a fragment is never sent, so no client can ask for such a resource",
    section: "RFC 9728 §1.2",
    check: violations(&[ViolationKind::ResourceFragment]),
};

pub(super) const RESOURCE_MISMATCH: Rule = rule! {
    id: "resource-mismatch",
    category: Document,
    level: Deny,
    reason: "a document that names another resource lets one server speak for another",
    section: "RFC 9728 §3.3",
    check: violations(&[ViolationKind::ResourceMismatch]),
};

pub(super) const RESOURCE_NOT_HTTPS: Rule = rule! {
    id: "resource-not-https",
    category: Document,
    level: Deny,
    reason: "what is fetched without TLS can be replaced on the way, issuers included",
    section: "RFC 9728 §1.2",
    check: violations(&[ViolationKind::ResourceNotHttps]),
};

pub(super) const SCOPE_SYNTAX: Rule = rule! {
    id: "scope-syntax",
    category: Naming,
    level: Deny,
    reason: "a scope that is no scope-token cannot stand in a token, a challenge or a consent request",
    section: "RFC 6749 §3.3",
    check: diagnostics(&["bad-scope"]) and violations(&[ViolationKind::ScopeSyntax]),
};

pub(super) const SIGNED_METADATA: Rule = rule! {
    id: "signed-metadata",
    category: Document,
    level: Deny,
    reason: "a signature that nobody can check protects nothing, and looks as if it did",
    section: "RFC 9728 §2.2",
    check: violations(&[ViolationKind::SignedMetadata]),
};

pub(super) const STALE_BASELINE_ENTRY: Rule = rule! {
    id: "stale-baseline-entry",
    category: Drift,
    level: Warn,
    reason: "an entry that belongs to nothing would hide the same mistake when it comes back",
};

pub(super) const SUPPRESSION_SYNTAX: Rule = rule! {
    id: "suppression-syntax",
    category: Drift,
    level: Deny,
    reason: "an exception without a reason cannot be judged by whoever reads it next",
};

pub(super) const UNDECLARED_FILE: Rule = rule! {
    id: "undeclared-file",
    category: Drift,
    level: Warn,
    reason: "its tools are in no build, although they look as if they were",
    check: notices(&["undeclared-file"]),
};

pub(super) const UNDECLARED_SCOPE: Rule = rule! {
    id: "undeclared-scope",
    category: LeastPrivilege,
    level: Deny,
    reason: "a misspelt scope opens a tool to nobody, or to whoever is granted the slip",
    section: "MCP 2026-07-28, Authorization",
    check: diagnostics(&["undeclared-scope"]),
};

pub(super) const UNUSED_SUPPRESSION: Rule = rule! {
    id: "unused-suppression",
    category: Drift,
    level: Warn,
    reason: "an exception that outlives its reason hides the next mistake of its kind",
};

pub(super) const WRONG_TYPE: Rule = rule! {
    id: "wrong-type",
    category: Document,
    level: Deny,
    reason: "a member of another type is dropped by some readers, and others refuse the document",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::WrongType, ViolationKind::UnknownValue]),
};

pub(super) const ZERO_LIMIT: Rule = rule! {
    id: "zero-limit",
    category: Policy,
    level: Deny,
    reason: "a limit of zero limits everything for one reader and nothing for another",
    check: violations(&[ViolationKind::ZeroLimit]),
};
