//! The schemas of `[resources]` and `[prompts]`.

use std::collections::BTreeMap;

use mcp_scopes_model::Risk;
use schemars::JsonSchema;

use super::{tools::Requirement, values::Text};

/// The resources by glob of URIs or by URI template.
pub(super) type Resources = BTreeMap<String, Resource>;
/// The prompts by name.
pub(super) type Prompts = BTreeMap<String, Prompt>;

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "ResourceEntry")]
// One of the three states what opens the resource.
#[schemars(extend("anyOf" = [{"required": ["scope"]}, {"required": ["public"]}, {"required": ["authenticated"]}]))]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Resource {
    /// The scopes that open it.
    #[schemars(example = "logs:read")]
    scope: Option<Requirement>,
    /// Opens it also to callers without a token.
    #[schemars(example = true)]
    public: Option<bool>,
    /// Opens it to every valid token, whatever its scopes.
    #[schemars(example = true)]
    authenticated: Option<bool>,
    /// The risk of a read.
    #[schemars(extend("enum" = Risk::NAMES), example = &"low")]
    risk: String,
    /// What it is.
    #[schemars(example = "Logs of the last week")]
    description: Option<Text>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "PromptEntry")]
#[schemars(extend("anyOf" = [{"required": ["scope"]}, {"required": ["public"]}, {"required": ["authenticated"]}]))]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Prompt {
    /// The scopes that open it.
    #[schemars(example = "reviews:write")]
    scope: Option<Requirement>,
    /// Opens it also to callers without a token.
    #[schemars(example = true)]
    public: Option<bool>,
    /// Opens it to every valid token, whatever its scopes.
    #[schemars(example = true)]
    authenticated: Option<bool>,
    /// The risk of the prompt.
    #[schemars(extend("enum" = Risk::NAMES), example = &"low")]
    risk: Option<String>,
    /// What it is.
    #[schemars(example = "A review of a change")]
    description: Option<Text>,
}
