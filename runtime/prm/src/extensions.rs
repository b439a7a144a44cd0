//! `mcp_extensions`: what clients can know about a server's tools and scopes before they ask for any.
//!
//! Everything here informs. The server enforces scopes, sandbox and policies itself, whatever a client read.

use indexmap::IndexMap;
use mcp_scopes_model::{Risk, SandboxMode};

use crate::{json::Json, member::members};

/// What clients can know about a server's tools and scopes before they ask for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct McpExtensions {
    /// The tools by name, in the order of the server's list: what opens each one and how much harm it can do.
    pub tool_scope_mapping: IndexMap<String, ToolEntry>,
    /// For each role the scopes it needs, in the order in which to ask for them.
    #[cfg_attr(feature = "schema", schemars(extend("additionalProperties" = {"type": "array", "items": {"type": "string"}, "minItems": 1})))]
    pub scope_upgrade_flows: IndexMap<String, Vec<String>>,
    /// For each scope all scopes that its holder holds too, directly and through others: one look-up tells.
    #[cfg_attr(feature = "schema", schemars(extend("additionalProperties" = {"type": "array", "items": {"type": "string"}, "minItems": 1})))]
    pub scope_hierarchy: IndexMap<String, Vec<String>>,
    /// For each tool how its calls are limited by the calls before them.
    pub tool_interaction_policies: IndexMap<String, ToolPolicy>,
    /// Limits over all calls of one caller.
    pub session_policies: Option<SessionPolicies>,
    /// Where the server's sandbox is.
    pub sandbox: Option<SandboxEntry>,
    /// Every other member, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(McpExtensions {
    tool_scope_mapping,
    scope_upgrade_flows,
    scope_hierarchy,
    tool_interaction_policies,
    session_policies,
    sandbox,
});

/// One tool: what opens it and how much harm it can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct ToolEntry {
    /// What it does, for people.
    pub description: Option<String>,
    /// How much harm one call can do.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::RiskLevel"))]
    pub risk_level: Option<Risk>,
    /// The scopes that open it: any one of the inner lists has to be held whole. A document of another author may leave
    /// it out; then it says nothing about what opens the tool, least of all that it is open.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}}))
    )]
    pub required_scopes: Vec<Vec<String>>,
    /// `true`: open to every caller, also without a token. An addition of this project: only this says that a tool is
    /// open, a missing `required_scopes` never does.
    pub public: Option<bool>,
    /// Whether a client may call it without asking the user.
    pub auto_approvable: Option<bool>,
    /// Whether the user has to approve each call.
    pub requires_user_approval: Option<bool>,
    /// The names of the parameters of a call; empty if it takes none.
    pub parameters: Option<Vec<String>>,
    /// The parameters without which a call is refused. An addition of this project.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub required_parameters: Vec<String>,
    /// Calls a person might make, as text.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub examples: Vec<String>,
    /// Tools that are usually asked for together with this one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub commonly_grouped_with: Vec<String>,
    /// Scopes to hold before asking for this tool's. Advice: they open nothing.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}))
    )]
    pub prerequisite_scopes: Vec<String>,
    /// What it does for a caller in the sandbox; left out: refused there.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::SandboxBehavior"))]
    pub sandbox: Option<SandboxMode>,
    /// Every other member, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(ToolEntry {
    description,
    risk_level,
    required_scopes,
    public,
    auto_approvable,
    requires_user_approval,
    parameters,
    required_parameters,
    examples,
    commonly_grouped_with,
    prerequisite_scopes,
    sandbox,
});

/// How calls of one tool are limited by the calls before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct ToolPolicy {
    /// Patterns of calls after which this tool is refused: `tool`, or `tool:glob` for those with a matching argument.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub blocked_after: Vec<String>,
    /// Patterns of calls after which this tool needs the user's approval.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub requires_approval_after: Vec<String>,
    /// Minutes that lie between two calls at least.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub cooling_period_minutes: Option<u32>,
    /// Calls in one session at most.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_calls_per_session: Option<u32>,
    /// Whether a person other than the caller looks at each call.
    pub requires_human_review: Option<bool>,
    /// Globs of arguments that are refused whatever came before.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub blocked_patterns: Vec<String>,
    /// The largest file that a call may read or write, in megabytes (1,000,000 bytes).
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_file_size_mb: Option<u32>,
    /// Every other member, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(ToolPolicy {
    blocked_after,
    requires_approval_after,
    cooling_period_minutes,
    max_calls_per_session,
    requires_human_review,
    blocked_patterns,
    max_file_size_mb,
});

/// Limits over all calls of one caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct SessionPolicies {
    /// Calls of high and critical risk in one session at most.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_high_risk_calls: Option<u32>,
    /// Minutes after which the caller authenticates again.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub require_reauth_after_minutes: Option<u32>,
    /// Whether a jump from low to high risk within a short time is refused.
    pub block_rapid_escalation: Option<bool>,
    /// Every other member, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(SessionPolicies { max_high_risk_calls, require_reauth_after_minutes, block_rapid_escalation });

/// Where a server's sandbox is: a world of its own for evaluation, testing and training.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct SandboxEntry {
    /// The request header with which a live caller asks for the sandbox, if the server reads one.
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
    /// Every other member, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(SandboxEntry { header, resource, authorization_servers });
