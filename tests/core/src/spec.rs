//! The facts of a table, independent of the types of the table.

use std::collections::BTreeSet;

use mcp_scopes::{Condition, Requirement};

/// A table as its author describes it. All data is `'static`, since tables are.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// The prefix of every scope. May be empty.
    pub namespace: &'static str,
    /// Names and requirements, in order.
    pub tools: &'static [(&'static str, Requirement<'static>)],
    /// The conditions of each tool. Tools at the end may have none.
    pub conditions: &'static [&'static [Condition<'static>]],
    /// Scopes with their direct `implies`.
    pub declared: &'static [(&'static str, &'static [&'static str])],
    /// Whether `[scopes]` is present, so that every scope in use must be declared.
    pub complete: bool,
}

impl TableSpec {
    /// Returns the scopes that open a tool, as any-of over all-of, or `None` if it needs none.
    pub fn alternatives(&self, tool: usize) -> Option<Vec<Vec<String>>> {
        let (name, requirement) = &self.tools[tool];
        match requirement {
            Requirement::Public | Requirement::Authenticated => None,
            Requirement::ToolName => Some(vec![vec![format!("{}{name}", self.namespace)]]),
            Requirement::One(scope) => Some(vec![vec![(*scope).to_owned()]]),
            Requirement::Two(all) => Some(vec![all.map(str::to_owned).to_vec()]),
            Requirement::Three(all) => Some(vec![all.map(str::to_owned).to_vec()]),
            Requirement::AnyOf(any) => {
                Some(any.iter().map(|all| all.iter().map(|scope| (*scope).to_owned()).collect()).collect())
            }
        }
    }

    /// Returns the conditions of a tool.
    pub fn conditions(&self, tool: usize) -> &'static [Condition<'static>] {
        self.conditions.get(tool).copied().unwrap_or_default()
    }

    /// Every scope of the table.
    pub fn scopes(&self) -> BTreeSet<String> {
        let used = (0..self.tools.len()).filter_map(|tool| self.alternatives(tool)).flatten().flatten();
        let added = self.conditions.iter().flat_map(|of_tool| of_tool.iter()).flat_map(|condition| condition.scopes);
        let used = used.chain(added.map(|scope| (*scope).to_owned()));
        used.chain(self.declared.iter().map(|(scope, _)| (*scope).to_owned())).collect()
    }
}
