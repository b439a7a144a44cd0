//! Reduces a document to the part that a reader may see.

use indexmap::IndexMap;
use mcp_scopes_model::Pattern;

use crate::{
    extensions::{McpExtensions, ToolEntry, ToolPolicy},
    metadata::Metadata,
};

impl Metadata {
    /// Returns the same document with these tools and scopes only. References to other ones are removed: alternatives,
    /// groups, prerequisites, flow steps, implied scopes, conditions and policies.
    ///
    /// ```
    /// use mcp_scopes_prm::Metadata;
    /// let all = Metadata::from_json(r#"{"resource": "https://h/mcp", "mcp_extensions": {
    ///     "tool_scope_mapping": {"list": {"required_scopes": [["read"]]}, "wipe": {"required_scopes": [["admin"]]}},
    ///     "scope_hierarchy": {"admin": ["read"]}}}"#)?;
    /// let shown = all.disclose(&|tool| tool == "list", &|scope| scope == "read");
    /// let extensions = shown.mcp_extensions().unwrap();
    /// assert!(extensions.tool_scope_mapping.keys().eq(["list"]) && extensions.scope_hierarchy.is_empty());
    /// # Ok::<(), mcp_scopes_prm::Error>(())
    /// ```
    #[must_use]
    pub fn disclose(&self, tools: &dyn Fn(&str) -> bool, scopes: &dyn Fn(&str) -> bool) -> Self {
        let mut document = self.document().clone();
        document.scopes_supported.retain(|scope| scopes(scope));
        // It repeats the whole document.
        document.signed_metadata = None;
        if let Some(extensions) = &mut document.mcp_extensions {
            cut(extensions, tools, scopes);
        }
        document.mcp_extensions = document.mcp_extensions.filter(|left| *left != McpExtensions::default());
        // INVARIANT: removing members from a valid document violates no rule.
        Self::trusted(document)
    }
}

fn cut(extensions: &mut McpExtensions, tools: &dyn Fn(&str) -> bool, scopes: &dyn Fn(&str) -> bool) {
    extensions.tool_scope_mapping.retain(|name, _| tools(name));
    for entry in extensions.tool_scope_mapping.values_mut() {
        cut_tool(entry, tools, scopes);
    }
    for contents in [&mut extensions.resource_scope_mapping, &mut extensions.prompt_scope_mapping] {
        contents.retain(|_, entry| {
            entry.required_scopes.retain(|alternative| alternative.iter().all(|scope| scopes(scope)));
            entry.other = IndexMap::new();
            entry.public == Some(true) || entry.authenticated == Some(true) || !entry.required_scopes.is_empty()
        });
    }
    // A flow leads to hidden scopes, and a limit on calls of a risk reveals hidden tools.
    extensions.scope_upgrade_flows.clear();
    extensions.session_policies = None;
    extensions.risk_policies.clear();
    extensions.scope_hierarchy.retain(|scope, implied| {
        implied.retain(|scope| scopes(scope));
        scopes(scope) && !implied.is_empty()
    });
    extensions.tool_interaction_policies.retain(|name, policy| {
        cut_policy(policy, tools);
        tools(name) && *policy != ToolPolicy::default()
    });
    // The meaning of unknown members is unknown.
    extensions.other = IndexMap::new();
}

fn cut_tool(entry: &mut ToolEntry, tools: &dyn Fn(&str) -> bool, scopes: &dyn Fn(&str) -> bool) {
    let is_shown = |alternative: &Vec<String>| alternative.iter().all(|scope| scopes(scope));
    let kept: Vec<bool> = entry.required_scopes.iter().map(is_shown).collect();
    entry.required_scopes.retain(is_shown);
    entry.conditional_scopes.retain_mut(|condition| {
        condition.other = IndexMap::new();
        condition.scopes.iter().all(|scope| scopes(scope)) && condition.keep_alternatives(&kept)
    });
    entry.commonly_grouped_with.retain(|name| tools(name));
    entry.prerequisite_scopes.retain(|scope| scopes(scope));
    // Examples are calls, possibly of several tools.
    entry.examples.retain(|example| example.split_whitespace().next().is_some_and(tools));
    entry.other = IndexMap::new();
}

fn cut_policy(policy: &mut ToolPolicy, tools: &dyn Fn(&str) -> bool) {
    // Patterns of resources, prompts and other servers reveal what is not in the document, or is hidden in it.
    let shown = |text: &String| Pattern::parse(text).is_ok_and(|pattern| pattern.own_tool().is_some_and(tools));
    policy.blocked_after.retain(shown);
    policy.requires_approval_after.retain(shown);
    policy.other = IndexMap::new();
}
