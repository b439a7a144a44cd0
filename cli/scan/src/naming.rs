//! Whether an attribute or a macro is ours, under the name it has in a module.

use syn::{Attribute, Path, ext::IdentExt as _};

use crate::{module::ModuleId, world::World};

/// What a module can use of the crate of the annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    /// `#[mcp_tool]`.
    Tool,
    /// `#[mcp_tools]`.
    Tools,
    /// `scope_table!`.
    Table,
}

impl Ours {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Tool, Self::Tools, Self::Table];

    /// Its own name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "mcp_tool",
            Self::Tools => "mcp_tools",
            Self::Table => "scope_table",
        }
    }
}

impl World {
    /// Whether a path in that module means this one of ours.
    ///
    /// A name that nothing imports by itself is taken for ours: it can come from a glob or from `#[macro_use]`.
    pub(crate) fn means(&self, module: ModuleId, path: &Path, what: Ours) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
        let Some((first, rest)) = segments.split_first() else { return false };
        let Some(around) = self.modules.get(module) else { return false };
        let import = around.imports.iter().find(|import| import.name.as_ref() == Some(first));
        let full: Vec<&str> = match import {
            Some(import) if path.leading_colon.is_none() => {
                import.path.iter().map(String::as_str).chain(rest.iter().map(String::as_str)).collect()
            }
            _ => segments.iter().map(String::as_str).collect(),
        };
        let [head, .., last] = full.as_slice() else { return full.as_slice() == [what.name()] };
        *last == what.name() && !self.is_foreign(module, head)
    }

    /// The first of these attributes that is ours.
    pub(crate) fn find_ours<'a>(
        &self,
        module: ModuleId,
        list: &'a [Attribute],
        what: Ours,
    ) -> Option<(usize, &'a Attribute)> {
        list.iter().enumerate().find(|(_, attribute)| self.means(module, attribute.path(), what))
    }

    /// Whether the first segment of a path is another crate than that of the annotations.
    fn is_foreign(&self, module: ModuleId, head: &str) -> bool {
        if matches!(head, "crate" | "self" | "super") {
            return false;
        }
        let Some(member) = self.member_of(module) else { return false };
        if member.package.runtime_names().contains(&head) {
            return false;
        }
        // A crate that re-exports ours under its name is one of the workspace; others have attributes of their own.
        member.package.dependencies.get(head).is_some_and(|dependency| dependency.folder.is_none())
    }
}
