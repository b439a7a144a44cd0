//! The facts of a table, independent of the types of the table.

use std::collections::BTreeSet;

use mcp_scopes::Requirement;

/// A table as its author describes it. All data is `'static`, since tables are.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// The prefix of every scope. May be empty.
    pub namespace: &'static str,
    /// Names and requirements, in order.
    pub tools: &'static [(&'static str, Requirement<'static>)],
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

    /// Every scope of the table.
    pub fn scopes(&self) -> BTreeSet<String> {
        let used = (0..self.tools.len()).filter_map(|tool| self.alternatives(tool)).flatten().flatten();
        used.chain(self.declared.iter().map(|(scope, _)| (*scope).to_owned())).collect()
    }
}
