//! Finds the tools of a package, and their facts.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_scan::{
    sdk::{BuiltTool, SdkPackage, ToolFunction},
    source::Placed,
};

use super::{
    super::{
        config,
        layer::{OLDEST, Sdk},
        risk::assess,
        scopes::Scopes,
        tables,
        tool::Planned,
    },
    Choices, Plan, listed,
};

/// Returns the names of the tools that a package has, for a check of the file with scopes.
pub(in super::super) fn names(package: &SdkPackage) -> BTreeSet<String> {
    let annotated = functions(package).into_iter().map(|(.., tool)| tool.name.clone());
    annotated.chain(built(package).into_keys()).collect()
}
/// Returns every function with `#[tool]`, with its place and whether it can be annotated.
fn functions(package: &SdkPackage) -> Vec<(String, bool, &ToolFunction)> {
    let mut all = Vec::new();
    for module in package.crates.iter().flat_map(|krate| &krate.modules) {
        let place = |tool: &ToolFunction| format!("{}:{}", module.file, tool.line);
        for item in &module.impls {
            let can = tables::can_annotate(item);
            all.extend(item.tools.iter().map(|tool| (place(tool), can && !tool.is_conditional, tool)));
        }
        all.extend(module.functions.iter().map(|tool| (place(tool), !tool.is_conditional, tool)));
    }
    all
}

/// Returns the tools without a function, by name, each with its place.
fn built(package: &SdkPackage) -> BTreeMap<String, (BuiltTool, String)> {
    let mut found = BTreeMap::new();
    let is_rmcp_alone =
        package.depends_on("rmcp") && !package.depends_on("tower-mcp") && !package.depends_on("rust-mcp-sdk");
    for krate in &package.crates {
        // A client also names tools.
        let serves = krate.modules.iter().any(|module| !module.handlers.is_empty() || !module.impls.is_empty());
        if is_rmcp_alone && !serves {
            continue;
        }
        for module in &krate.modules {
            for tool in &module.built {
                let place = format!("{}:{}", module.file, tool.line);
                let (known, _) = found.entry(tool.name.clone()).or_insert((tool.clone(), place));
                // Of two with one name the stricter hints count.
                if known.read_only != tool.read_only {
                    known.read_only = Some(false);
                }
                if known.destructive != tool.destructive {
                    known.destructive = Some(true);
                }
            }
        }
    }
    found
}
impl Plan {
    /// Finds the tools and their facts.
    pub(super) fn collect(&mut self, package: &SdkPackage, choices: &Choices<'_>) {
        let functions = functions(package);
        let mut names: BTreeSet<String> = functions.iter().map(|(.., tool)| tool.name.clone()).collect();
        let built = built(package);
        names.extend(built.keys().cloned());
        let scopes = Scopes::new(&names, choices.convention, choices.stated);
        let declared = self.declared_names();
        let modules = package.crates.iter().flat_map(|krate| &krate.modules);
        let texts: BTreeMap<&str, &str> =
            modules.flat_map(|module| &module.texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let mut by_name: BTreeMap<String, Planned> = BTreeMap::new();
        let mut order = Vec::new();
        let mut known = BTreeSet::new();
        for (place, can, tool) in &functions {
            if tool.is_annotated || !can && declared.contains(&tool.name) {
                known.insert(tool.name.clone());
                continue;
            }
            let value = |hint: &Option<Placed<bool>>| hint.as_ref().map(|hint| hint.value);
            let assessed = assess(&tool.name, value(&tool.hints.read_only), value(&tool.hints.destructive));
            let found = (!can).then(|| "`#[tool]` that cannot be annotated".to_owned());
            let new = Planned {
                function: tool.function.clone(),
                name: tool.name.clone(),
                scope: scopes.of(&tool.name).to_owned(),
                risk: assessed.risk,
                is_guess: assessed.is_guess,
                keys: Vec::new(),
                place: place.clone(),
                description: tool
                    .description
                    .as_ref()
                    .and_then(|name| texts.get(name.as_str()))
                    .map(|text| (*text).to_owned()),
                found,
            };
            if let Some(other) = by_name.get_mut(&tool.name) {
                // Two servers have a tool of one name: the stricter risk counts for both.
                other.is_guess |= new.is_guess;
                other.risk = other.risk.max(new.risk);
            } else {
                order.push(tool.name.clone());
                by_name.insert(tool.name.clone(), new);
            }
        }
        for (name, (tool, place)) in &built {
            if declared.contains(name) {
                known.insert(name.clone());
            } else if !by_name.contains_key(name) && !known.contains(name) {
                let assessed = assess(name, tool.read_only, tool.destructive);
                order.push(name.clone());
                let new = Planned {
                    function: name.clone(),
                    name: name.clone(),
                    scope: scopes.of(name).to_owned(),
                    risk: assessed.risk,
                    is_guess: assessed.is_guess,
                    keys: Vec::new(),
                    place: place.clone(),
                    description: tool.description.clone(),
                    found: Some(tool.found.clone()),
                };
                by_name.insert(name.clone(), new);
            }
        }
        self.known = known.len();
        let planned = order.into_iter().filter_map(|name| by_name.remove(&name));
        (self.declared, self.annotated) = planned.partition(|tool| tool.found.is_some());
        for module in package.crates.iter().flat_map(|krate| &krate.modules) {
            for (line, why) in &module.unread {
                let help = format!("declare them under `[tools.\"name\"]` in `{}`", config::FILE);
                self.notes.push(format!("{}:{line}: {why}; {help}", module.file));
            }
        }
        for tool in self.declared.iter().filter(|tool| tool.description.is_none()) {
            self.notes.push(format!("{}: write a description of `{}` in `{}`", tool.place, tool.name, config::FILE));
        }
        let added: BTreeSet<&String> = self.annotated.iter().chain(&self.declared).map(|tool| &tool.name).collect();
        let unnamed: Vec<&str> =
            scopes.unnamed.iter().filter(|name| added.contains(name)).map(String::as_str).collect();
        if !unnamed.is_empty() {
            self.notes.push(format!(
                "the file with scopes does not name {}: the scope has the tool's name",
                listed(&unnamed)
            ));
        }
    }
    /// Returns the tools that `mcp-scopes.toml` declares.
    fn declared_names(&self) -> BTreeSet<String> {
        let text = mcp_scopes_scan::file::text(&self.folder.join(config::FILE)).unwrap_or_default();
        let Ok(()) = mcp_scopes_grammar::limits::check(&text) else { return BTreeSet::new() };
        let table: toml::Table = text.parse().unwrap_or_default();
        match table.get("tools") {
            Some(toml::Value::Table(tools)) => tools.keys().cloned().collect(),
            _ => BTreeSet::new(),
        }
    }

    pub(super) fn note_version(&mut self, package: &SdkPackage) {
        if let Sdk::OtherRmcp(Some(version)) = self.sdk
            && version < OLDEST
        {
            self.notes
                .push(format!("rmcp {version} is older than {OLDEST}, the first version that the macros support"));
        }
        for module in package.crates.iter().flat_map(|krate| &krate.modules) {
            let old = module.impls.iter().filter(|item| !tables::can_annotate(item));
            for tool in old.flat_map(|item| &item.tools).filter(|tool| !tool.is_annotated) {
                let why = "is in the impl of a trait or of a generic type, which `#[mcp_tools]` cannot list";
                self.notes
                    .push(format!("{}:{}: `{}` {why}; it is declared instead", module.file, tool.line, tool.function));
            }
        }
    }
}
