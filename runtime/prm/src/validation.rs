//! The rules of a document beyond the types of its members. Reading and building share them.

mod extensions;
pub(crate) mod readable;
pub(crate) mod signed;

use mcp_scopes_model::{address::Address, scope::scope_token};

use crate::{
    ViolationKind,
    address::{Loopback, https, issuer_identifier, resource_identifier},
    document::{Document, TRANSLATED},
    error::{ViolationList, below, section_of},
    json::Json,
};

/// Reports every violated rule.
pub(crate) fn check(document: &Document, loopback: Loopback, report: &mut ViolationList) {
    match &document.resource {
        Some(resource) => {
            resource_identifier(resource, loopback, "/resource", report);
        }
        // A resource of the wrong type has already been reported.
        None if report.has_violation_at("/resource") => {}
        None => report.add(
            ViolationKind::MissingResource,
            "/resource",
            "RFC 9728 §2",
            "missing `resource`",
            "add `resource`: the https URL that clients use for this server",
        ),
    }
    issuers(&document.authorization_servers, loopback, "/authorization_servers", report);
    if let Some(address) = &document.jwks_uri {
        https(address, Loopback::Https, "/jwks_uri", "RFC 9728 §2", "https://files.example.com/jwks.json", report);
    }
    scopes(&document.scopes_supported, "/scopes_supported", report);
    for (place, algorithm) in document.resource_signing_alg_values_supported.iter().enumerate() {
        if algorithm == "none" {
            report.add(
                ViolationKind::AlgNone,
                below("/resource_signing_alg_values_supported", &place.to_string()),
                "RFC 9728 §2",
                "`none` is not a signature algorithm",
                "remove `none` from the list",
            );
        }
    }
    let pages = [
        ("/resource_documentation", &document.resource_documentation),
        ("/resource_policy_uri", &document.resource_policy_uri),
        ("/resource_tos_uri", &document.resource_tos_uri),
    ];
    for (at, page) in pages {
        if let Some(address) = page {
            page_address(address, at, report);
        }
    }
    for (name, value) in &document.other {
        translation(name, value, report);
    }
    if let Some(token) = &document.signed_metadata {
        signed::check(token, report);
    }
    if let Some(extensions) = &document.mcp_extensions {
        extensions::check(extensions, loopback, report);
    }
}

/// Reports violations of the rules that MCP adds to RFC 9728 (MCP 2026-07-28, Authorization Server Location).
pub(crate) fn check_mcp(document: &Document, report: &mut ViolationList) {
    if document.authorization_servers.is_empty() {
        report.add(
            ViolationKind::MissingAuthorizationServer,
            "/authorization_servers",
            "MCP 2026-07-28, Authorization",
            "missing authorization server: MCP requires at least one",
            "add `authorization_servers` with the issuer identifier of the server that issues the tokens",
        );
    }
}

/// Compares the resource with the requested one, code point by code point (RFC 9728 §3.3, §6).
pub(crate) fn check_resource(stated: &str, expected: &str, report: &mut ViolationList) {
    if stated != expected {
        report.add(
            ViolationKind::ResourceMismatch,
            "/resource",
            "RFC 9728 §3.3",
            format!("is `{}`, but the document was requested for `{}`", stated.escape_debug(), expected.escape_debug()),
            "write the exact identifier that clients use, including a trailing slash; a client must not use this document",
        );
    }
}

fn issuers(list: &[String], loopback: Loopback, at: &str, report: &mut ViolationList) {
    for (place, issuer) in list.iter().enumerate() {
        issuer_identifier(issuer, loopback, &below(at, &place.to_string()), report);
    }
}

/// Checks that every element of a list is a scope-token (RFC 6749 §3.3).
fn scopes(list: &[String], at: &str, report: &mut ViolationList) {
    for (place, scope) in list.iter().enumerate() {
        one_scope(scope, &below(at, &place.to_string()), report);
    }
}

fn one_scope(scope: &str, at: &str, report: &mut ViolationList) {
    if let Err(error) = scope_token(scope) {
        report.add(
            ViolationKind::ScopeSyntax,
            at,
            "RFC 6749 §3.3",
            format!("the scope `{}` {}", scope.escape_debug(), error.reason()),
            "write one scope for each element, of visible ASCII characters without `\"` and `\\`",
        );
    }
}

fn page_address(text: &str, at: &str, report: &mut ViolationList) {
    if let Err(reason) = Address::parse(text) {
        report.add(
            ViolationKind::PageAddress,
            at,
            section_of(at),
            format!("`{}` {reason}", text.escape_debug()),
            "write the whole address of the page, such as `https://files.example.com/docs`",
        );
    }
}

/// A member such as `resource_name#de` has the same rules as the untagged one (RFC 9728 §2.1).
fn translation(name: &str, value: &Json, report: &mut ViolationList) {
    let Some((base, tag)) = name.split_once('#') else { return };
    let Some((_, is_address)) = TRANSLATED.iter().find(|(translated, _)| *translated == base) else { return };
    // Without a valid language tag (BCP 47), the member is unknown, and readers ignore it.
    if !tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return;
    }
    let at = below("", name);
    match value {
        Json::String(text) if *is_address => page_address(text, &at, report),
        Json::String(_) => {}
        other => report.wrong_type(&at, "a string", other),
    }
}
