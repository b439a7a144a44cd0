//! From declarations to an inventory: configuration files are read, entries resolved, parameters looked up.

use std::{collections::BTreeMap, path::Path};

use mcp_scopes_grammar::{
    config,
    ir::{EntryDecl, EntryKind, ParametersDecl, RequirementDecl, Spanned},
};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;

use crate::{
    Finding,
    collect::{Declared, RawTool},
    fields::fields,
    inventory::{Brings, Config, Entry, Inventory, Parameter, Policy, Requirement, Table, TableId, Tool, ToolId},
    module::ModuleId,
    package::plain,
    resolve::Meaning,
    source::{self, Place, Placed},
    world::{PackageId, World, shown},
};

/// A type, told by the module and the name it is defined under.
type Owner = (ModuleId, String);

/// Makes the inventory of a package that the world has read.
pub(crate) fn assemble(world: &mut World, package: PackageId) -> Inventory {
    let mut declared = Declared::default();
    declared.catch_up(world);
    let mut assembly = Assembly { world, declared, owners: BTreeMap::new(), package };
    let mut tables = Vec::new();
    // Entries may lead to other packages, whose tables then follow.
    while let Some(table) = assembly.table(tables.len()) {
        tables.push(table);
    }
    let spliced: Vec<TableId> = tables
        .iter()
        .flat_map(|table: &Table| &table.entries)
        .filter_map(|entry| match entry.brings {
            Brings::Table(table) => Some(table),
            _ => None,
        })
        .collect();
    for (id, table) in tables.iter_mut().enumerate() {
        table.spliced = spliced.contains(&id);
    }
    let tools = (0..assembly.declared.tools.len()).filter_map(|id| assembly.tool(id)).collect();
    let member = assembly.world.members.get(package);
    Inventory {
        package: member.map(|member| member.package.name.clone()).unwrap_or_default(),
        features: member.map(|member| member.enabled.features.clone()).unwrap_or_default(),
        tools,
        tables,
    }
}

struct Assembly<'w> {
    world: &'w mut World,
    declared: Declared,
    /// By module and path as written: the types of impls.
    owners: BTreeMap<(ModuleId, Vec<String>), Owner>,
    package: PackageId,
}

impl Assembly<'_> {
    fn is_own(&self, module: ModuleId) -> bool {
        let krate = self.world.modules.get(module).and_then(|module| self.world.crates.get(module.krate));
        krate.is_some_and(|krate| krate.package == self.package)
    }

    fn table(&mut self, id: TableId) -> Option<Table> {
        let raw = self.declared.tables.get(id)?;
        let (module, decl, place) = (raw.module, raw.decl.clone(), raw.place.clone());
        let name = decl.ident.unraw().to_string();
        let config = decl.config.as_ref().and_then(|file| self.config(module, file));
        let cfgs = self.world.cfgs(module);
        let mut entries = Vec::new();
        for (position, entry) in decl.entries.iter().enumerate() {
            let at = Place::of(&place.file, entry.span);
            let answer = cfgs.all(&entry.cfgs);
            if !self.world.decide(answer, at.clone(), || "scope_table".to_owned()) {
                continue;
            }
            match self.entry(module, entry, id) {
                Ok(brings) => entries.push(Entry { position, brings, place: at }),
                Err(finding) => self.world.findings.push(finding.at(at).about(name.clone())),
            }
        }
        let around = self.world.modules.get(module).map(|module| module.path.clone()).unwrap_or_default();
        let own = self.is_own(module);
        Some(Table { path: format!("{around}::{name}"), name, entries, config, spliced: false, own, place })
    }

    /// Reads the file behind `with`, which stands at its package's manifest.
    fn config(&mut self, module: ModuleId, file: &Spanned<String>) -> Option<Config> {
        let at = self.world.modules.get(module).map(|module| Place::of(&module.shown, file.span));
        let folder = self.world.member_of(module)?.package.folder.clone();
        let path = plain(&folder.join(Path::new(&file.value)));
        let name = shown(&path);
        let text = match source::read_as_is(&path, &name) {
            Ok(text) => text,
            Err(finding) => {
                let help = format!(
                    "write `{}` beside the package's `Cargo.toml`, or drop `with \"{}\"`",
                    file.value, file.value
                );
                // A file that is not there has no place of its own.
                let place = if path.is_file() { finding.place.clone() } else { at };
                self.world.findings.push(Finding { rule: "missing-config", ..*finding }.help(help).at(place));
                return None;
            }
        };
        self.world.sources.keep(&name, &text.as_str().into());
        match config::read(&text, &file.value) {
            Ok(said) => Some(Config { said, file: name }),
            Err(errors) => {
                for error in errors {
                    let place = Place::point(&name, error.line, error.column);
                    let help = error.help.unwrap_or_default();
                    self.world
                        .findings
                        .push(Finding::error(error.id, error.message).help(help).at(place).about(&*name));
                }
                None
            }
        }
    }

    fn entry(&mut self, module: ModuleId, entry: &EntryDecl, table: TableId) -> Result<Brings, Finding> {
        let path = entry.segments.join("::");
        match &entry.kind {
            EntryKind::Tool { .. } => {
                let meaning = self.world.resolve_in_place(module, &entry.segments);
                self.declared.catch_up(self.world);
                self.one_tool(module, &entry.segments, meaning).map(Brings::Tool)
            }
            EntryKind::Group { group, .. } => {
                let name = group.as_ref().map(|name| name.unraw().to_string());
                let depth = entry.segments.len() - usize::from(name.is_some() && entry.segments.len() > 1);
                let of = entry.segments.get(..depth).unwrap_or_default();
                self.group(module, of, name.as_deref(), &path).map(Brings::Group)
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
                        Err(Finding::error("unresolved-entry", format!("`..{path}` brings in the table itself"))
                            .help("remove the entry"))
                    }
                    Some(found) => Ok(Brings::Table(found)),
                    None => Err(missing(&path, "a table", &meaning, "name a `scope_table!` by the path of its module")),
                }
            }
        }
    }

    fn one_tool(&mut self, module: ModuleId, segments: &[String], meaning: Meaning) -> Result<ToolId, Finding> {
        let path = segments.join("::");
        let (owner, name, exists) = match &meaning {
            Meaning::Item { module, name, rest } => match rest.as_slice() {
                [] => (None, Some((*module, name.clone())), true),
                [method] => (
                    self.world.resolve_type(*module, std::slice::from_ref(name)),
                    Some((*module, method.clone())),
                    true,
                ),
                _ => (None, None, true),
            },
            // A type that a macro defines is known by its impl alone.
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
            return Err(Finding::error("unresolved-entry", message).help(help));
        }
        let help =
            "list it by the path of the module it stands in; a `use` of the function does not bring in its annotation";
        Err(missing(&path, "an annotated function", &meaning, help))
    }

    fn group(
        &mut self,
        module: ModuleId,
        of: &[String],
        name: Option<&str>,
        path: &str,
    ) -> Result<Vec<ToolId>, Finding> {
        let meaning = self.world.resolve(module, of);
        self.declared.catch_up(self.world);
        let (target, owner) = match &meaning {
            Meaning::Module(found) => (Some(*found), None),
            Meaning::Item { module, name, rest } if rest.is_empty() => {
                (None, self.world.resolve_type(*module, std::slice::from_ref(name)))
            }
            // `a::b::*` of a type `a`: by its spelling a module, in truth a group.
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
                return Err(
                    Finding::error("unresolved-entry", message).help("name one of them: `#[mcp_tools(group = admin)]`")
                );
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
            // One that the grammar refused is reported; the others still count.
            tools.extend(tool.map(|(id, _)| id));
        }
        Ok(tools)
    }

    /// The type of an impl: what its path means, or for one that is not found what it says.
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

    fn tool(&mut self, id: ToolId) -> Option<Tool> {
        let raw = self.declared.tools.get(id)?;
        let (module, decl, file) = (raw.module, raw.decl.clone(), raw.place.file.clone());
        let function = self.path_of(raw);
        let place = raw.place.clone();
        let text = |said: Spanned<String>| Placed { place: Place::of(&file, said.span), value: said.value };
        let texts = |list: Vec<Spanned<String>>| list.into_iter().map(text).collect::<Vec<_>>();
        let own = self.is_own(module);
        let parameters = match &decl.parameters {
            ParametersDecl::Listed(listed) => {
                let listed = listed.iter();
                listed.map(|said| Parameter { name: said.name.value.clone(), required: said.required }).collect()
            }
            ParametersDecl::Fields { ty, span } => fields(self.world, module, ty, *span, &decl.name.value)
                .unwrap_or_else(|finding| {
                    self.world.findings.push(*finding);
                    Vec::new()
                }),
        };
        let policy = decl.policy;
        Some(Tool {
            name: text(decl.name),
            function,
            description: text(decl.description),
            requirement: match decl.requirement {
                RequirementDecl::Public(_) => Requirement::Public,
                RequirementDecl::ToolName => Requirement::ToolName,
                RequirementDecl::AnyOf(any) => Requirement::AnyOf(any.into_iter().map(texts).collect()),
            },
            risk: Placed { value: decl.risk.value, place: Place::of(&file, decl.risk.span) },
            approval: decl.approval.map(|said| Placed { value: said.value, place: Place::of(&file, said.span) }),
            sandbox: decl.sandbox.map(|said| Placed { value: said.mode, place: Place::of(&file, said.span) }),
            parameters,
            prerequisites: texts(decl.prerequisites),
            grouped_with: texts(decl.grouped_with),
            examples: texts(decl.examples),
            policy: Policy {
                blocked_after: texts(policy.blocked_after),
                requires_approval_after: texts(policy.requires_approval_after),
                cooling_period_minutes: policy.cooling_period_minutes.map(|said| said.value),
                max_calls_per_session: policy.max_calls_per_session.map(|said| said.value),
                requires_human_review: policy.requires_human_review.is_some_and(|said| said.value),
                blocked_patterns: texts(policy.blocked_patterns),
                max_file_size_mb: policy.max_file_size_mb.map(|said| said.value),
            },
            conditions: decl.cfgs.iter().map(|condition| condition.to_token_stream().to_string()).collect(),
            own,
            place,
        })
    }

    fn path_of(&self, raw: &RawTool) -> String {
        let around = self.world.modules.get(raw.module).map_or("", |module| &module.path);
        let name = raw.decl.ident.unraw();
        match &raw.owner {
            Some(owner) => format!("{around}::{}::{name}", owner.join("::")),
            None => format!("{around}::{name}"),
        }
    }
}

fn missing(path: &str, what: &str, meaning: &Meaning, help: &str) -> Finding {
    match meaning {
        Meaning::Elsewhere(package) => {
            let message =
                format!("`{path}` comes from the package `{package}`, whose source is not at hand to be scanned");
            Finding::error("foreign-entry", message)
                .help("export from the compiled table instead, `TABLE.metadata()`, or depend on the package by path")
        }
        Meaning::Nothing => {
            Finding::error("unresolved-entry", format!("`{path}` is not found in this module")).help(help)
        }
        _ => Finding::error("unresolved-entry", format!("`{path}` is not {what}")).help(help),
    }
}
