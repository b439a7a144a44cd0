//! `mcp_extensions`: the server's tools and scopes, for clients that have not requested any scope yet.
//!
//! All members are informative. The server enforces scopes, sandbox and policies, independent of what a client has
//! read.

use indexmap::IndexMap;
use mcp_scopes_model::{
    Content, Policy, Requirement, Risk, SandboxMode,
    outline::Listed,
    policy::{RiskRule, Session},
};

use crate::{conditional_scopes::ConditionEntry, json::Json, member::members, scopes::OutsideNames};

/// The server's tools and scopes, for clients that have not requested any scope yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct McpExtensions {
    /// The tools by name, in the order of the server's list, with their required scopes and risk.
    pub tool_scope_mapping: IndexMap<String, ToolEntry>,
    /// The resources, by glob of URIs or by URI template, with their required scopes and risk. A read needs what every entry that
    /// matches a form of its URI requires. An extension of this project.
    pub resource_scope_mapping: IndexMap<String, ContentEntry>,
    /// The prompts by name, with their required scopes. An extension of this project.
    pub prompt_scope_mapping: IndexMap<String, ContentEntry>,
    /// The scopes that each role needs, in the order in which to request them.
    #[cfg_attr(feature = "schema", schemars(extend("additionalProperties" = {"type": "array", "items": {"type": "string"}, "minItems": 1})))]
    pub scope_upgrade_flows: IndexMap<String, Vec<String>>,
    /// All scopes that each scope implies, directly and through other scopes, so that one lookup is enough.
    #[cfg_attr(feature = "schema", schemars(extend("additionalProperties" = {"type": "array", "items": {"type": "string"}, "minItems": 1})))]
    pub scope_hierarchy: IndexMap<String, Vec<String>>,
    /// The limits on calls of each tool by earlier calls.
    pub tool_interaction_policies: IndexMap<String, ToolPolicy>,
    /// The limits on all calls of one caller.
    pub session_policies: Option<SessionPolicies>,
    /// How the caller of a tool of a risk must have authenticated, by risk. An extension of this project.
    #[cfg_attr(feature = "schema", schemars(extend("propertyNames" = {"enum": Risk::NAMES})))]
    pub risk_policies: IndexMap<String, RiskPolicy>,
    /// The server's sandbox.
    pub sandbox: Option<SandboxEntry>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(McpExtensions {
    tool_scope_mapping,
    resource_scope_mapping,
    prompt_scope_mapping,
    scope_upgrade_flows,
    scope_hierarchy,
    tool_interaction_policies,
    session_policies,
    risk_policies,
    sandbox,
});

/// One tool, with its required scopes and its risk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct ToolEntry {
    /// A human-readable title, as in the tool's entry in `tools/list`. An extension of this project.
    pub title: Option<String>,
    /// A human-readable description.
    pub description: Option<String>,
    /// The risk of a call.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::RiskLevel"))]
    pub risk_level: Option<Risk>,
    /// The scopes that open the tool: the caller must hold all scopes of at least one inner list. Other authors may
    /// omit the member. The requirement is then unknown; the tool is not open.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}}))
    )]
    pub required_scopes: Vec<Vec<String>>,
    /// Scopes that some calls need in addition, by their arguments. A reader that does not know the member learns of them from the challenge. An
    /// extension of this project.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub conditional_scopes: Vec<ConditionEntry>,
    /// `true` if the tool is open to every caller, also without a token. An extension of this project. Only this member
    /// declares a tool open; a missing `required_scopes` does not.
    pub public: Option<bool>,
    /// `true` if every valid token opens the tool, whatever its scopes. Without a token it is denied. An extension of this project.
    pub authenticated: Option<bool>,
    /// Whether a client may call the tool without asking the user.
    pub auto_approvable: Option<bool>,
    /// Whether the user must approve each call.
    pub requires_user_approval: Option<bool>,
    /// The parameter names of a call. Empty if it takes none. Omitted if they are not known.
    pub parameters: Option<Vec<String>>,
    /// `true` if the parameters are not known to the author of the document, which omits `parameters`. An extension of
    /// this project.
    pub parameters_unknown: Option<bool>,
    /// The required parameters of a call. An extension of this project.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub required_parameters: Vec<String>,
    /// Example calls in natural language.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub examples: Vec<String>,
    /// Tools that are usually requested together with this one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub commonly_grouped_with: Vec<String>,
    /// Scopes to hold before requesting the scopes of this tool. Advice; they do not open the tool.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}))
    )]
    pub prerequisite_scopes: Vec<String>,
    /// The behavior in the sandbox. If omitted, the tool is denied there.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::SandboxBehavior"))]
    pub sandbox: Option<SandboxMode>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(ToolEntry {
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
});

impl ToolEntry {
    /// Returns the entry of a tool of a table.
    pub(crate) fn of(listed: &Listed<'_>, names: OutsideNames<'_>) -> Self {
        let tool = listed.tool;
        let requirement = tool.requirement;
        let mut required_scopes = Vec::with_capacity(requirement.alternatives());
        for alternative in 0..requirement.alternatives() {
            let scopes = (0..).map_while(|place| requirement.scope(alternative, place, listed.own_scope));
            required_scopes.push(names.all(scopes));
        }
        let (mut parameters, mut required_parameters) = (Vec::new(), Vec::new());
        let is_known = tool.parameters.for_each(&mut |parameter| {
            parameters.push(parameter.name.to_owned());
            if parameter.required {
                required_parameters.push(parameter.name.to_owned());
            }
        });
        Self {
            title: Some(tool.title.to_owned()).filter(|text| !text.is_empty()),
            description: Some(tool.description.to_owned()).filter(|text| !text.is_empty()),
            risk_level: Some(tool.risk),
            public: matches!(requirement, Requirement::Public).then_some(true),
            authenticated: matches!(requirement, Requirement::Authenticated).then_some(true),
            required_scopes,
            conditional_scopes: ConditionEntry::all(tool, names),
            auto_approvable: Some(tool.auto_approvable()),
            requires_user_approval: Some(tool.requires_user_approval()),
            // If the parameters are unknown, an empty list would be wrong.
            parameters: is_known.then_some(parameters),
            parameters_unknown: (!is_known).then_some(true),
            required_parameters,
            examples: owned(tool.examples),
            commonly_grouped_with: owned(tool.grouped_with),
            prerequisite_scopes: names.all(tool.prerequisites.iter().copied()),
            sandbox: tool.sandbox,
            other: IndexMap::new(),
        }
    }
}

/// A resource or a prompt, with its required scopes and its risk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct ContentEntry {
    /// A human-readable description.
    pub description: Option<String>,
    /// The risk of a read.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::RiskLevel"))]
    pub risk_level: Option<Risk>,
    /// The scopes that open it: the caller must hold all scopes of at least one inner list.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}}))
    )]
    pub required_scopes: Vec<Vec<String>>,
    /// `true` if it is open to every caller, also without a token.
    pub public: Option<bool>,
    /// `true` if every valid token opens it, whatever its scopes.
    pub authenticated: Option<bool>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(ContentEntry { description, risk_level, required_scopes, public, authenticated });

impl ContentEntry {
    /// Returns the entry of a resource or prompt of a table's file.
    pub(crate) fn of(content: &Content<'_>, names: OutsideNames<'_>) -> Self {
        let requirement = content.requirement;
        let alternatives = (0..requirement.alternatives()).map(|alternative| {
            let scopes = (0..).map_while(|place| requirement.scope(alternative, place, ""));
            names.all(scopes)
        });
        Self {
            description: Some(content.description.to_owned()).filter(|text| !text.is_empty()),
            risk_level: content.risk,
            required_scopes: alternatives.collect(),
            public: matches!(requirement, Requirement::Public).then_some(true),
            authenticated: matches!(requirement, Requirement::Authenticated).then_some(true),
            other: IndexMap::new(),
        }
    }
}

/// The limits on calls of one tool by earlier calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct ToolPolicy {
    /// Patterns of calls after which this tool is denied: `tool`, or `tool:glob` for calls with a matching argument. Extensions of
    /// this project are `@resource:glob` and `@prompt:name` for reads, and `server/tool` for a tool of another server of the domain.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub blocked_after: Vec<String>,
    /// Patterns of calls after which this tool requires the user's approval.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub requires_approval_after: Vec<String>,
    /// The minimum number of minutes between two calls.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub cooling_period_minutes: Option<u32>,
    /// Whether a call with the arguments of the last one neither waits for that time nor begins it again. An extension of this project.
    pub idempotent: Option<bool>,
    /// The maximum number of calls in one session.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_calls_per_session: Option<u32>,
    /// Whether a person other than the caller reviews each call.
    pub requires_human_review: Option<bool>,
    /// Argument globs that are always denied.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub blocked_patterns: Vec<String>,
    /// The maximum size of a file that a call may read or write, in megabytes (1,000,000 bytes).
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_file_size_mb: Option<u32>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(ToolPolicy {
    blocked_after,
    requires_approval_after,
    cooling_period_minutes,
    idempotent,
    max_calls_per_session,
    requires_human_review,
    blocked_patterns,
    max_file_size_mb,
});

impl ToolPolicy {
    /// Returns the entry of these limits.
    pub(crate) fn of(policy: &Policy<'_>) -> Self {
        Self {
            blocked_after: owned(policy.blocked_after),
            requires_approval_after: owned(policy.requires_approval_after),
            cooling_period_minutes: policy.cooling_period_minutes,
            idempotent: policy.idempotent.then_some(true),
            max_calls_per_session: policy.max_calls_per_session,
            requires_human_review: policy.requires_human_review.then_some(true),
            blocked_patterns: owned(policy.blocked_patterns),
            max_file_size_mb: policy.max_file_size_mb,
            other: IndexMap::new(),
        }
    }
}

/// Returns owned texts.
pub(crate) fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The limits on all calls of one caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct SessionPolicies {
    /// Minutes without an admitted call after which a session ends. 60 if omitted. An extension of this project.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub idle_minutes: Option<u32>,
    /// Minutes after which a session ends. 1440 if omitted. An extension of this project.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_minutes: Option<u32>,
    /// The number of refused calls in one session after which further ones are denied. An extension of this project.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_refused_calls: Option<u32>,
    /// The maximum number of calls of high and critical risk in one session.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_high_risk_calls: Option<u32>,
    /// Minutes after which the caller must authenticate again.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub require_reauth_after_minutes: Option<u32>,
    /// Whether a call is denied for a time whose risk is two or more levels above that of the session so far. It begins at `minimal`.
    pub block_rapid_escalation: Option<bool>,
    /// The time that `block_rapid_escalation` denies such a call, in seconds: since the first call of the session, or since its risk has risen
    /// last. 60 if omitted. An extension of this project.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub escalation_seconds: Option<u32>,
    /// What the servers that share sessions have in common. An extension of this project.
    pub domain: Option<String>,
    /// The name of this server among those that share sessions. Required with `domain`. An extension of this project.
    pub server: Option<String>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(SessionPolicies {
    idle_minutes,
    max_minutes,
    max_refused_calls,
    max_high_risk_calls,
    require_reauth_after_minutes,
    block_rapid_escalation,
    escalation_seconds,
    domain,
    server,
});

impl SessionPolicies {
    /// Returns the limits of a table; `None` if there are none.
    pub(crate) fn of(session: &Session<&str>) -> Option<Self> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        (!session.is_none()).then(|| Self {
            idle_minutes: session.idle_minutes,
            max_minutes: session.max_minutes,
            max_refused_calls: session.max_refused_calls,
            max_high_risk_calls: session.max_high_risk_calls,
            require_reauth_after_minutes: session.require_reauth_after_minutes,
            block_rapid_escalation: session.block_rapid_escalation.then_some(true),
            escalation_seconds: session.escalation_seconds,
            domain: text(session.domain),
            server: text(session.server),
            other: IndexMap::new(),
        })
    }
}

/// How the caller of a tool of one risk must have authenticated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct RiskPolicy {
    /// The maximum number of minutes since the caller authenticated (`auth_time`).
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_auth_age_minutes: Option<u32>,
    /// The accepted values of `acr`. If omitted, any or none.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub acr_values: Vec<String>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(RiskPolicy { max_auth_age_minutes, acr_values });

impl RiskPolicy {
    /// Returns the entry of a rule of a table.
    pub(crate) fn of(rule: &RiskRule<'_>) -> Self {
        Self {
            max_auth_age_minutes: rule.max_auth_age_minutes,
            acr_values: owned(rule.acr_values),
            other: IndexMap::new(),
        }
    }
}

/// The server's sandbox: a separate environment for evaluation, testing and training.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct SandboxEntry {
    /// The request header by which a live caller requests the sandbox, if the server supports one.
    pub header: Option<String>,
    /// The sandbox's own resource identifier: an https URL without a fragment.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]://[^#]+$")))]
    pub resource: Option<String>,
    /// The sandbox's own issuers.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]://[^?#]+$"}))
    )]
    pub authorization_servers: Vec<String>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(SandboxEntry { header, resource, authorization_servers });
