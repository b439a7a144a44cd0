//! What a table states, apart from the types that the table is made of.

use std::collections::BTreeSet;

use mcp_scopes::Requirement;

/// A table as its author thinks of it. All data is `'static`, since tables are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stated {
    /// The prefix of every scope; may be empty.
    pub namespace: &'static str,
    /// Names and requirements, in order.
    pub tools: &'static [(&'static str, Requirement<'static>)],
    /// Scopes with those they imply directly.
    pub declared: &'static [(&'static str, &'static [&'static str])],
    /// Whether `[scopes]` is there, so that every scope in use has to be declared.
    pub complete: bool,
}

impl Stated {
    /// The scopes that open a tool: any of all of; `None` if it is open to everyone.
    pub(crate) fn alternatives(&self, tool: usize) -> Option<Vec<Vec<String>>> {
        let (name, requirement) = &self.tools[tool];
        match requirement {
            Requirement::Public => None,
            Requirement::ToolName => Some(vec![vec![format!("{}{name}", self.namespace)]]),
            Requirement::One(scope) => Some(vec![vec![(*scope).to_owned()]]),
            Requirement::Two(all) => Some(vec![all.map(str::to_owned).to_vec()]),
            Requirement::Three(all) => Some(vec![all.map(str::to_owned).to_vec()]),
            Requirement::AnyOf(any) => {
                Some(any.iter().map(|all| all.iter().map(|scope| (*scope).to_owned()).collect()).collect())
            }
        }
    }

    /// Every scope that the table knows.
    pub(crate) fn scopes(&self) -> BTreeSet<String> {
        let used = (0..self.tools.len()).filter_map(|tool| self.alternatives(tool)).flatten().flatten();
        used.chain(self.declared.iter().map(|(scope, _)| (*scope).to_owned())).collect()
    }
}
