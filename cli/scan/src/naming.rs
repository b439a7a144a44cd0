//! Recognizes the annotations and the table macro, under the name that they have in a module.

use syn::{Attribute, Path, ext::IdentExt as _};

use crate::{module::ModuleId, runtime_macro::RuntimeMacro, world::World};

impl World {
    /// Returns whether a path in that module refers to this macro.
    ///
    /// A name without an import of its name is taken for the macro, since it can come from a glob or from
    /// `#[macro_use]`.
    pub(crate) fn means(&self, module: ModuleId, path: &Path, what: RuntimeMacro) -> bool {
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

    /// Returns the first of these attributes that is an annotation.
    pub(crate) fn find_annotation<'a>(
        &self,
        module: ModuleId,
        list: &'a [Attribute],
        what: RuntimeMacro,
    ) -> Option<(usize, &'a Attribute)> {
        list.iter().enumerate().find(|(_, attribute)| self.means(module, attribute.path(), what))
    }

    /// Returns whether the first segment of a path names a crate other than the runtime crate.
    fn is_foreign(&self, module: ModuleId, head: &str) -> bool {
        if matches!(head, "crate" | "self" | "super") {
            return false;
        }
        let Some(member) = self.member_of(module) else { return false };
        if member.package.runtime_names().contains(&head) {
            return false;
        }
        // A crate that re-exports the annotations belongs to the workspace. Attributes of other crates are unrelated.
        member.package.dependencies.get(head).is_some_and(|dependency| dependency.folder.is_none())
    }
}
