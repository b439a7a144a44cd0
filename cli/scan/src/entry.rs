//! Resolves the entries of a table to annotated functions.

use mcp_scopes_grammar::ir::{EntryDecl, EntryKind};
use syn::ext::IdentExt as _;

use crate::{
    Finding,
    assemble::{Assembly, Owner},
    inventory::{Brings, TableId, ToolId},
    module::ModuleId,
    resolve::Meaning,
    source::Place,
};

impl Assembly<'_> {
    /// Returns what an entry of a table adds to it: a tool, a group or a table. For a tool without a function, the index
    /// counts those tools alone.
    ///
    /// # Errors
    /// Returns a finding for a path that leads to none of them.
    pub(crate) fn entry(
        &mut self,
        module: ModuleId,
        entry: &EntryDecl,
        table: TableId,
    ) -> Result<Brings, Box<Finding>> {
        let path = entry.segments.join("::");
        match &entry.kind {
            EntryKind::Tool { .. } => {
                let meaning = self.world.resolve_in_place(module, &entry.segments);
                self.declared.catch_up(self.world);
                self.one_tool(module, &entry.segments, &meaning).map(Brings::Tool)
            }
            EntryKind::Group { group, .. } => {
                let name = group.as_ref().map(|name| name.unraw().to_string());
                let depth = entry.segments.len() - usize::from(name.is_some() && entry.segments.len() > 1);
                let of = entry.segments.get(..depth).unwrap_or_default();
                self.group(module, of, name.as_deref(), &path).map(Brings::Group)
            }
            EntryKind::Dynamic(facts) => {
                let own = self.is_own(module);
                let file = self.world.modules.get(module).map(|module| module.shown.clone()).unwrap_or_default();
                Ok(Brings::Tool(self.add_dynamic((**facts).clone(), own, |span| Place::of(&file, span))))
            }
            EntryKind::Table { .. } => {
                let meaning = self.world.resolve(module, &entry.segments);
                self.declared.catch_up(self.world);
                let found = match &meaning {
                    Meaning::Item { module, name, rest } if rest.is_empty() => {
                        let mut tables = self.declared.tables.iter();
                        tables.position(|raw| raw.module == *module && raw.decl.ident.unraw() == name)
                    }
                    _ => None,
                };
                match found {
                    Some(found) if found == table => {
                        Err(unresolved(format!("`..{path}` splices the table into itself"), "remove the entry"))
                    }
                    Some(found) => Ok(Brings::Table(found)),
                    None => Err(missing(&path, "a table", &meaning, "name a `scope_table!` by the path of its module")),
                }
            }
        }
    }

    fn one_tool(&mut self, module: ModuleId, segments: &[String], meaning: &Meaning) -> Result<ToolId, Box<Finding>> {
        let path = segments.join("::");
        let (owner, name, exists) = match meaning {
            Meaning::Item { module, name, rest } => match rest.as_slice() {
                [] => (None, Some((*module, name.clone())), true),
                [method] => (
                    self.world.resolve_type(*module, std::slice::from_ref(name)),
                    Some((*module, method.clone())),
                    true,
                ),
                _ => (None, None, true),
            },
            // A type that a macro defines is known only by its impl.
            _ => match segments {
                [ty, method] => (Some((module, ty.clone())), Some((module, method.clone())), false),
                _ => (None, None, false),
            },
        };
        if let Some((home, name)) = name {
            for id in 0..self.declared.tools.len() {
                let Some(tool) = self.declared.tools.get(id) else { break };
                if tool.decl.ident.unraw() != name {
                    continue;
                }
                let (at, written) = (tool.module, tool.owner.clone());
                let found = match (written, &owner) {
                    (None, None) => at == home,
                    (Some(written), Some(owner)) => self.owner(at, &written) == *owner,
                    _ => false,
                };
                if found {
                    return Ok(id);
                }
            }
        }
        if exists {
            let message = format!("`{path}` carries no `#[mcp_tool]` that is compiled with these features");
            let help = "annotate it, or give the entry the same `#[cfg(..)]`";
            return Err(unresolved(message, help));
        }
        let help = "list it by the path of its module; a `use` of the function does not bring in its annotation";
        Err(missing(&path, "an annotated function", meaning, help))
    }

    fn group(
        &mut self,
        module: ModuleId,
        of: &[String],
        name: Option<&str>,
        path: &str,
    ) -> Result<Vec<ToolId>, Box<Finding>> {
        let meaning = self.world.resolve(module, of);
        self.declared.catch_up(self.world);
        let (target, owner) = match &meaning {
            Meaning::Module(found) => (Some(*found), None),
            Meaning::Item { module, name, rest } if rest.is_empty() => {
                (None, self.world.resolve_type(*module, std::slice::from_ref(name)))
            }
            // `a::b::*` with a type `a` looks like a path to a module, but names a group.
            Meaning::Item { rest, .. } if name.is_none() && rest.len() == 1 => {
                let (last, of) = of.split_last().map(|(last, of)| (last.clone(), of.to_vec())).unwrap_or_default();
                return self.group(module, &of, Some(&last), path);
            }
            _ => (None, of.last().map(|last| (module, last.clone()))),
        };
        let mut found = None;
        for id in 0..self.declared.groups.len() {
            let Some(group) = self.declared.groups.get(id) else { break };
            if group.name.as_deref() != name {
                continue;
            }
            let (at, written) = (group.module, group.owner.clone());
            let same = match written {
                Some(written) => owner.as_ref().is_some_and(|owner| self.owner(at, &written) == *owner),
                None => target == Some(at),
            };
            if same && found.replace(id).is_some() {
                let message = format!("`{path}::*` has two `#[mcp_tools]` of the same name");
                return Err(unresolved(message, "name one of them: `#[mcp_tools(group = admin)]`"));
            }
        }
        let Some(group) = found.and_then(|id| self.declared.groups.get(id)) else {
            let help =
                "put `#[mcp_tools]` on that impl or inline module; a file module declares a table, spliced with `..`";
            return Err(missing(&format!("{path}::*"), "a group", &meaning, help));
        };
        let (at, written, members, place) =
            (group.module, group.owner.clone(), group.members.clone(), group.place.clone());
        let mut tools = Vec::new();
        for member in members {
            let mut candidates = self.declared.tools.iter().enumerate();
            let tool = candidates.find(|(_, tool)| {
                tool.module == at
                    && tool.owner == written
                    && tool.decl.ident.unraw() == member
                    && tool.place.file == place.file
            });
            // A tool that the grammar rejects is reported. The others still count.
            tools.extend(tool.map(|(id, _)| id));
        }
        Ok(tools)
    }

    /// Returns the type of an impl: the type that its path resolves to, or the path as written if it is not found.
    fn owner(&mut self, module: ModuleId, written: &[String]) -> Owner {
        let key = (module, written.to_vec());
        if let Some(owner) = self.owners.get(&key) {
            return owner.clone();
        }
        let said = written.last().cloned().unwrap_or_default();
        let owner = self.world.resolve_type(module, written).unwrap_or((module, said));
        self.owners.insert(key, owner.clone());
        owner
    }
}

fn unresolved(message: String, help: &str) -> Box<Finding> {
    Box::new(Finding::error("unresolved-entry", message).help(help))
}

fn missing(path: &str, what: &str, meaning: &Meaning, help: &str) -> Box<Finding> {
    match meaning {
        Meaning::Elsewhere(package) => {
            let message = format!("`{path}` comes from the package `{package}`, whose source was not found");
            Box::new(
                Finding::error("foreign-entry", message).help(
                    "export from the compiled table instead, `TABLE.metadata()`, or depend on the package by path",
                ),
            )
        }
        Meaning::Nothing => unresolved(format!("`{path}` is not found in this module"), help),
        _ => unresolved(format!("`{path}` is not {what}"), help),
    }
}
