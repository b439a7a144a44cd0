//! Finds the tools of a package, and their facts.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_scan::{
    sdk::{BuiltTool, SdkCrate, SdkModule, SdkPackage, Text, ToolFunction},
    source::{Place, Placed},
};

use super::{
    super::{
        layer::{OLDEST, Sdk},
        risk::assess,
        scopes::Scopes,
        tables,
        tool::{Planned, Site},
    },
    Choices, Plan, listed,
};

/// Returns the names of the tools that a package has, for a check of the file with scopes.
pub(in super::super) fn names(package: &SdkPackage) -> BTreeSet<String> {
    let annotated = functions(package).into_iter().map(|function| function.tool.name.clone());
    annotated.chain(built(package).into_keys()).collect()
}
/// A function with `#[tool]`.
struct Function<'p> {
    krate: &'p SdkCrate,
    module: &'p SdkModule,
    tool: &'p ToolFunction,
    /// Whether it can be annotated.
    can: bool,
}

/// Returns every function with `#[tool]`.
fn functions(package: &SdkPackage) -> Vec<Function<'_>> {
    let mut all = Vec::new();
    for krate in &package.crates {
        for module in &krate.modules {
            for item in &module.impls {
                let can = tables::can_annotate(item);
                // An impl that gets no annotation needs none for tests.
                let tools = item.tools.iter().filter(|tool| can || !tool.is_for_tests);
                all.extend(tools.map(|tool| Function { krate, module, tool, can }));
            }
            all.extend(module.functions.iter().map(|tool| Function { krate, module, tool, can: true }));
        }
    }
    all
}

/// Returns the tools without a function, by name.
fn built(package: &SdkPackage) -> BTreeMap<String, BuiltTool> {
    let mut found = BTreeMap::new();
    // A client also names tools.
    if !package.serves {
        return found;
    }
    for tool in package.crates.iter().flat_map(|krate| &krate.modules).flat_map(|module| &module.built) {
        let known: &mut BuiltTool = found.entry(tool.name.clone()).or_insert_with(|| tool.clone());
        // Of two with one name the stricter hints count.
        if known.read_only != tool.read_only {
            known.read_only = Some(false);
        }
        if known.destructive != tool.destructive {
            known.destructive = Some(true);
        }
    }
    found
}

fn shown(place: &Place) -> String {
    format!("{}:{}", place.file, place.start.line)
}

impl Function<'_> {
    /// Returns the description that the SDK's attribute states.
    fn description(&self) -> Option<String> {
        match self.tool.description.as_ref()? {
            Text::Literal(text) => Some(text.clone()),
            Text::Constant(path) => constant(self.krate, self.module, path, 0),
        }
    }

    fn site(&self) -> Site {
        let (tool, description) = (self.tool, self.description());
        let mut keys = Vec::new();
        if tool.states_name {
            keys.push(format!("name = {:?}", tool.name));
        }
        if let Some(text) = description.as_ref().filter(|_| tool.states_description) {
            keys.push(format!("description = {text:?}"));
        }
        Site {
            file: self.module.file.clone(),
            function: tool.function.clone(),
            at: tool.at,
            start: tool.start,
            conditions: tool.attribute_conditions.clone(),
            keys,
            description,
            is_for_tests: tool.is_for_tests,
        }
    }
}

/// Maximum number of imports to follow to a constant.
const MAX_IMPORTS: usize = 8;

/// Returns the text of a constant, as a module names it.
fn constant(krate: &SdkCrate, module: &SdkModule, path: &[String], depth: usize) -> Option<String> {
    let (name, parents) = path.split_last()?;
    let own = |module: &SdkModule| module.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
    if depth > MAX_IMPORTS {
        return None;
    }
    let Some((head, rest)) = parents.split_first() else {
        let imported = || {
            let (_, path) = module.imports.iter().find(|(known, _)| known == name)?;
            constant(krate, module, path, depth + 1).filter(|_| path.len() > 1)
        };
        return own(module).or_else(imported).or_else(|| only(krate, name));
    };
    let mut found = match head.as_str() {
        "crate" => Vec::new(),
        "self" => module.path.clone(),
        "super" => module.path.split_last().map(|(_, parent)| parent.to_vec())?,
        head => {
            let imported = module.imports.iter().find(|(known, _)| known == head).map(|(_, path)| path.clone());
            match imported {
                Some(imported) if imported.first().is_some_and(|first| first != head) => {
                    let path = [imported.as_slice(), rest, std::slice::from_ref(name)].concat();
                    return constant(krate, module, &path, depth + 1);
                }
                _ => [module.path.as_slice(), &[head.to_owned()]].concat(),
            }
        }
    };
    for part in rest {
        if part == "super" {
            found.pop()?;
        } else {
            found.push(part.clone());
        }
    }
    let home = krate.modules.iter().find(|module| module.path == found)?;
    own(home).or_else(|| {
        let imported = home.imports.iter().find(|(known, _)| known == name)?;
        constant(krate, home, &imported.1, depth + 1)
    })
}

/// Returns the text of all constants of that name in a crate, if it is the same: an import of all names can bring one.
fn only(krate: &SdkCrate, name: &str) -> Option<String> {
    let mut texts = krate.modules.iter().flat_map(|module| &module.texts).filter(|(known, _)| known == name);
    let (_, first) = texts.next()?;
    texts.all(|(_, text)| text == first).then(|| first.clone())
}

impl Plan {
    /// Finds the tools and their facts.
    pub(super) fn collect(&mut self, package: &SdkPackage, choices: &Choices<'_>) {
        let functions = functions(package);
        let mut names: BTreeSet<String> = functions.iter().map(|function| function.tool.name.clone()).collect();
        let built = built(package);
        names.extend(built.keys().cloned());
        let says = |hint: &Option<Placed<bool>>, value: bool| hint.as_ref().is_some_and(|hint| hint.value == value);
        let changing = functions.iter().map(|function| function.tool);
        let changing =
            changing.filter(|tool| says(&tool.hints.read_only, false) || says(&tool.hints.destructive, true));
        let changing = changing.map(|tool| tool.name.clone());
        let changing_built =
            built.values().filter(|tool| tool.read_only == Some(false) || tool.destructive == Some(true));
        let changing = changing.chain(changing_built.map(|tool| tool.name.clone())).collect();
        let scopes = Scopes::new(&names, &changing, self.convention, choices.stated);
        let declared = self.existing.tools();
        let mut by_name: BTreeMap<String, Planned> = BTreeMap::new();
        let mut order = Vec::new();
        let mut known = BTreeSet::new();
        for function in &functions {
            let (tool, can) = (function.tool, function.can);
            if tool.is_annotated || !can && declared.contains(&tool.name) {
                known.insert(tool.name.clone());
                continue;
            }
            let value = |hint: &Option<Placed<bool>>| hint.as_ref().map(|hint| hint.value);
            let assessed = assess(&tool.name, value(&tool.hints.read_only), value(&tool.hints.destructive));
            let site = can.then(|| function.site());
            let found = (!can).then(|| "`#[tool]` that cannot be annotated".to_owned());
            if let Some(other) = by_name.get_mut(&tool.name) {
                // Two servers have a tool of one name: the stricter risk counts for both.
                other.is_guess |= assessed.is_guess;
                other.risk = other.risk.max(assessed.risk);
                let is_new = |site: &Site| other.site(&site.file, site.at).is_none();
                let site = site.filter(is_new);
                other.sites.extend(site);
                // A function that can be annotated has to be.
                other.found = other.found.take().filter(|_| other.sites.is_empty());
            } else {
                let new = Planned {
                    name: tool.name.clone(),
                    scope: scopes.of(&tool.name).to_owned(),
                    risk: assessed.risk,
                    is_guess: assessed.is_guess,
                    sites: site.into_iter().collect(),
                    place: shown(&tool.place),
                    description: function.description(),
                    found,
                };
                order.push(tool.name.clone());
                by_name.insert(tool.name.clone(), new);
            }
        }
        for (name, tool) in &built {
            if declared.contains(name) {
                known.insert(name.clone());
            } else if !by_name.contains_key(name) && !known.contains(name) {
                let assessed = assess(name, tool.read_only, tool.destructive);
                order.push(name.clone());
                let new = Planned {
                    name: name.clone(),
                    scope: scopes.of(name).to_owned(),
                    risk: assessed.risk,
                    is_guess: assessed.is_guess,
                    sites: Vec::new(),
                    place: shown(&tool.place),
                    description: tool.description.clone(),
                    found: Some(tool.found.clone()),
                };
                by_name.insert(name.clone(), new);
            }
        }
        self.known = known.len();
        let planned = order.into_iter().filter_map(|name| by_name.remove(&name));
        (self.declared, self.annotated) = planned.partition(|tool| tool.found.is_some());
        let help = format!("declare them under `[tools.\"name\"]` in `{}`", self.config_name);
        for module in package.crates.iter().flat_map(|krate| &krate.modules) {
            for (place, why) in module.unread.iter().filter(|_| package.serves) {
                self.note(format!("{}: {why}; {help}", shown(place)));
            }
            for tool in module.built.iter().filter(|_| !package.serves) {
                let why = format!("`{}` ({}) is in a package without the handler of a server", tool.name, tool.found);
                self.note(format!("{}: {why}; if a server offers it, {help}", shown(&tool.place)));
            }
        }
        for tool in self.declared.iter().filter(|tool| tool.description.is_none()) {
            self.notes
                .push(format!("{}: write a description of `{}` in `{}`", tool.place, tool.name, self.config_name));
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
    pub(super) fn note_version(&mut self, package: &SdkPackage) {
        if let Sdk::OtherRmcp(Some(version)) = self.sdk
            && version < OLDEST
        {
            self.notes
                .push(format!("rmcp {version} is older than {OLDEST}, the first version that the macros support"));
        }
        for module in package.crates.iter().flat_map(|krate| &krate.modules) {
            let old = module.impls.iter().filter(|item| !tables::can_annotate(item));
            for tool in old.flat_map(|item| &item.tools).filter(|tool| !tool.is_annotated && !tool.is_for_tests) {
                let why = "is in the impl of a trait or of a generic type, which `#[mcp_tools]` cannot list";
                let place = shown(&tool.place);
                self.note(format!("{place}: `{}` {why}; it is declared instead", tool.function));
            }
        }
    }
}
