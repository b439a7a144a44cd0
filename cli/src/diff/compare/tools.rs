//! Compares tools.

use std::collections::BTreeSet;

use mcp_scopes_model::{Risk, SandboxMode};
use mcp_scopes_prm::{McpExtensions, ToolEntry, ToolPolicy};
use serde_json::{Value, json};

use super::{
    changes::{Changes, escaped},
    conditions::{self, GlobBudget},
    texts::reworded,
};
use crate::{
    access::{Access, Requirement},
    diff::change::{Kind, Security},
    hints::Hints,
};

/// Compares all tools. Returns the changes in who can call them.
pub(super) fn compare(
    (before, there): (&McpExtensions, &Access<'_>),
    (after, here): (&McpExtensions, &Access<'_>),
    hints: Option<(&Hints, &Hints)>,
    changes: &mut Changes,
) -> Security {
    let (mut reached, budget) = (Security::NEUTRAL, GlobBudget::new());
    for (name, tool) in &after.tool_scope_mapping {
        let pointer = format!("/mcp_extensions/tool_scope_mapping/{}", escaped(name));
        let verdict = match before.tool_scope_mapping.get(name) {
            Some(old) => {
                let verdict = access(name, &pointer, (old, there), (tool, here), changes);
                let sides = ((old, there), (tool, here));
                let of_some = conditions::compare((name, &pointer), sides.0, sides.1, verdict, &budget, changes);
                let verdict = verdict.and(of_some);
                rest(name, &pointer, old, tool, changes);
                for (hint, was, is) in hints.map(|(old, new)| old.differing(new, name)).unwrap_or_default() {
                    reworded(name, &format!("{pointer}/annotations"), hint, (was, is), changes);
                }
                verdict
            }
            None => added(name, &pointer, (tool, after.tool_interaction_policies.get(name)), here, there, changes),
        };
        reached = reached.and(verdict);
    }
    for (name, tool) in &before.tool_scope_mapping {
        if !after.tool_scope_mapping.contains_key(name) {
            let requirement = Requirement::of(tool);
            let open = there.opens_beyond(&requirement, here, &Requirement::Unstated, None);
            let security = Security { tightens: open, ..Security::NEUTRAL };
            let pointer = format!("/mcp_extensions/tool_scope_mapping/{}", escaped(name));
            let policy = before.tool_interaction_policies.get(name);
            let state = (state_of(tool), limits_of(policy), there.canonical(&requirement));
            changes.add_between(
                Kind::ToolRemoved,
                security,
                pointer,
                format!("tool `{name}` is removed"),
                &(state, ()),
            );
            reached = reached.and(security);
        }
    }
    reached
}

/// A new tool weakens access if existing tokens open it. These hold scopes of the old document.
fn added(
    name: &str,
    pointer: &str,
    (tool, policy): (&ToolEntry, Option<&ToolPolicy>),
    here: &Access<'_>,
    there: &Access<'_>,
    changes: &mut Changes,
) -> Security {
    let requirement = Requirement::of(tool);
    let tokens: BTreeSet<&str> = there.known().iter().copied().collect();
    let gained = here.opens_beyond(&requirement, there, &Requirement::Unstated, Some(&tokens));
    let security = Security { weakens: gained, ..Security::NEUTRAL };
    let how = match (&requirement, gained) {
        (Requirement::Public, _) => "open to every caller",
        (Requirement::Unstated, _) => "without a stated requirement",
        _ if tool.authenticated == Some(true) => "open to every valid token",
        (_, true) => "behind scopes that tokens hold today",
        (_, false) => "behind scopes that no token holds yet",
    };
    let state = (state_of(tool), limits_of(policy), here.canonical(&requirement));
    changes.add_between(Kind::ToolAdded, security, pointer, format!("tool `{name}` is added, {how}"), &((), state));
    security
}

pub(super) fn access(
    name: &str,
    pointer: &str,
    (old, there): (&ToolEntry, &Access<'_>),
    (new, here): (&ToolEntry, &Access<'_>),
    changes: &mut Changes,
) -> Security {
    let (before, after) = (Requirement::of(old), Requirement::of(new));
    let pointer = format!("{pointer}/required_scopes");
    // A missing requirement cannot be judged, so the worse verdict is used.
    let silent = |requirement: &Requirement<'_>| matches!(requirement, Requirement::Unstated);
    if silent(&before) || silent(&after) {
        if silent(&before) && silent(&after) {
            return Security::NEUTRAL;
        }
        let (kind, security, what) = if silent(&after) {
            (Kind::AccessWidened, Security::WEAKENS, "no longer states")
        } else {
            (Kind::AccessNarrowed, Security::TIGHTENS, "now states")
        };
        let message = format!("the document {what} the requirement of `{name}`");
        let states = (there.canonical(&before), here.canonical(&after));
        changes.add_between(kind, security, pointer, message, &states);
        return security;
    }
    // Of tools that need no scope, only a public one is open without a token.
    let anonymous = |tool: &ToolEntry| tool.public == Some(true);
    let security = Security {
        weakens: anonymous(new) && !anonymous(old) || here.opens_beyond(&after, there, &before, None),
        tightens: anonymous(old) && !anonymous(new) || there.opens_beyond(&before, here, &after, None),
        ..Security::NEUTRAL
    };
    let kind = match (security.weakens, security.tightens) {
        (true, false) => Kind::AccessWidened,
        (false, true) => Kind::AccessNarrowed,
        (true, true) => Kind::AccessMoved,
        (false, false)
            if (&old.required_scopes, old.public, old.authenticated)
                == (&new.required_scopes, new.public, new.authenticated) =>
        {
            return security;
        }
        (false, false) => Kind::AccessRewritten,
    };
    let message =
        format!("`{name}` is opened by {}, and was by {}", describe_requirement(new), describe_requirement(old));
    changes.add_between(kind, security, pointer, message, &(there.canonical(&before), here.canonical(&after)));
    security
}

/// Returns a description of a requirement.
pub(super) fn describe_requirement(tool: &ToolEntry) -> String {
    if tool.public == Some(true) {
        return "every caller".to_owned();
    }
    if tool.authenticated == Some(true) {
        return "every valid token".to_owned();
    }
    let all = |all: &Vec<String>| all.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" with ");
    tool.required_scopes.iter().map(all).collect::<Vec<_>>().join(" or ")
}

/// Compares the risks.
pub(super) fn risk(name: &str, pointer: &str, old: &ToolEntry, new: &ToolEntry, changes: &mut Changes) {
    // A missing value counts as the worst possible one.
    let risk = |tool: &ToolEntry| tool.risk_level.unwrap_or(Risk::Minimal);
    direction(
        changes,
        (risk(new) < risk(old), risk(new) > risk(old)),
        (Kind::RiskLowered, Kind::RiskRaised),
        &format!("{pointer}/risk_level"),
        &format!("the risk of `{name}` was {} and is {}", risk(old).as_str(), risk(new).as_str()),
    );
}

fn rest(name: &str, pointer: &str, old: &ToolEntry, new: &ToolEntry, changes: &mut Changes) {
    risk(name, pointer, old, new, changes);
    // From no approval to approval of each call by the user.
    let asks = |tool: &ToolEntry| {
        u8::from(tool.auto_approvable != Some(true)) + u8::from(tool.requires_user_approval == Some(true))
    };
    direction(
        changes,
        (asks(new) < asks(old), asks(new) > asks(old)),
        (Kind::ApprovalLoosened, Kind::ApprovalTightened),
        pointer,
        &format!("approval of `{name}` by the user: was {}, is {}", approval(asks(old)), approval(asks(new))),
    );
    let reach = |tool: &ToolEntry| match tool.sandbox {
        None | Some(SandboxMode::Deny) => 0_u8,
        Some(SandboxMode::Simulate) => 1,
        Some(SandboxMode::Allow) => 2,
    };
    let mode = |tool: &ToolEntry| tool.sandbox.unwrap_or(SandboxMode::Deny).as_str();
    direction(
        changes,
        (reach(new) > reach(old), reach(new) < reach(old)),
        (Kind::SandboxLoosened, Kind::SandboxTightened),
        &format!("{pointer}/sandbox"),
        &format!("`{name}` in the sandbox: was `{}`, is `{}`", mode(old), mode(new)),
    );
    parameters(name, pointer, old, new, changes);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let examples = |tool: &ToolEntry| tool.examples.join(" | ");
    reworded(name, pointer, "title", (&text(&old.title), &text(&new.title)), changes);
    reworded(name, pointer, "description", (&text(&old.description), &text(&new.description)), changes);
    reworded(name, pointer, "examples", (&examples(old), &examples(new)), changes);
    let groups = (&old.commonly_grouped_with, &new.commonly_grouped_with);
    changes.member(Kind::TextChanged, &format!("{pointer}/commonly_grouped_with"), groups.0, groups.1);
    let advice = (&old.prerequisite_scopes, &new.prerequisite_scopes);
    changes.member(Kind::FlowChanged, &format!("{pointer}/prerequisite_scopes"), advice.0, advice.1);
    let names: BTreeSet<&String> = old.other.keys().chain(new.other.keys()).collect();
    for member in names {
        let at = format!("{pointer}/{}", escaped(member));
        let kind = if models_read(member) { Kind::ToolReworded } else { Kind::MemberChanged };
        changes.member(kind, &at, &old.other.get(member), &new.other.get(member));
    }
}

fn approval(asks: u8) -> &'static str {
    match asks {
        0 => "not needed",
        1 => "left to the client",
        _ => "needed for each call",
    }
}

/// Returns all values of a tool, for the digits of a change that adds or removes it.
pub(super) fn state_of(tool: &ToolEntry) -> Value {
    let ToolEntry {
        title,
        description,
        risk_level,
        required_scopes,
        conditional_scopes,
        public,
        authenticated,
        auto_approvable,
        requires_user_approval,
        parameters,
        parameters_unknown,
        required_parameters,
        examples,
        commonly_grouped_with,
        prerequisite_scopes,
        sandbox,
        other,
    } = tool;
    let texts = json!([title, description, examples, commonly_grouped_with, prerequisite_scopes]);
    let access = json!([required_scopes, public, authenticated, auto_approvable, requires_user_approval]);
    // The digits of a tool without the member are those of before it existed.
    let access =
        if conditional_scopes.is_empty() { access } else { json!([access, conditions::states(conditional_scopes)]) };
    let parameters = json!([parameters, parameters_unknown, required_parameters]);
    let words = json!([risk_level.map(Risk::as_str), sandbox.map(SandboxMode::as_str)]);
    json!([texts, access, parameters, words, other.iter().collect::<Vec<_>>()])
}

/// Returns all limits of a tool, for the digits of a change that adds or removes it.
fn limits_of(policy: Option<&ToolPolicy>) -> Value {
    policy.map_or(Value::Null, |policy| {
        let ToolPolicy {
            blocked_after,
            requires_approval_after,
            blocked_patterns,
            cooling_period_minutes,
            idempotent,
            max_calls_per_session,
            max_file_size_mb,
            requires_human_review,
            other,
        } = policy;
        let patterns = json!([blocked_after, requires_approval_after, blocked_patterns]);
        let limits = json!([cooling_period_minutes, max_calls_per_session, max_file_size_mb, requires_human_review]);
        // The digits of a policy without the member are those of before it existed.
        let limits = if idempotent.is_none() { limits } else { json!([limits, idempotent]) };
        json!([patterns, limits, other.iter().collect::<Vec<_>>()])
    })
}

/// Returns whether models read this member of a third-party document: hints and schemas.
fn models_read(member: &str) -> bool {
    let name = member.to_ascii_lowercase();
    ["annotations", "inputschema", "outputschema"].contains(&&*name) || name.ends_with("hint")
}

/// Compares a value with a lax and a strict direction.
pub(super) fn direction(
    changes: &mut Changes,
    (laxer, stricter): (bool, bool),
    (loosened, tightened): (Kind, Kind),
    pointer: &str,
    message: &str,
) {
    if laxer {
        changes.add(loosened, Security::WEAKENS, pointer, message);
    } else if stricter {
        changes.add(tightened, Security::TIGHTENS, pointer, message);
    }
}

fn parameters(name: &str, pointer: &str, old: &ToolEntry, new: &ToolEntry, changes: &mut Changes) {
    let pointer = format!("{pointer}/parameters");
    // What is not known has neither gained nor lost a parameter.
    let (before, after) = match (&old.parameters, &new.parameters) {
        (Some(before), Some(after)) => (before, after),
        (None, None) => return,
        (None, Some(after)) => {
            let message = format!("the parameters of `{name}` were not known, and are now");
            let state = (after, &new.required_parameters);
            return changes.add_between(Kind::ParametersKnown, Security::NEUTRAL, pointer, message, &((), state));
        }
        (Some(before), None) => {
            let message = format!("the parameters of `{name}` were known, and are not now");
            let state = (before, &old.required_parameters);
            return changes.add_between(Kind::ParametersUnknown, Security::NEUTRAL, pointer, message, &(state, ()));
        }
    };
    for parameter in after.iter().filter(|parameter| !before.contains(parameter)) {
        let message = format!("`{name}` now takes `{parameter}`");
        changes.add(Kind::ParameterAdded, Security::NEUTRAL, &*pointer, message);
    }
    for parameter in before.iter().filter(|parameter| !after.contains(parameter)) {
        let message = format!("`{name}` no longer takes `{parameter}`");
        changes.add(Kind::ParameterRemoved, Security::NEUTRAL, &*pointer, message);
    }
    // A removed required parameter and a new optional one are reported above.
    let (was, is) = (&old.required_parameters, &new.required_parameters);
    for parameter in is.iter().filter(|parameter| !was.contains(parameter)) {
        let message = format!("`{name}` now requires `{parameter}`");
        changes.add(Kind::ParameterRequired, Security::NEUTRAL, &*pointer, message);
    }
    for parameter in was.iter().filter(|parameter| !is.contains(parameter)) {
        let message = format!("`{name}` no longer requires `{parameter}`");
        changes.add(Kind::ParameterOptional, Security::NEUTRAL, &*pointer, message);
    }
}
