//! The rules of `mcp_extensions`.

use mcp_scopes_model::{Pattern, Risk, pattern::glob_syntax};

use super::{issuers, one_scope, scopes};
use crate::{
    ViolationKind,
    address::{Loopback, resource_identifier},
    error::{EXTENSIONS, ViolationList, below},
    extensions::{McpExtensions, SessionPolicies, ToolEntry, ToolPolicy},
};

pub(super) fn check(extensions: &McpExtensions, loopback: Loopback, report: &mut ViolationList) {
    let top = "/mcp_extensions";
    let at = below(top, "tool_scope_mapping");
    for (name, entry) in &extensions.tool_scope_mapping {
        let at = below(&at, name);
        tool(entry, &at, report);
    }
    for (member, contents) in [
        ("resource_scope_mapping", &extensions.resource_scope_mapping),
        ("prompt_scope_mapping", &extensions.prompt_scope_mapping),
    ] {
        for (name, entry) in contents {
            let at = below(&below(top, member), name);
            let stated = Openings {
                required_scopes: &entry.required_scopes,
                public: entry.public,
                authenticated: entry.authenticated,
            };
            stated.check(&at, report);
        }
    }
    for (member, lists) in
        [("scope_upgrade_flows", &extensions.scope_upgrade_flows), ("scope_hierarchy", &extensions.scope_hierarchy)]
    {
        for (name, list) in lists {
            let at = below(&below(top, member), name);
            if member == "scope_hierarchy" {
                one_scope(name, &at, report);
            }
            no_empty_list(list, &at, report);
            scopes(list, &at, report);
        }
    }
    let at = below(top, "tool_interaction_policies");
    for (name, entry) in &extensions.tool_interaction_policies {
        let at = below(&at, name);
        policy(entry, &at, report);
    }
    if let Some(session) = &extensions.session_policies {
        self::session(session, &below(top, "session_policies"), report);
    }
    let at = below(top, "risk_policies");
    for (name, entry) in &extensions.risk_policies {
        let at = below(&at, name);
        if Risk::parse(name).is_none() {
            report.add(
                ViolationKind::UnknownValue,
                &*at,
                EXTENSIONS,
                format!("unknown risk `{}`", name.escape_debug()),
                format!("write one of `{}`", Risk::NAMES.join("`, `")),
            );
        }
        limit(entry.max_auth_age_minutes, &at, "max_auth_age_minutes", report);
    }
    if let Some(sandbox) = &extensions.sandbox {
        let at = below(top, "sandbox");
        if let Some(resource) = &sandbox.resource {
            resource_identifier(resource, loopback, &below(&at, "resource"), report);
        }
        issuers(&sandbox.authorization_servers, loopback, &below(&at, "authorization_servers"), report);
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if let Some(header) = &sandbox.header
            && (header.is_empty() || !header.bytes().all(token))
        {
            report.add(
                ViolationKind::HeaderName,
                below(&at, "header"),
                "RFC 9110 §5.1",
                format!("`{}` is not a header name", header.escape_debug()),
                "write a name such as `mcp-sandbox`",
            );
        }
    }
}

/// What opens a tool, a resource or a prompt.
struct Openings<'e> {
    required_scopes: &'e [Vec<String>],
    public: Option<bool>,
    authenticated: Option<bool>,
}

impl Openings<'_> {
    fn check(&self, at: &str, report: &mut ViolationList) {
        let required = below(at, "required_scopes");
        for (place, alternative) in self.required_scopes.iter().enumerate() {
            let at = below(&required, &place.to_string());
            no_empty_list(alternative, &at, report);
            scopes(alternative, &at, report);
        }
        if self.public == Some(true) && !self.required_scopes.is_empty() {
            report.add(
                ViolationKind::Contradiction,
                below(at, "public"),
                EXTENSIONS,
                "`public` conflicts with `required_scopes`",
                "remove `public` or `required_scopes`",
            );
        }
        if self.authenticated == Some(true) && (self.public == Some(true) || !self.required_scopes.is_empty()) {
            report.add(
                ViolationKind::Contradiction,
                below(at, "authenticated"),
                EXTENSIONS,
                "`authenticated` conflicts with `public` and `required_scopes`",
                "remove `authenticated`, or the others",
            );
        }
    }
}

fn tool(entry: &ToolEntry, at: &str, report: &mut ViolationList) {
    let opened =
        Openings { required_scopes: &entry.required_scopes, public: entry.public, authenticated: entry.authenticated };
    opened.check(at, report);
    let conditional = below(at, "conditional_scopes");
    if !entry.conditional_scopes.is_empty() && (entry.public == Some(true) || entry.authenticated == Some(true)) {
        report.add(
            ViolationKind::Contradiction,
            &*conditional,
            EXTENSIONS,
            "`conditional_scopes` conflicts with `public` and `authenticated`: the scopes would be added to none",
            "remove `conditional_scopes`, or state `required_scopes` in place of the other",
        );
    }
    for (place, condition) in entry.conditional_scopes.iter().enumerate() {
        let at = below(&conditional, &place.to_string());
        condition.check(entry.required_scopes.len(), &at, report);
        scopes(&condition.scopes, &below(&at, "scopes"), report);
    }
    if entry.parameters_unknown == Some(true) && (entry.parameters.is_some() || !entry.required_parameters.is_empty()) {
        report.add(
            ViolationKind::Contradiction,
            below(at, "parameters_unknown"),
            EXTENSIONS,
            "`parameters_unknown` conflicts with a list of parameters",
            "remove `parameters_unknown`, or remove `parameters` and `required_parameters`",
        );
    }
    if entry.auto_approvable == Some(true) && entry.requires_user_approval == Some(true) {
        report.add(
            ViolationKind::Contradiction,
            below(at, "auto_approvable"),
            EXTENSIONS,
            "`auto_approvable` conflicts with `requires_user_approval`",
            "set one of `auto_approvable` and `requires_user_approval` to `false`",
        );
    }
    scopes(&entry.prerequisite_scopes, &below(at, "prerequisite_scopes"), report);
}

/// Rejects an alternative without scopes, since every caller would satisfy it.
fn no_empty_list(list: &[String], at: &str, report: &mut ViolationList) {
    if list.is_empty() && !report.has_violation_below(at) {
        let (wrong, help) = ("is an empty array", "add a scope, or remove the array");
        report.add(ViolationKind::NoScope, at, EXTENSIONS, wrong, help);
    }
}

fn policy(entry: &ToolPolicy, at: &str, report: &mut ViolationList) {
    let lists = [("blocked_after", &entry.blocked_after), ("requires_approval_after", &entry.requires_approval_after)];
    for (member, patterns) in lists {
        for (place, pattern) in patterns.iter().enumerate() {
            if let Err(error) = Pattern::parse(pattern) {
                unreadable(pattern, error.reason(), &below(&below(at, member), &place.to_string()), report);
            }
        }
    }
    for (place, glob) in entry.blocked_patterns.iter().enumerate() {
        if let Err(error) = glob_syntax(glob) {
            unreadable(glob, error.reason(), &below(&below(at, "blocked_patterns"), &place.to_string()), report);
        }
    }
    limit(entry.cooling_period_minutes, at, "cooling_period_minutes", report);
    limit(entry.max_calls_per_session, at, "max_calls_per_session", report);
    limit(entry.max_file_size_mb, at, "max_file_size_mb", report);
}

fn session(session: &SessionPolicies, at: &str, report: &mut ViolationList) {
    limit(session.idle_minutes, at, "idle_minutes", report);
    limit(session.max_minutes, at, "max_minutes", report);
    limit(session.max_refused_calls, at, "max_refused_calls", report);
    limit(session.max_high_risk_calls, at, "max_high_risk_calls", report);
    limit(session.require_reauth_after_minutes, at, "require_reauth_after_minutes", report);
    limit(session.escalation_seconds, at, "escalation_seconds", report);
}

fn unreadable(pattern: &str, reason: &str, at: &str, report: &mut ViolationList) {
    report.add(
        ViolationKind::PatternSyntax,
        at,
        EXTENSIONS,
        format!("the pattern `{}` {reason}", pattern.escape_debug()),
        "write `tool`, or `tool:` and a glob of `*`, `?` and plain characters, such as `read_file:/etc/*`; or `@resource:glob`, \
         `@prompt:name` or `server/tool`",
    );
}

fn limit(value: Option<u32>, at: &str, member: &str, report: &mut ViolationList) {
    if value == Some(0) {
        report.add(
            ViolationKind::ZeroLimit,
            below(at, member),
            EXTENSIONS,
            "is zero; the minimum is 1",
            "write a whole number from 1, or remove the member",
        );
    }
}
