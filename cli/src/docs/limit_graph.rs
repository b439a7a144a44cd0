//! Which use in a session limits which tool, for the drawing of policies.
//!
//! A pattern is drawn as what is used: the tool it names, whatever the arguments; all resources; all prompts; a tool of another server.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use mcp_scopes_model::{Pattern, Risk};
use mcp_scopes_prm::McpExtensions;

use super::words;
use crate::escape::escaped;

/// What limits what.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LimitGraph {
    pub(super) nodes: Vec<LimitNode>,
    /// The effect that the use of the first node has on calls of the second, a tool. The worst one, if there are several.
    pub(super) edges: BTreeMap<(usize, usize), Effect>,
}

/// A tool, or something else that a session can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LimitNode {
    pub(super) name: String,
    /// What it is, in a few words.
    pub(super) note: String,
    pub(super) risk: Option<Risk>,
}

/// What happens to a later call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    RequiresApproval,
    Denies,
}

impl LimitGraph {
    /// Builds the graph. A tool that limits itself has no arrow: its sentence says so.
    pub(super) fn of(extensions: &McpExtensions) -> Self {
        let mut nodes: IndexMap<String, LimitNode> = IndexMap::new();
        let mut edges: BTreeMap<(usize, usize), Effect> = BTreeMap::new();
        let mut place = |name: &str, note: Option<&str>| {
            let risk = extensions.tool_scope_mapping.get(name).and_then(|tool| tool.risk_level);
            let note = note.map_or_else(|| format!("risk: {}", words::risk(risk)), str::to_owned);
            let entry = nodes.entry(name.to_owned());
            let index = entry.index();
            entry.or_insert_with(|| LimitNode { name: escaped(name), note, risk });
            index
        };
        for (tool, policy) in &extensions.tool_interaction_policies {
            let lists =
                [(&policy.blocked_after, Effect::Denies), (&policy.requires_approval_after, Effect::RequiresApproval)];
            for (patterns, effect) in lists {
                for pattern in patterns {
                    let (name, note) = used(pattern);
                    if name != tool {
                        let edge = (place(name, note), place(tool, None));
                        let worst = edges.entry(edge).or_insert(effect);
                        *worst = effect.max(*worst);
                    }
                }
            }
        }
        Self { nodes: nodes.into_values().collect(), edges }
    }

    /// Returns the arrows that start at a node, in words.
    pub(super) fn sentence(&self, from: usize) -> Option<String> {
        let name = &self.nodes.get(from)?.name;
        let limited = |wanted: Effect| {
            let ends = self.edges.range((from, 0)..=(from, usize::MAX)).filter(|(_, effect)| **effect == wanted);
            let names: Vec<&str> = ends.filter_map(|((_, to), _)| Some(self.nodes.get(*to)?.name.as_str())).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let denied = limited(Effect::Denies).map(|tools| format!("After {name}, denied: {tools}."));
        let asked = limited(Effect::RequiresApproval).map(|tools| format!("After {name}, approval for: {tools}."));
        let said: Vec<String> = denied.into_iter().chain(asked).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

/// Returns what a pattern is drawn as, and a note unless it is a tool of this server. A pattern that cannot be parsed is drawn as itself.
fn used(pattern: &str) -> (&str, Option<&'static str>) {
    match Pattern::parse(pattern) {
        Ok(Pattern::Tool { name, .. }) => (name, None),
        Ok(Pattern::Resource { .. }) => ("@resource", Some("a resource was read")),
        Ok(Pattern::Prompt { .. }) => ("@prompt", Some("a prompt was fetched")),
        Ok(Pattern::OtherServer { .. }) => (pattern, Some("a tool of another server")),
        Err(_) => (pattern, Some("not readable")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, LimitGraph};
    use mcp_scopes_prm::{McpExtensions, ToolPolicy};

    fn extensions(policies: &[(&str, &[&str], &[&str])]) -> McpExtensions {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let policy = |denied, asked| ToolPolicy {
            blocked_after: texts(denied),
            requires_approval_after: texts(asked),
            ..ToolPolicy::default()
        };
        let policies = policies.iter().map(|(tool, denied, asked)| ((*tool).to_owned(), policy(denied, asked)));
        McpExtensions { tool_interaction_policies: policies.collect(), ..McpExtensions::default() }
    }

    #[test]
    fn patterns_of_one_tool_are_one_node_with_the_worst_effect() {
        let graph = LimitGraph::of(&extensions(&[
            ("send", &["read:/etc/*", "mail/fetch"], &["read:/home/*", "@resource:/a/*"]),
            ("post", &["read", "@resource", "@prompt:review"], &[]),
        ]));
        let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert!(
            ["read", "send", "post", "mail/fetch", "@resource", "@prompt"].iter().all(|name| names.contains(name)),
            "{names:?}"
        );
        assert_eq!(names.len(), 6);
        let at = |name: &str| names.iter().position(|known| *known == name).unwrap();
        assert_eq!(graph.edges[&(at("read"), at("send"))], Effect::Denies);
        assert_eq!(graph.edges[&(at("@resource"), at("send"))], Effect::RequiresApproval);
        assert_eq!(graph.edges[&(at("@resource"), at("post"))], Effect::Denies);
        assert_eq!(
            graph.sentence(at("@resource")).unwrap(),
            "After @resource, denied: post. After @resource, approval for: send."
        );
        assert_eq!(graph.sentence(at("send")), None);
    }

    #[test]
    fn a_tool_that_limits_itself_has_no_arrow() {
        assert_eq!(LimitGraph::of(&extensions(&[("send", &["send", "send:/etc/*"], &[])])), LimitGraph::default());
    }
}
