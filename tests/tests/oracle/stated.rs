//! What a table states, apart from the types that the table is made of.

use std::collections::BTreeSet;

use mcp_scopes::{Requirement, Risk, Tool};
use mcp_scopes_model::{
    Scope,
    config::{Config, Stated as Text},
    outline::Listed,
};

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

    /// The configuration, as `mcp-scopes.toml` would state it.
    pub(crate) fn config(&self) -> &'static Config<'static> {
        let scopes = self.complete.then(|| self.declarations());
        keep(Config { namespace: self.namespace, scopes, ..Config::NONE })
    }

    /// The declarations.
    pub(crate) fn declarations(&self) -> &'static [Scope<'static>] {
        let text = |text: &&'static str| Text { text, line: 1, column: 1 };
        let scope = |(name, implies): &(&'static str, &'static [&'static str])| Scope {
            name: text(name),
            description: "",
            implies: keep_all(implies.iter().map(text)),
        };
        keep_all(self.declared.iter().map(scope))
    }

    /// The tools.
    pub(crate) fn listed(&self) -> &'static [Listed<'static>] {
        keep_all(self.tools.iter().enumerate().map(|(entry, (name, requirement))| Listed {
            tool: keep(Tool { requirement: *requirement, ..Tool::new(name, Risk::Low) }),
            namespace: self.namespace,
            own_scope: text(format!("{}{name}", self.namespace)),
            entry,
        }))
    }
}

/// Keeps a value for the rest of the process: tables hold references that live as long.
pub(crate) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Keeps several values.
pub(crate) fn keep_all<T>(values: impl IntoIterator<Item = T>) -> &'static [T] {
    Vec::leak(values.into_iter().collect())
}

/// Keeps a text.
pub(crate) fn text(text: String) -> &'static str {
    String::leak(text)
}
