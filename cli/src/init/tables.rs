//! Where the `scope_table!` of a crate goes, and what it lists.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use mcp_scopes_scan::sdk::{SdkCrate, SdkModule, SdkPackage, ToolImpl};

/// The table of a crate that is added, or that is there and gets further entries.
#[derive(Debug)]
pub(super) struct TablePlan {
    /// The name of the static.
    pub(super) name: String,
    /// The path of the static, as its own crate writes it.
    pub(super) path: String,
    /// The index of the module that holds it.
    pub(super) module: usize,
    /// The entries to write.
    pub(super) entries: Vec<Entry>,
    /// Whether the table is there already.
    pub(super) exists: bool,
    /// Whether other crates can name it.
    pub(super) is_library: bool,
}

/// One entry of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `Files::admin::*`.
    pub(super) path: String,
    /// The path in the module of the type or function.
    inside: String,
    /// The conditions under which it exists.
    pub(super) conditions: Vec<String>,
}

impl Entry {
    /// Returns the entry as it is written.
    pub(super) fn text(&self) -> String {
        match self.conditions.as_slice() {
            [] => self.path.clone(),
            [one] => format!("#[cfg({one})] {}", self.path),
            several => format!("#[cfg(all({}))] {}", several.join(", "), self.path),
        }
    }

    /// Returns whether a table lists it already, or one of its tools.
    fn is_in(&self, listed: &[String]) -> bool {
        let type_name = self
            .inside
            .split("::")
            .next()
            .filter(|_| self.inside.ends_with("::*") && self.inside.matches("::").count() == 1);
        let holds = |listed: &String, path: &str| {
            let before = listed.strip_suffix(path);
            before.is_some_and(|before| before.is_empty() || before.ends_with(']') || before.ends_with("::"))
        };
        let of_type = |listed: &String, name: &str| {
            let path = listed.rsplit(']').next().unwrap_or_default();
            path.split("::").any(|part| part == name)
        };
        listed.iter().any(|entry| holds(entry, &self.inside) || type_name.is_some_and(|name| of_type(entry, name)))
    }
}

/// The group of each impl: `(module, impl)`. `None` is the group without a name.
pub(super) type Groups = BTreeMap<(usize, usize), Option<String>>;

/// Returns whether the tools of an impl can be annotated.
pub(super) fn can_annotate(item: &ToolImpl) -> bool {
    !item.is_generic && !item.is_trait
}

/// What crates that were planned before state: a crate can declare modules of another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Earlier {
    /// The group of each impl, by file and position.
    groups: BTreeMap<(Arc<str>, usize), Option<String>>,
    /// The files, each with its tables: name and entries.
    files: BTreeMap<Arc<str>, Vec<(String, Vec<String>)>>,
    /// The files of each crate of the package, also of those that follow.
    crates: Vec<BTreeSet<Arc<str>>>,
}

impl Earlier {
    /// Starts with the first crate of a package.
    pub(super) fn new(package: &SdkPackage) -> Self {
        let files = |krate: &SdkCrate| krate.modules.iter().map(|module| module.file.clone()).collect();
        Self { crates: package.crates.iter().map(files).collect(), ..Self::default() }
    }

    /// Adds a crate with its tables.
    pub(super) fn add(&mut self, krate: &SdkCrate, groups: &Groups, tables: &[TablePlan]) {
        for (id, module) in krate.modules.iter().enumerate() {
            let own = tables.iter().filter(|table| table.module == id);
            let own = own.map(|table| (table.name.clone(), table.entries.iter().map(Entry::text).collect()));
            self.files.entry(module.file.clone()).or_default().extend(own);
            for (at, item) in module.impls.iter().enumerate() {
                if let Some(group) = groups.get(&(id, at)) {
                    self.groups.insert((module.file.clone(), item.at), group.clone());
                }
            }
        }
    }

    /// Returns whether a table with these entries can go into a file. Every crate that has the file needs the files of its
    /// tools; an earlier one needs the same table.
    fn takes(&self, file: &Arc<str>, entries: &[String], tools: &BTreeSet<Arc<str>>) -> bool {
        let mut sharing = self.crates.iter().filter(|files| files.contains(file));
        let tables = self.files.get(file);
        sharing.all(|files| tools.is_subset(files))
            && tables.is_none_or(|tables| tables.iter().any(|(_, known)| known == entries))
    }

    /// Returns whether a file has such a table.
    pub(super) fn has(&self, file: &str, table: &TablePlan) -> bool {
        let entries: Vec<String> = table.entries.iter().map(Entry::text).collect();
        self.files.get(file).is_some_and(|tables| tables.contains(&(table.name.clone(), entries)))
    }

    /// Returns whether a file belongs to an earlier crate too.
    pub(super) fn shares(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.files.values().flatten().map(|(name, _)| name)
    }
}

/// Names the groups of a crate. The impl without a named router keeps the group without a name.
pub(super) fn groups(krate: &SdkCrate, earlier: &Earlier) -> Groups {
    let mut of_types: BTreeMap<&str, Vec<(usize, usize, &ToolImpl)>> = BTreeMap::new();
    for (module, impls) in krate.modules.iter().enumerate().map(|(id, module)| (id, &module.impls)) {
        for (id, item) in impls.iter().enumerate().filter(|(_, item)| can_annotate(item)) {
            of_types.entry(&item.type_name).or_default().push((module, id, item));
        }
    }
    let mut groups = Groups::new();
    for impls in of_types.values_mut() {
        // The router of the SDK is the main one, whatever is beside it.
        impls.sort_by_key(|(.., item)| !item.has_router);
        let known = |module: usize, item: &ToolImpl| {
            let file = krate.modules.get(module).map(|module| module.file.clone())?;
            item.annotation.clone().or_else(|| earlier.groups.get(&(file, item.at)).cloned())
        };
        let mut taken: Vec<Option<String>> =
            impls.iter().filter_map(|(module, _, item)| known(*module, item)).collect();
        for (module, id, item) in impls.iter() {
            let group = known(*module, item).unwrap_or_else(|| {
                let group = fresh(item, krate.modules.get(*module), &taken, impls.len());
                taken.push(group.clone());
                group
            });
            groups.insert((*module, *id), group);
        }
    }
    groups
}

/// Returns a name for the group of an impl that is not taken.
fn fresh(item: &ToolImpl, module: Option<&SdkModule>, taken: &[Option<String>], count: usize) -> Option<String> {
    let is_main = item.router.as_deref().is_none_or(|router| router == "tool_router");
    if (count == 1 || is_main) && !taken.contains(&None) {
        return None;
    }
    let router = item.router.clone().unwrap_or_default();
    let words: Vec<&str> = router.split('_').filter(|word| !["tool", "tools", "router", ""].contains(word)).collect();
    let of_module = module.and_then(|module| module.path.last().cloned());
    let base = if words.is_empty() { of_module.unwrap_or_else(|| "tools".to_owned()) } else { words.join("_") };
    let base = base.to_lowercase();
    // A keyword is no name of a group.
    let base = if KEYWORDS.contains(&base.as_str()) { format!("{base}_tools") } else { base };
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.clone()).chain(numbered).map(Some).find(|name| !taken.contains(name)).flatten()
}

const KEYWORDS: [&str; 14] =
    ["async", "const", "crate", "dyn", "fn", "for", "in", "loop", "match", "mod", "move", "static", "super", "type"];

/// What a table lists: an impl with its group, or a free function.
struct Listed<'k> {
    /// The module of the type or function.
    home: usize,
    /// The module of the impl or function.
    module: usize,
    /// Whether it is visible outside of that module.
    is_public: bool,
    /// The path inside of that module.
    path: String,
    conditions: Vec<String>,
    /// The conditions of the module that holds the impl.
    around: &'k [String],
    type_name: Option<&'k str>,
}

/// Plans the tables of a crate. Returns no table for a crate without tools that can be annotated.
pub(super) fn plan(krate: &SdkCrate, groups: &Groups, earlier: &Earlier) -> Vec<TablePlan> {
    let listed = listed(krate, groups);
    if listed.is_empty() {
        return Vec::new();
    }
    let mut servers: Vec<&str> = Vec::new();
    for handler in krate.modules.iter().flat_map(|module| &module.handlers) {
        let has_tools = listed.iter().any(|item| item.type_name == Some(handler.as_str()));
        if has_tools && !servers.contains(&handler.as_str()) {
            servers.push(handler);
        }
    }
    // Two servers can each have a tool of one name, so each has its own table.
    let parts: Vec<Vec<&Listed<'_>>> = if servers.len() < 2 {
        vec![listed.iter().collect()]
    } else {
        let of = |server: &str, is_first: bool| {
            let other = |item: &&Listed<'_>| is_first && item.type_name.is_none_or(|name| !servers.contains(&name));
            listed.iter().filter(|item| item.type_name == Some(server) || other(item)).collect()
        };
        servers.iter().enumerate().map(|(at, server)| of(server, at == 0)).collect()
    };
    let mut tables: Vec<TablePlan> = Vec::new();
    for part in parts {
        let several = servers.len() > 1;
        for (module, items) in places(krate, &part, earlier) {
            let entries: Vec<Entry> = items.iter().map(|item| entry(krate, module, item)).collect();
            let server = items.iter().find_map(|item| item.type_name).filter(|_| several);
            tables.push(table(krate, module, entries, server, &tables, earlier));
        }
    }
    tables.retain(|table| !table.entries.is_empty() || table.exists);
    tables
}

fn listed<'k>(krate: &'k SdkCrate, groups: &Groups) -> Vec<Listed<'k>> {
    let mut listed = Vec::new();
    for (id, module) in krate.modules.iter().enumerate() {
        for (at, item) in module.impls.iter().enumerate() {
            let Some(group) = groups.get(&(id, at)) else { continue };
            let (home, is_public) = home(krate, id, &item.type_name);
            let group = group.as_ref().map(|group| format!("{group}::")).unwrap_or_default();
            let path = format!("{}::{group}*", item.type_name);
            let (conditions, around) = (item.conditions.clone(), module.conditions.as_slice());
            let type_name = Some(item.type_name.as_str());
            listed.push(Listed { home, module: id, is_public, path, conditions, around, type_name });
        }
        listed.extend(module.functions.iter().map(|tool| Listed {
            home: id,
            module: id,
            is_public: tool.is_public,
            path: tool.function.clone(),
            conditions: [tool.conditions.as_slice(), &tool.attribute_conditions].concat(),
            around: &module.conditions,
            type_name: None,
        }));
    }
    listed
}

/// Returns the module that defines a type, and whether the type is visible outside of it.
fn home(krate: &SdkCrate, module: usize, name: &str) -> (usize, bool) {
    let defines = |module: &SdkModule| module.types.iter().find(|ty| ty.name == name).map(|ty| ty.is_public);
    if let Some(is_public) = krate.modules.get(module).and_then(defines) {
        return (module, is_public);
    }
    let mut others = krate.modules.iter().enumerate().filter_map(|(id, module)| Some((id, defines(module)?)));
    // A type of a macro: its impl is the place.
    others.next().unwrap_or((module, true))
}

/// Returns the module of the table for these items. Items that no common module can name get tables of their modules.
fn places<'l, 'k>(krate: &SdkCrate, items: &[&'l Listed<'k>], earlier: &Earlier) -> Vec<(usize, Vec<&'l Listed<'k>>)> {
    let homes = items.iter().map(|item| item.home);
    // In a library, a program has to name the table too.
    let is_exported = |module: &usize| !krate.is_library || is_exported(krate, *module);
    let mut candidates: Vec<usize> = homes.clone().collect();
    candidates.push(0);
    let fits = |module: &usize| items.iter().all(|item| is_visible(krate, *module, item));
    // A file of an earlier crate is written once, as that crate requires it.
    let is_free = |module: &usize| {
        let entries: Vec<String> = items.iter().map(|item| entry(krate, *module, item).text()).collect();
        let homes = items.iter().flat_map(|item| [item.home, item.module]);
        let files = homes.filter_map(|id| krate.modules.get(id)).map(|module| module.file.clone()).collect();
        krate.modules.get(*module).is_some_and(|module| earlier.takes(&module.file, &entries, &files))
    };
    let common = candidates.iter().copied().find(|module| is_exported(module) && fits(module) && is_free(module));
    let common = common.or_else(|| candidates.iter().copied().find(|module| fits(module) && is_free(module)));
    if let Some(module) = common.or_else(|| candidates.iter().copied().find(fits)) {
        return vec![(module, items.to_vec())];
    }
    let mut parts: BTreeMap<usize, Vec<&Listed<'_>>> = BTreeMap::new();
    for item in items {
        parts.entry(item.home).or_default().push(item);
    }
    parts.into_iter().collect()
}

/// Returns whether other crates can name the items of a module.
fn is_exported(krate: &SdkCrate, module: usize) -> bool {
    let path = krate.modules.get(module).map(|module| module.path.as_slice()).unwrap_or_default();
    (1..=path.len()).all(|length| path.get(..length).is_some_and(|part| is_public(krate, part)))
}

fn is_public(krate: &SdkCrate, path: &[String]) -> bool {
    krate.modules.iter().find(|module| module.path == path).is_some_and(|module| module.is_public)
}

/// Returns whether a module can name an item.
fn is_visible(krate: &SdkCrate, from: usize, item: &Listed<'_>) -> bool {
    let of = |id: usize| krate.modules.get(id).map(|module| module.path.as_slice()).unwrap_or_default();
    let (from, home) = (of(from), of(item.home));
    let shared = from.iter().zip(home).take_while(|(a, b)| a == b).count();
    // A child of a common module is visible, a deeper one if it is public.
    let deeper = (shared + 2)..=home.len();
    let is_reached = deeper.into_iter().all(|length| home.get(..length).is_some_and(|part| is_public(krate, part)));
    is_reached && (item.is_public || from.starts_with(home))
}

fn entry(krate: &SdkCrate, module: usize, item: &Listed<'_>) -> Entry {
    let of = |id: usize| krate.modules.get(id).map(|module| module.path.as_slice()).unwrap_or_default();
    let (from, home) = (of(module), of(item.home));
    let inside = match home.strip_prefix(from) {
        Some(rest) => rest.to_vec(),
        None => [vec!["crate".to_owned()], home.to_vec()].concat(),
    };
    let path = [inside, vec![item.path.clone()]].concat().join("::");
    let here = krate.modules.get(module).map(|module| module.conditions.as_slice()).unwrap_or_default();
    let around = item.around.iter().filter(|condition| !here.contains(condition)).cloned();
    let mut conditions: Vec<String> = around.chain(item.conditions.iter().cloned()).collect();
    conditions.dedup();
    Entry { path, inside: item.path.clone(), conditions }
}

/// Returns the table of a module: the one that is there, with the entries that it lacks, or a new one.
fn table(
    krate: &SdkCrate,
    module: usize,
    entries: Vec<Entry>,
    server: Option<&str>,
    others: &[TablePlan],
    earlier: &Earlier,
) -> TablePlan {
    let is_library = krate.is_library;
    let known =
        krate.modules.iter().enumerate().flat_map(|(id, module)| module.tables.iter().map(move |table| (id, table)));
    let known: Vec<_> = known.collect();
    let best = known.iter().find(|(_, table)| entries.iter().any(|entry| entry.is_in(&table.entries)));
    if let Some((id, found)) = best.or_else(|| known.first().filter(|_| server.is_none())) {
        let entries = entries.into_iter().filter(|entry| !entry.is_in(&found.entries)).collect();
        let (name, path) = (found.name.clone(), path(krate, *id, &found.name));
        return TablePlan { name, path, module: *id, entries, exists: true, is_library };
    }
    // The lock file of a table has its name.
    let is_shared = krate.modules.get(module).is_some_and(|module| earlier.shares(&module.file));
    let taken = |name: &str| {
        krate.modules.get(module).is_some_and(|module| module.names.iter().any(|known| known == name))
            || others.iter().any(|other| other.name == name)
            || !is_shared && earlier.names().any(|known| known == name)
    };
    let base = server.map_or_else(|| "TOOLS".to_owned(), |server| format!("{}_TOOLS", screaming(server)));
    let names = ["TOOL_SCOPES".to_owned(), "MCP_SCOPES".to_owned()];
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut names = std::iter::once(base.clone()).chain(names.into_iter().filter(|_| server.is_none())).chain(numbered);
    let name = names.find(|name| !taken(name)).unwrap_or(base.clone());
    TablePlan { path: path(krate, module, &name), name, module, entries, exists: false, is_library }
}

fn path(krate: &SdkCrate, module: usize, name: &str) -> String {
    let path = krate.modules.get(module).map(|module| module.path.as_slice()).unwrap_or_default();
    [path, &[name.to_owned()]].concat().join("::")
}

/// Returns `FILE_SERVER` for `FileServer`.
pub(super) fn screaming(name: &str) -> String {
    mcp_scopes_lint::name_tokens(name).join("_").to_uppercase()
}

/// Returns a table without entries, for tools that `mcp-scopes.toml` declares.
pub(super) fn empty(krate: &SdkCrate, earlier: &Earlier) -> Vec<TablePlan> {
    let builds = |module: &SdkModule| !module.handlers.is_empty() || !module.built.is_empty();
    let is_named = |id: usize| !krate.is_library || is_exported(krate, id);
    let mut modules = krate.modules.iter().enumerate();
    let module = modules.find(|(id, module)| builds(module) && is_named(*id)).map(|(id, _)| id);
    vec![table(krate, module.unwrap_or_default(), Vec::new(), None, &[], earlier)]
}
