//! Compares two documents.

mod changes;
mod conditions;
mod contents;
mod limits;
mod texts;
mod tools;

use std::collections::BTreeSet;

use changes::Changes;
pub(crate) use changes::escaped;
use mcp_scopes_model::Risk;
use mcp_scopes_prm::{Document, McpExtensions};

use super::change::{Change, Kind, Security};
use crate::{access::Access, hints::Hints};

/// Returns every change from the old document to the new. Within each part of the document, the most serious changes
/// come first. `hints` are those of both sides, if both are known.
pub(crate) fn changes(old: &Document, new: &Document, hints: Option<(&Hints, &Hints)>) -> Vec<Change> {
    let mut changes = Changes::new();
    let none = McpExtensions::default();
    let (before, after) = (old.mcp_extensions.as_ref().unwrap_or(&none), new.mcp_extensions.as_ref().unwrap_or(&none));
    let (mut here, mut there) = (Access::of(new, after), Access::of(old, before));
    here.compare_with(&mut there);
    server(old, new, |changes| baseline((old, before, &there), (new, after, &here), changes), &mut changes);
    let reached = tools::compare((before, &there), (after, &here), hints, &mut changes);
    let reached = reached.and(contents::compare(before, after, &here, &there, &mut changes));
    hierarchy(&here, &there, reached, &mut changes);
    limits::compare(before, after, &mut changes);
    changes.into_list()
}

/// Returns the changes from a server without a table. No token opened a tool by its scopes, so nothing weakens access.
pub(crate) fn adoption(new: &Document) -> Vec<Change> {
    let mut changes = Changes::new();
    let tools = new.mcp_extensions.iter().flat_map(|extensions| &extensions.tool_scope_mapping);
    for (name, tool) in tools {
        let pointer = format!("/mcp_extensions/tool_scope_mapping/{}", escaped(name));
        let message = format!("tool `{name}` is in a scope table now");
        changes.add_between(Kind::ToolAdded, Security::NEUTRAL, pointer, message, &((), tools::state_of(tool)));
    }
    changes.into_list()
}

fn server(old: &Document, new: &Document, baseline: impl Fn(&mut Changes), changes: &mut Changes) {
    if old.resource != new.resource {
        let shown = |resource: &Option<String>| resource.clone().unwrap_or_default();
        let message = format!("the resource was `{}` and is `{}`", shown(&old.resource), shown(&new.resource));
        changes.add(Kind::ResourceChanged, Security::NEUTRAL, "/resource", message);
    }
    changes.set(
        "/authorization_servers",
        "issuer",
        (&old.authorization_servers, &new.authorization_servers),
        (Kind::IssuerAdded, Security::WEAKENS),
        (Kind::IssuerRemoved, Security::TIGHTENS),
    );
    baseline(changes);
    // Without the member, a client has to assume the header (RFC 6750 §2). MCP allows no other method.
    let methods = |document: &Document| document.bearer_methods_supported.clone().unwrap_or(vec!["header".to_owned()]);
    changes.set(
        "/bearer_methods_supported",
        "bearer method",
        (&methods(old), &methods(new)),
        (Kind::BearerMethodAdded, Security::WEAKENS),
        (Kind::BearerMethodRemoved, Security::TIGHTENS),
    );
    let bindings = [
        (
            "tls_client_certificate_bound_access_tokens",
            old.tls_client_certificate_bound_access_tokens,
            new.tls_client_certificate_bound_access_tokens,
        ),
        (
            "dpop_bound_access_tokens_required",
            old.dpop_bound_access_tokens_required,
            new.dpop_bound_access_tokens_required,
        ),
    ];
    for (name, before, after) in bindings {
        let pointer = format!("/{name}");
        match (before.unwrap_or(false), after.unwrap_or(false)) {
            (true, false) => {
                let message = format!("`{name}` is no longer required");
                changes.add(Kind::BindingDropped, Security::WEAKENS, pointer, message);
            }
            (false, true) => {
                changes.add(Kind::BindingRequired, Security::TIGHTENS, pointer, format!("`{name}` is required"));
            }
            _ => {}
        }
    }
    let text = Kind::TextChanged;
    changes.member(text, "/resource_name", &old.resource_name, &new.resource_name);
    changes.member(text, "/resource_documentation", &old.resource_documentation, &new.resource_documentation);
    changes.member(text, "/resource_policy_uri", &old.resource_policy_uri, &new.resource_policy_uri);
    changes.member(text, "/resource_tos_uri", &old.resource_tos_uri, &new.resource_tos_uri);
    let other = Kind::MemberChanged;
    changes.member(other, "/jwks_uri", &old.jwks_uri, &new.jwks_uri);
    changes.member(other, "/signed_metadata", &old.signed_metadata, &new.signed_metadata);
    changes.member(
        other,
        "/resource_signing_alg_values_supported",
        &old.resource_signing_alg_values_supported,
        &new.resource_signing_alg_values_supported,
    );
    changes.member(
        other,
        "/authorization_details_types_supported",
        &old.authorization_details_types_supported,
        &new.authorization_details_types_supported,
    );
    changes.member(
        other,
        "/dpop_signing_alg_values_supported",
        &old.dpop_signing_alg_values_supported,
        &new.dpop_signing_alg_values_supported,
    );
    let names: BTreeSet<&String> = old.other.keys().chain(new.other.keys()).collect();
    for name in names {
        changes.member(other, &format!("/{}", escaped(name)), &old.other.get(name), &new.other.get(name));
    }
}

/// Clients without a challenge request every advertised scope. A scope that opens nothing but new tools, resources and prompts of minimal
/// risk gives them nothing that was protected before.
fn baseline(
    (old, before, there): (&Document, &McpExtensions, &Access<'_>),
    (new, after, here): (&Document, &McpExtensions, &Access<'_>),
    changes: &mut Changes,
) {
    // Of an entry that needs further scopes, each scope is one of the keys.
    let (mut opening, mut protecting) = (BTreeSet::new(), BTreeSet::new());
    let mut open = |required: &'_ [Vec<String>], risk: Option<Risk>, is_known: bool| {
        for scope in required.iter().flatten() {
            opening.insert(scope.clone());
            if is_known || risk != Some(Risk::Minimal) {
                protecting.insert(scope.clone());
            }
        }
    };
    for (name, tool) in &after.tool_scope_mapping {
        let is_known = before.tool_scope_mapping.contains_key(name);
        open(&tool.required_scopes, tool.risk_level, is_known);
        for condition in &tool.conditional_scopes {
            open(std::slice::from_ref(&condition.scopes), tool.risk_level, is_known);
        }
    }
    for (name, resource) in &after.resource_scope_mapping {
        open(&resource.required_scopes, resource.risk_level, before.resource_scope_mapping.contains_key(name));
    }
    for (name, prompt) in &after.prompt_scope_mapping {
        open(&prompt.required_scopes, prompt.risk_level, before.prompt_scope_mapping.contains_key(name));
    }
    let is_harmless = |scope: &str| {
        if there.known().contains(scope) {
            return false;
        }
        let held = here.closure_of([scope]);
        held.iter().any(|held| opening.contains(*held)) && !held.iter().any(|held| protecting.contains(*held))
    };
    let (harmless, others): (Vec<String>, Vec<String>) =
        new.scopes_supported.iter().cloned().partition(|scope| is_harmless(scope));
    let shrunk = (Kind::BaselineShrunk, Security::TIGHTENS);
    let grown = |security| (Kind::BaselineGrown, security);
    let (at, what) = ("/scopes_supported", "advertised scope");
    changes.set(at, what, (&old.scopes_supported, &others), grown(Security::WEAKENS), shrunk);
    changes.set(at, what, (&[], &harmless), grown(Security::NEUTRAL), shrunk);
}

/// An edge alone opens nothing. Its verdict is its effect on the tools, which are judged one by one.
fn hierarchy(here: &Access<'_>, there: &Access<'_>, reached: Security, changes: &mut Changes) {
    let pointer = |scope: &str| format!("/mcp_extensions/scope_hierarchy/{}", escaped(scope));
    for (scope, implied) in here.edges_beyond(there) {
        let security = Security { weakens: reached.weakens, ..Security::NEUTRAL };
        changes.add(Kind::ImpliesAdded, security, pointer(scope), format!("`{scope}` now implies `{implied}`"));
    }
    for (scope, implied) in there.edges_beyond(here) {
        let security = Security { tightens: reached.tightens, ..Security::NEUTRAL };
        let message = format!("`{scope}` no longer implies `{implied}`");
        changes.add(Kind::ImpliesRemoved, security, pointer(scope), message);
    }
}
