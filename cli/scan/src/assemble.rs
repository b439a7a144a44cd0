//! Builds an inventory from declarations: reads configuration files and looks up parameters.

use std::{collections::BTreeMap, path::Path};

use mcp_scopes_grammar::{
    config,
    ir::{EntryKind, FieldsDecl, Spanned},
    tool::unlisted_argument,
};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;

use crate::{
    Finding,
    cfg::Answer,
    collect::{Declared, RawTool},
    fields::{fields, of_arguments},
    inventory::{Brings, Config, Hints, Inventory, Table, TableEntry, TableId, Tool, ToolFacts, ToolId},
    module::ModuleId,
    package::plain,
    source::Place,
    world::{PackageId, World, shown},
};

/// A type, identified by the module and the name of its definition.
pub(crate) type Owner = (ModuleId, String);

/// Returns the inventory of a package that the world has read.
pub(crate) fn assemble(world: &mut World, package: PackageId) -> Inventory {
    let mut declared = Declared::default();
    declared.catch_up(world);
    let mut assembly = Assembly { world, declared, owners: BTreeMap::new(), dynamic: Vec::new(), package };
    let mut tables = Vec::new();
    // Entries may refer to other packages, whose tables are then added.
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
    let mut tools: Vec<Tool> = (0..assembly.declared.tools.len()).filter_map(|id| assembly.tool(id)).collect();
    // Tools without a function follow the annotated functions, whose number is known now.
    for entry in tables.iter_mut().flat_map(|table| &mut table.entries).filter(|entry| entry.is_dynamic) {
        if let Brings::Tool(id) = &mut entry.brings {
            *id += tools.len();
        }
    }
    tools.append(&mut assembly.dynamic);
    let member = assembly.world.members.get(package);
    Inventory {
        package: member.map(|member| member.package.name.clone()).unwrap_or_default(),
        version: member.map(|member| member.package.version.clone()).unwrap_or_default(),
        folder: member.map(|member| member.package.folder.clone()).unwrap_or_default(),
        features: member.map(|member| member.enabled.features.clone()).unwrap_or_default(),
        tools,
        tables,
        ..Inventory::default()
    }
}

/// Returns the finding for a tool whose parameters only the compiler knows. No access depends on them, so it is a
/// warning, and the document states that they are not known.
fn unknown_parameters(tool: &str, why: &str) -> Finding {
    let message = format!("the parameters of tool `{tool}` cannot be read from its source: {why}");
    let help = "state them: `parameters(\"name\", optional(\"other\"))`";
    Finding::warning("unknown-parameters", message).help(help).about(tool)
}

/// A world, its declarations, and the part of the inventory that is built so far.
pub(crate) struct Assembly<'w> {
    pub(crate) world: &'w mut World,
    pub(crate) declared: Declared,
    /// The types of impls, by module and path as written.
    pub(crate) owners: BTreeMap<(ModuleId, Vec<String>), Owner>,
    /// The tools without a function.
    dynamic: Vec<Tool>,
    package: PackageId,
}

impl Assembly<'_> {
    pub(crate) fn is_own(&self, module: ModuleId) -> bool {
        let krate = self.world.modules.get(module).and_then(|module| self.world.crates.get(module.krate));
        krate.is_some_and(|krate| krate.package == self.package)
    }

    fn table(&mut self, id: TableId) -> Option<Table> {
        let raw = self.declared.tables.get(id)?;
        let (module, decl, place) = (raw.module, raw.decl.clone(), raw.place.clone());
        let name = decl.ident.unraw().to_string();
        let config = decl.config.as_ref().and_then(|file| self.config(module, file));
        let is_config_unread = decl.config.is_some() && config.is_none();
        let cfgs = self.world.cfgs(module);
        let mut entries = Vec::new();
        for (position, entry) in decl.entries.iter().enumerate() {
            let at = Place::of(&place.file, entry.span);
            let answer = cfgs.all(&entry.cfgs);
            let is_left_out = answer == Answer::No;
            if !self.world.decide(answer, at.clone(), || "scope_table".to_owned()) {
                if is_left_out && matches!(entry.kind, EntryKind::Dynamic(_)) {
                    self.world.left_out_tools.push(at);
                }
                continue;
            }
            match self.entry(module, entry, id) {
                Ok(brings) => {
                    let is_dynamic = matches!(entry.kind, EntryKind::Dynamic(_));
                    entries.push(TableEntry { position, brings, is_dynamic, place: at });
                }
                Err(finding) => self.world.findings.push(finding.at(at).about(name.clone())),
            }
        }
        let path = format!("{}::{name}", self.module_path(module));
        let own = self.is_own(module);
        for (number, facts) in config.iter().flat_map(|config| config.said.tools.iter().enumerate()) {
            let file = config.as_ref().map(|config| config.file.clone()).unwrap_or_default();
            let id = self.add_dynamic(facts.clone(), own, |(line, column)| Place::point(&file, line, column));
            let place = self.dynamic.get(id).map_or_else(|| place.clone(), |tool| tool.place.clone());
            let position = decl.entries.len() + number;
            entries.push(TableEntry { position, brings: Brings::Tool(id), is_dynamic: true, place });
        }
        Some(Table { path, name, entries, config, is_config_unread, spliced: false, own, place })
    }

    /// Adds a tool without a function. Returns its index among them.
    pub(crate) fn add_dynamic<L>(&mut self, facts: ToolFacts<L>, own: bool, place: impl Fn(L) -> Place) -> usize {
        let mut last = 0;
        let facts = facts.map_places(&mut |at| {
            let place = place(at);
            last = last.max(place.end.line);
            place
        });
        let place = facts.name.place.clone();
        self.dynamic.push(Tool {
            facts,
            function: String::new(),
            hints: Hints::default(),
            guarded: false,
            conditions: Vec::new(),
            own,
            lines: (place.start.line, last),
            place,
        });
        self.dynamic.len() - 1
    }

    /// Reads the file that `with` names, relative to the manifest of the module's package.
    fn config(&mut self, module: ModuleId, file: &Spanned<String>) -> Option<Config> {
        let at = self.world.modules.get(module).map(|module| Place::of(&module.shown, file.place));
        let folder = self.world.member_of(module)?.package.folder.clone();
        let path = plain(&folder.join(Path::new(&file.value)));
        let name = shown(&path);
        self.world.named_configs.insert(path.clone());
        let text = match self.world.sources.read_as_is(&path, &name) {
            Ok(text) => text,
            Err(finding) => {
                self.world.unread.config = true;
                let help = format!(
                    "write `{}` beside the package's `Cargo.toml`, or drop `with \"{}\"`",
                    file.value, file.value
                );
                // A missing file has no position, so the finding points at the literal.
                let place = if path.is_file() { finding.place.clone() } else { at };
                self.world.findings.push(Finding { rule: "missing-config", ..*finding }.help(help).at(place));
                return None;
            }
        };
        self.world.sources.keep(&name, &text.as_str().into());
        match config::read_parts(&text, &file.value) {
            (said, errors) if errors.is_empty() => Some(Config { said, file: name }),
            (said, errors) => {
                self.world.unread.config = true;
                self.world.partial_configs.push(Config { said, file: name.clone() });
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

    /// Returns the value of `module_path!()` in that module. The crate name distinguishes the programs of one package.
    fn module_path(&self, module: ModuleId) -> String {
        let Some(module) = self.world.modules.get(module) else { return String::new() };
        let krate = self.world.crates.get(module.krate).map_or("crate", |krate| &krate.name);
        format!("{krate}{}", module.path.trim_start_matches("crate"))
    }

    fn tool(&mut self, id: ToolId) -> Option<Tool> {
        let raw = self.declared.tools.get(id)?;
        let (module, decl, file) = (raw.module, raw.decl.clone(), raw.place.file.clone());
        let function = self.path_of(raw);
        let (place, hints, lines) = (raw.place.clone(), raw.hints.clone(), raw.lines);
        let own = self.is_own(module);
        let mut facts = decl.facts.map_places(&mut |span| Place::of(&file, span));
        let looked_up = match (&decl.fields, decl.arguments.first()) {
            (Some(FieldsDecl { ty, span }), _) => Some((fields(self.world, module, ty), *span)),
            (None, Some(first)) => Some((of_arguments(self.world, module, &decl.arguments), first.span)),
            (None, None) => None,
        };
        if let Some((listed, span)) = looked_up {
            facts.parameters = listed
                .map_err(|why| {
                    let finding = unknown_parameters(&facts.name.value, &why).at(Place::of(&file, span));
                    self.world.findings.push(finding);
                })
                .ok();
            // The macro compares parameters that the annotation or the signature states.
            for argument in facts.unlisted_arguments() {
                let (message, help) = unlisted_argument(&facts, &argument.value);
                let finding = Finding::error("unknown-argument", message).help(help).about(&*facts.name.value);
                self.world.findings.push(finding.at(argument.place.clone()));
            }
        }
        Some(Tool {
            facts,
            function,
            conditions: decl.cfgs.iter().map(|condition| condition.to_token_stream().to_string()).collect(),
            hints,
            guarded: decl.guard.is_some(),
            own,
            place,
            lines,
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
