//! The schema of `[tools]`.

use std::collections::BTreeMap;

use mcp_scopes_model::{Approval, Risk};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::values::{Limit, ScopeName, Scopes, TOOL_NAME, Text, Texts};

/// The tools by name.
pub(super) type Tools = BTreeMap<String, Tool>;

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Tool {
    /// The risk of a call.
    #[schemars(extend("enum" = Risk::NAMES), example = &"high")]
    risk: String,
    /// The scopes that open the tool. Default: a scope with the name of the tool.
    #[schemars(example = "db:read")]
    scope: Option<Requirement>,
    /// Opens the tool also to callers without a token.
    #[schemars(example = true)]
    public: Option<bool>,
    /// Opens the tool to every valid token, whatever its scopes.
    #[schemars(example = true)]
    authenticated: Option<bool>,
    /// Whether calls are allowed in the sandbox. Default: denied.
    #[schemars(extend("enum" = ["allow", "deny"]), example = &"allow")]
    sandbox: Option<String>,
    /// Whether a client asks the user before a call. Default: by the risk.
    #[schemars(extend("enum" = Approval::NAMES), example = &"user")]
    approval: Option<String>,
    /// A name for people.
    #[schemars(example = "Run a query")]
    title: Option<Text>,
    /// What the tool does.
    #[schemars(example = "Runs a query on the database")]
    description: Option<Text>,
    /// Scopes that a caller should hold first.
    #[schemars(example = ["db:list"])]
    prerequisites: Option<Scopes>,
    /// Tools that are requested together with this one.
    #[schemars(example = ["list_tables"])]
    grouped_with: Option<ToolNames>,
    /// Example calls.
    #[schemars(example = ["run_query select 1"])]
    examples: Option<Texts>,
    /// The parameters of a call. Default: not known.
    #[schemars(example = ["query"])]
    parameters: Option<Parameters>,
    /// The limits on calls.
    policy: Option<Policy>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Policy {
    /// Patterns: denied after a matching call in this session.
    #[schemars(example = ["export_table"])]
    blocked_after: Option<Texts>,
    /// Patterns: requires the user's approval after a matching call.
    #[schemars(example = ["read_file:/etc/*"])]
    requires_approval_after: Option<Texts>,
    /// Minutes between two calls of one caller.
    #[schemars(example = 5)]
    cooling_period_minutes: Option<Limit>,
    /// Whether a call with the arguments of the last one neither waits for that time nor begins it again.
    #[schemars(example = true)]
    idempotent: Option<bool>,
    /// Maximum number of calls in one session.
    #[schemars(example = 3)]
    max_calls_per_session: Option<Limit>,
    /// Whether another person reviews each call.
    #[schemars(example = true)]
    requires_human_review: Option<bool>,
    /// Globs: denied if an argument matches.
    #[schemars(example = ["*secret*"])]
    blocked_patterns: Option<Texts>,
    /// The largest file that a call reads or writes, in 10⁶ bytes.
    #[schemars(example = 7)]
    max_file_size_mb: Option<Limit>,
}

/// A scope, a list of which any or all are needed, or what calls with some arguments need in addition.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum Requirement {
    Scope(ScopeName),
    Combined(Combined),
    Condition(Condition),
}

/// Scopes that a call needs in addition if an argument matches. An element of `all`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Condition {
    /// The glob that a string in the arguments matches.
    #[schemars(example = &"/etc/*")]
    when: Text,
    /// The parameter whose argument is compared. Default: every argument.
    #[schemars(example = &"path")]
    argument: Option<Text>,
    /// The scopes, all of which such a call needs.
    #[schemars(example = ["files:system"])]
    scopes: Scopes,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum Combined {
    Any(Requirements),
    All(Requirements),
}

sections! {
    Requirements is requirements;
    ToolNames is tool_names;
    Parameters is parameters;
}

fn requirements(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": generator.subschema_for::<Requirement>(), "minItems": 1})
}

fn tool_names(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": {"type": "string", "pattern": TOOL_NAME},
        "minItems": 1,
        "uniqueItems": true,
    })
}

/// A name, or `{ optional = "name" }`.
fn parameters(_: &mut SchemaGenerator) -> Schema {
    let name = json_schema!({"type": "string", "pattern": "\\S"});
    json_schema!({
        "type": "array",
        "items": {"anyOf": [
            name,
            {"type": "object", "properties": {"optional": name}, "required": ["optional"], "additionalProperties": false},
        ]},
        "uniqueItems": true,
    })
}
