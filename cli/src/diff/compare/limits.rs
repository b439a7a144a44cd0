//! Compares policies, sessions, flows and the address of the sandbox.

use std::collections::BTreeSet;

use mcp_scopes_prm::{McpExtensions, SandboxEntry, SessionPolicies, ToolPolicy};
use serde_json::{Map, Value, json};

use super::{
    changes::{Changes, escaped},
    tools::direction,
};
use crate::diff::change::{Kind, Security};

const POLICY: (Kind, Kind) = (Kind::PolicyLoosened, Kind::PolicyTightened);

pub(super) fn compare(before: &McpExtensions, after: &McpExtensions, changes: &mut Changes) {
    let none = ToolPolicy::default();
    let (old, new) = (&before.tool_interaction_policies, &after.tool_interaction_policies);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        // The limits of an added or removed tool change together with the tool.
        let listed = |extensions: &McpExtensions| extensions.tool_scope_mapping.contains_key(name);
        if listed(before) && listed(after) {
            policy(name, old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none), changes);
        }
    }
    let none = SessionPolicies::default();
    session(
        before.session_policies.as_ref().unwrap_or(&none),
        after.session_policies.as_ref().unwrap_or(&none),
        changes,
    );
    let roles: BTreeSet<&String> = before.scope_upgrade_flows.keys().chain(after.scope_upgrade_flows.keys()).collect();
    for role in roles {
        let at = format!("/mcp_extensions/scope_upgrade_flows/{}", escaped(role));
        let (old, new) = (before.scope_upgrade_flows.get(role), after.scope_upgrade_flows.get(role));
        changes.member(Kind::FlowChanged, &at, &old, &new);
    }
    let place = |extensions: &McpExtensions| extensions.sandbox.as_ref().map(members);
    changes.member(Kind::PlaceChanged, "/mcp_extensions/sandbox", &place(before), &place(after));
    let names: BTreeSet<&String> = before.other.keys().chain(after.other.keys()).collect();
    for name in names {
        let at = format!("/mcp_extensions/{}", escaped(name));
        changes.member(Kind::MemberChanged, &at, &before.other.get(name), &after.other.get(name));
    }
}

/// Returns the members that the document states.
fn members(sandbox: &SandboxEntry) -> Map<String, Value> {
    let SandboxEntry { header, resource, authorization_servers, other } = sandbox;
    let texts = [("header", header), ("resource", resource)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    let issuers =
        (!authorization_servers.is_empty()).then(|| ("authorization_servers".to_owned(), json!(authorization_servers)));
    texts.chain(issuers).chain(other.iter().map(|(name, value)| (name.clone(), json!(value)))).collect()
}

fn policy(name: &str, old: &ToolPolicy, new: &ToolPolicy, changes: &mut Changes) {
    let at = |member: &str| format!("/mcp_extensions/tool_interaction_policies/{}/{member}", escaped(name));
    let (loosened, tightened) = POLICY;
    for (member, before, after) in [
        ("blocked_after", &old.blocked_after, &new.blocked_after),
        ("requires_approval_after", &old.requires_approval_after, &new.requires_approval_after),
        ("blocked_patterns", &old.blocked_patterns, &new.blocked_patterns),
    ] {
        let what = format!("`{member}` of `{name}`: pattern");
        let (comes, goes) = ((tightened, Security::TIGHTENS), (loosened, Security::WEAKENS));
        changes.set(&at(member), &what, (before, after), comes, goes);
    }
    limit(changes, &at("cooling_period_minutes"), name, old.cooling_period_minutes, new.cooling_period_minutes, More);
    limit(changes, &at("max_calls_per_session"), name, old.max_calls_per_session, new.max_calls_per_session, Less);
    limit(changes, &at("max_file_size_mb"), name, old.max_file_size_mb, new.max_file_size_mb, Less);
    let review = |policy: &ToolPolicy| policy.requires_human_review == Some(true);
    direction(
        changes,
        (review(old) && !review(new), review(new) && !review(old)),
        POLICY,
        &at("requires_human_review"),
        &format!("review by a person of each call of `{name}`: was {}, is {}", review(old), review(new)),
    );
}

fn session(old: &SessionPolicies, new: &SessionPolicies, changes: &mut Changes) {
    let at = |member: &str| format!("/mcp_extensions/session_policies/{member}");
    let reauth = (old.require_reauth_after_minutes, new.require_reauth_after_minutes);
    limit(changes, &at("max_high_risk_calls"), "a session", old.max_high_risk_calls, new.max_high_risk_calls, Less);
    limit(changes, &at("require_reauth_after_minutes"), "a session", reauth.0, reauth.1, Less);
    let blocks = |policies: &SessionPolicies| policies.block_rapid_escalation == Some(true);
    direction(
        changes,
        (blocks(old) && !blocks(new), blocks(new) && !blocks(old)),
        POLICY,
        &at("block_rapid_escalation"),
        &format!("denial of a rapid escalation: was {}, is {}", blocks(old), blocks(new)),
    );
}

use Stricter::{Less, More};

/// The direction in which a limit is stricter. No limit is the laxest.
#[derive(Clone, Copy)]
enum Stricter {
    More,
    Less,
}

fn limit(changes: &mut Changes, at: &str, of: &str, old: Option<u32>, new: Option<u32>, stricter: Stricter) {
    let strictness = |limit: Option<u32>| match (limit, stricter) {
        (None, _) => 0,
        (Some(limit), More) => u64::from(limit),
        (Some(limit), Less) => u64::MAX - u64::from(limit),
    };
    let shown = |limit: Option<u32>| limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
    let member = at.rsplit('/').next().unwrap_or(at);
    direction(
        changes,
        (strictness(new) < strictness(old), strictness(new) > strictness(old)),
        POLICY,
        at,
        &format!("`{member}` of {of}: was {}, is {}", shown(old), shown(new)),
    );
}
