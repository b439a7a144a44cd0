//! Compares policies, sessions, flows and the address of the sandbox.

use std::{cmp::Ordering, collections::BTreeSet};

use mcp_scopes_model::policy::defaults;
use mcp_scopes_prm::{McpExtensions, RiskPolicy, SandboxEntry, SessionPolicies, ToolPolicy};
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
    risks(before, after, changes);
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
    let repeats = |policy: &ToolPolicy| policy.idempotent == Some(true);
    // Without a cooling period the member has no meaning.
    let cools = old.cooling_period_minutes.is_some() && new.cooling_period_minutes.is_some();
    direction(
        changes,
        (cools && repeats(new) && !repeats(old), cools && repeats(old) && !repeats(new)),
        POLICY,
        &at("idempotent"),
        &format!("repeated calls of `{name}` without waiting: was {}, is {}", repeats(old), repeats(new)),
    );
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
    for (member, before, after, default) in [
        ("idle_minutes", old.idle_minutes, new.idle_minutes, defaults::IDLE_MINUTES),
        ("max_minutes", old.max_minutes, new.max_minutes, defaults::MAX_MINUTES),
    ] {
        let (before, after) = (before.unwrap_or(default), after.unwrap_or(default));
        let (kind, effect) = match before.cmp(&after) {
            Ordering::Less => {
                (Kind::PolicyLoosened, "a session remembers calls and the risk that it has reached for longer")
            }
            Ordering::Greater => {
                (Kind::PolicyTightened, "a session forgets calls and the risk that it has reached sooner")
            }
            Ordering::Equal => continue,
        };
        // Calls limit later ones, and a risk that was reached allows them. So neither direction is stricter in all respects.
        let security = Security::WEAKENS.and(Security::TIGHTENS);
        changes.add(kind, security, at(member), format!("`{member}` of a session: was {before}, is {after}; {effect}"));
    }
    for (member, before, after) in [
        ("max_refused_calls", old.max_refused_calls, new.max_refused_calls),
        ("max_high_risk_calls", old.max_high_risk_calls, new.max_high_risk_calls),
        ("require_reauth_after_minutes", old.require_reauth_after_minutes, new.require_reauth_after_minutes),
    ] {
        limit(changes, &at(member), "a session", before, after, Less);
    }
    let blocks = |policies: &SessionPolicies| policies.block_rapid_escalation == Some(true);
    direction(
        changes,
        (blocks(old) && !blocks(new), blocks(new) && !blocks(old)),
        POLICY,
        &at("block_rapid_escalation"),
        &format!("denial of a rapid escalation: was {}, is {}", blocks(old), blocks(new)),
    );
    if blocks(old) && blocks(new) {
        let period = |policies: &SessionPolicies| policies.escalation_seconds.or(Some(defaults::ESCALATION_SECONDS));
        limit(changes, &at("escalation_seconds"), "a session", period(old), period(new), More);
    }
    domain(old, new, changes);
}

/// Compares which servers share sessions. With another name, all limits begin at zero.
fn domain(old: &SessionPolicies, new: &SessionPolicies, changes: &mut Changes) {
    let shown = |name: &Option<String>| name.as_ref().map_or_else(|| "none".to_owned(), |name| format!("`{name}`"));
    for (member, what, before, after) in [
        ("domain", "domain of sessions", &old.domain, &new.domain),
        ("server", "name of this server in its domain", &old.server, &new.server),
    ] {
        direction(
            changes,
            (before.is_some() && before != after, before.is_none() && after.is_some()),
            POLICY,
            &format!("/mcp_extensions/session_policies/{member}"),
            &format!("{what}: was {}, is {}", shown(before), shown(after)),
        );
    }
}

/// Compares how the callers of a risk must have authenticated.
fn risks(before: &McpExtensions, after: &McpExtensions, changes: &mut Changes) {
    let none = RiskPolicy::default();
    let (old, new) = (&before.risk_policies, &after.risk_policies);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (old, new) = (old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none));
        let at = |member: &str| format!("/mcp_extensions/risk_policies/{}/{member}", escaped(name));
        let of = format!("risk `{name}`");
        limit(changes, &at("max_auth_age_minutes"), &of, old.max_auth_age_minutes, new.max_auth_age_minutes, Less);
        let at = at("acr_values");
        let (loosened, tightened) = POLICY;
        match (old.acr_values.as_slice(), new.acr_values.as_slice()) {
            // An empty list accepts any value.
            ([], []) => {}
            ([], values) => {
                let message =
                    format!("`acr_values` of {of}: any was accepted, now one of `{}` is required", values.join("`, `"));
                changes.add_between(tightened, Security::TIGHTENS, at, message, &((), values));
            }
            (values, []) => {
                let message =
                    format!("`acr_values` of {of}: one of `{}` was required, now any is accepted", values.join("`, `"));
                changes.add_between(loosened, Security::WEAKENS, at, message, &(values, ()));
            }
            _ => {
                let what = format!("`acr_values` of {of}: value");
                let (comes, goes) = ((loosened, Security::WEAKENS), (tightened, Security::TIGHTENS));
                changes.set(&at, &what, (&old.acr_values, &new.acr_values), comes, goes);
            }
        }
    }
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
