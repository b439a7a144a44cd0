//! The rules without code: the compiler, the scan, the parser of documents or the engine finds what they report.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Rule, rule};

pub(super) const ALG_NONE: Rule = rule! {
    id: "alg-none",
    category: Document,
    level: Deny,
    summary: "signing algorithm `none`",
    reason: "`none` means no signature, so anyone can forge the response",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::AlgNone]),
};

pub(super) const ANNOTATION_IN_BODY: Rule = rule! {
    id: "annotation-in-body",
    category: Drift,
    level: Warn,
    summary: "annotated function inside the body of a function",
    reason: "no scope table can list a tool that is declared inside a body",
    check: notices(&["annotation-in-body"]),
};

pub(super) const ANNOTATION_IN_MACRO: Rule = rule! {
    id: "annotation-in-macro",
    category: Drift,
    level: Warn,
    summary: "annotation inside a macro call",
    reason: "a scan does not expand macros, so the lint, the export and the docs miss the tool",
    check: notices(&["annotation-in-macro"]),
};

pub(super) const BASELINE_REASON: Rule = rule! {
    id: "baseline-reason",
    category: Drift,
    level: Deny,
    summary: "baseline entry without a reason",
    reason: "a reviewer cannot judge an exception without a reason",
};

pub(super) const CONTRADICTION: Rule = rule! {
    id: "contradiction",
    category: Document,
    level: Deny,
    summary: "members of a tool that contradict each other",
    reason: "clients cannot tell which of the two members applies",
    check: violations(&[ViolationKind::Contradiction]),
};

pub(super) const EMPTY_MEMBER: Rule = rule! {
    id: "empty-member",
    category: Document,
    level: Deny,
    summary: "empty array as the value of a standard member",
    reason: "clients interpret an empty array differently, and RFC 9728 requires the member to be omitted",
    section: "RFC 9728 §3.2",
    check: violations(&[ViolationKind::EmptyMember]),
};

pub(super) const EXPIRED_BASELINE_ENTRY: Rule = rule! {
    id: "expired-baseline-entry",
    category: Drift,
    level: Deny,
    summary: "baseline entry past its expiry date",
    reason: "an exception with an expiry date has to be reviewed after that date",
};

pub(super) const HEADER_NAME: Rule = rule! {
    id: "header-name",
    category: Sandbox,
    level: Deny,
    summary: "sandbox header that is not a valid field name",
    reason: "no request can carry the header, so no client can select the sandbox",
    section: "RFC 9110 §5.1",
    check: violations(&[ViolationKind::HeaderName]),
};

pub(super) const ISSUER_NOT_HTTPS: Rule = rule! {
    id: "issuer-not-https",
    category: Document,
    level: Deny,
    summary: "issuer that is not an https URL",
    reason: "metadata that clients fetch without TLS can be replaced on the network",
    section: "RFC 8414 §2",
    check: violations(&[ViolationKind::IssuerNotHttps]),
};

pub(super) const ISSUER_QUERY_OR_FRAGMENT: Rule = rule! {
    id: "issuer-query-or-fragment",
    category: Document,
    level: Deny,
    summary: "issuer with a query or a fragment",
    reason: "clients derive the metadata address from the issuer, and RFC 8414 allows neither part",
    section: "RFC 8414 §2",
    check: violations(&[ViolationKind::IssuerQueryOrFragment]),
};

pub(super) const JWKS_URI: Rule = rule! {
    id: "jwks-uri",
    category: Document,
    level: Deny,
    summary: "`jwks_uri` that is not an https URL",
    reason: "keys that are fetched without TLS can be replaced on the network",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::JwksUri]),
};

pub(super) const MISSING_AUTHORIZATION_SERVER: Rule = rule! {
    id: "missing-authorization-server",
    category: Document,
    level: Deny,
    summary: "document without an authorization server",
    reason: "an MCP client that finds no authorization server cannot get a token",
    section: "MCP 2026-07-28, Authorization",
    check: violations(&[ViolationKind::MissingAuthorizationServer]),
};

pub(super) const MISSING_RESOURCE: Rule = rule! {
    id: "missing-resource",
    category: Document,
    level: Deny,
    summary: "document without `resource`",
    reason: "clients must not use a document that names no resource",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::MissingResource]),
};

pub(super) const MODULE_FILE: Rule = rule! {
    id: "module-file",
    category: Drift,
    level: Warn,
    summary: "`mod` declaration whose file is missing",
    reason: "the tools of the module are not checked",
    check: notices(&["module-file"]),
};

pub(super) const NESTED_SIGNED_METADATA: Rule = rule! {
    id: "nested-signed-metadata",
    category: Document,
    level: Warn,
    summary: "`signed_metadata` as a claim of signed metadata",
    reason: "clients may reject such metadata, as RFC 9728 recommends",
    section: "RFC 9728 §2.2",
    check: violations(&[ViolationKind::NestedSignedMetadata]),
};

pub(super) const NO_SCOPE: Rule = rule! {
    id: "no-scope",
    category: Document,
    level: Deny,
    summary: "empty alternative in `required_scopes`, or an empty list of scopes",
    reason: "an alternative without scopes opens the tool to every caller",
    check: violations(&[ViolationKind::NoScope]),
};

pub(crate) const NO_TOOLS: Rule = rule! {
    id: "no-tools",
    category: Drift,
    level: Warn,
    summary: "no tools to check",
    reason: "a run that checks nothing looks like a check that passed",
};

pub(super) const NOT_JSON: Rule = rule! {
    id: "not-json",
    category: Document,
    level: Deny,
    summary: "document that is not one JSON object in UTF-8",
    reason: "no client can parse the document",
    section: "RFC 9728 §3.2",
};

pub(super) const PAGE_ADDRESS: Rule = rule! {
    id: "page-address",
    category: Document,
    level: Deny,
    summary: "page address that is not an absolute URL",
    reason: "users cannot open an address that is not a URL",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::PageAddress]),
};

pub(super) const PATTERN_SYNTAX: Rule = rule! {
    id: "pattern-syntax",
    category: Policy,
    level: Deny,
    summary: "policy pattern that cannot be parsed",
    reason: "a pattern that cannot be parsed blocks nothing",
    check: violations(&[ViolationKind::PatternSyntax]),
};

pub(super) const RENAMED_EXPORT: Rule = rule! {
    id: "renamed-export",
    category: Drift,
    level: Warn,
    summary: "public re-export of an annotation macro under another name",
    reason: "a scan does not find the tools that other modules annotate with the new name",
    check: notices(&["renamed-export"]),
};

pub(super) const RESOURCE_FRAGMENT: Rule = rule! {
    id: "resource-fragment",
    category: Document,
    level: Deny,
    summary: "resource identifier with a fragment",
    reason: "clients never send a fragment, so no request matches the identifier",
    section: "RFC 9728 §1.2",
    check: violations(&[ViolationKind::ResourceFragment]),
};

pub(super) const RESOURCE_MISMATCH: Rule = rule! {
    id: "resource-mismatch",
    category: Document,
    level: Deny,
    summary: "resource identifier other than the requested one",
    reason: "a document for another resource lets one server impersonate another",
    section: "RFC 9728 §3.3",
    check: violations(&[ViolationKind::ResourceMismatch]),
};

pub(super) const RESOURCE_NOT_HTTPS: Rule = rule! {
    id: "resource-not-https",
    category: Document,
    level: Deny,
    summary: "resource identifier that is not an https URL",
    reason: "a document that is fetched without TLS can be replaced on the network",
    section: "RFC 9728 §1.2",
    check: violations(&[ViolationKind::ResourceNotHttps]),
};

pub(super) const SCOPE_SYNTAX: Rule = rule! {
    id: "scope-syntax",
    category: Naming,
    level: Deny,
    summary: "scope that is not a valid RFC 6749 scope-token",
    reason: "an invalid scope cannot be used in tokens, challenges or consent requests",
    section: "RFC 6749 §3.3",
    check: diagnostics(&["bad-scope"]) and violations(&[ViolationKind::ScopeSyntax]),
};

pub(super) const SIGNED_METADATA: Rule = rule! {
    id: "signed-metadata",
    category: Document,
    level: Deny,
    summary: "`signed_metadata` that is not a valid JWS",
    reason: "clients cannot verify an invalid signature",
    section: "RFC 9728 §2.2",
    check: violations(&[ViolationKind::SignedMetadata]),
};

pub(super) const STALE_BASELINE_ENTRY: Rule = rule! {
    id: "stale-baseline-entry",
    category: Drift,
    level: Warn,
    summary: "baseline entry that matches no finding",
    reason: "a stale entry would hide the same mistake when it returns",
};

pub(super) const SUPPRESSION_SYNTAX: Rule = rule! {
    id: "suppression-syntax",
    category: Drift,
    level: Deny,
    summary: "suppression comment that is malformed or has no reason",
    reason: "a reviewer cannot judge an exception without a reason",
};

pub(super) const UNDECLARED_FILE: Rule = rule! {
    id: "undeclared-file",
    category: Drift,
    level: Warn,
    summary: "file with annotations that belongs to no target",
    reason: "the tools of the file are in no build",
    check: notices(&["undeclared-file"]),
};

pub(super) const UNDECLARED_SCOPE: Rule = rule! {
    id: "undeclared-scope",
    category: LeastPrivilege,
    level: Deny,
    summary: "scope not declared in `[scopes]`",
    reason: "a misspelled scope denies the intended callers",
    section: "MCP 2026-07-28, Authorization",
    check: diagnostics(&["undeclared-scope"]),
};

pub(super) const UNREVIEWED_RISK: Rule = rule! {
    id: "unreviewed-risk",
    category: Risk,
    level: Warn,
    summary: "risk that `--fix` wrote as a placeholder",
    reason: "approval hints and limits follow a risk that no person has decided on",
};

pub(super) const UNUSED_CONFIG: Rule = rule! {
    id: "unused-config",
    category: Drift,
    level: Deny,
    summary: "`mcp-scopes.toml` that no scope table names",
    reason: "its scopes, limits and levels apply to no tool",
    check: notices(&["unused-config"]),
};

pub(super) const UNUSED_SUPPRESSION: Rule = rule! {
    id: "unused-suppression",
    category: Drift,
    level: Warn,
    summary: "suppression comment that suppresses nothing",
    reason: "a stale exception would hide the next finding of its rule",
};

pub(super) const WRONG_TYPE: Rule = rule! {
    id: "wrong-type",
    category: Document,
    level: Deny,
    summary: "member with a value of the wrong type",
    reason: "some clients ignore such a member, others reject the document",
    section: "RFC 9728 §2",
    check: violations(&[ViolationKind::WrongType, ViolationKind::UnknownValue]),
};

pub(super) const ZERO_LIMIT: Rule = rule! {
    id: "zero-limit",
    category: Policy,
    level: Deny,
    summary: "limit of zero",
    reason: "some clients read zero as no calls, others as no limit",
    check: violations(&[ViolationKind::ZeroLimit]),
};
