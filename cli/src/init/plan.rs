//! The plan for one package: its tools, its tables and the files that change.
//!
//! | module | holds |
//! |---|---|
//! | `found` | finds the tools and their facts |
//! | `files` | the files beside the sources |

mod files;
mod found;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use mcp_scopes_scan::{
    Finding, Level, Scan,
    inventory::{Inventory, Transport},
    sdk::{SdkCrate, SdkPackage},
    shown,
};

pub(super) use self::{files::workspace, found::names};
use super::{
    cargo_lock::version_of,
    changes::Changes,
    config,
    failure::Failure,
    layer::{Crates, Sdk},
    scopes::{Convention, Stated},
    source,
    tables::{self, Earlier, TablePlan},
    tool::{Planned, Site},
};

/// What the user chose.
#[derive(Debug)]
pub(super) struct Choices<'c> {
    pub(super) convention: Option<Convention>,
    pub(super) stated: Option<&'c Stated>,
    pub(super) resource: Option<&'c str>,
    pub(super) issuer: Option<&'c str>,
}

/// The plan for one package.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) sdk: Sdk,
    /// The names of our crates in its source.
    pub(super) crates: Crates,
    /// How its scopes are named.
    convention: Convention,
    /// The name of its configuration file.
    pub(super) config_name: String,
    /// What that file states.
    existing: config::Existing,
    /// The tools that get an annotation.
    pub(super) annotated: Vec<Planned>,
    /// The tools that are declared in `mcp-scopes.toml`.
    pub(super) declared: Vec<Planned>,
    /// The number of tools that are annotated or declared already.
    pub(super) known: usize,
    /// The tables, with whether they are in the library.
    pub(super) tables: Vec<TablePlan>,
    /// The name of the library.
    pub(super) library: Option<String>,
    /// The files of the library.
    pub(super) library_files: BTreeSet<Arc<str>>,
    /// The calls that start a transport.
    pub(super) transports: Vec<Transport>,
    /// Whether a transport has no protection in sight.
    pub(super) is_unprotected: bool,
    /// What the user has to do or to check.
    pub(super) notes: Vec<String>,
}

impl Plan {
    /// Returns whether the package has tools.
    pub(super) fn has_tools(&self) -> bool {
        self.known + self.annotated.len() + self.declared.len() > 0
    }

    /// Returns whether the plan adds tools.
    pub(super) fn is_new(&self) -> bool {
        !self.annotated.is_empty() || !self.declared.is_empty()
    }

    /// Returns whether the package has no tools and starts a transport without protection.
    pub(super) fn starts_others(&self) -> bool {
        !self.has_tools() && self.is_unprotected
    }

    /// Adds what the user has to do or to check. Modules of two crates are read for each of them.
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Returns the tables for the code that starts these transports: those of the same crate, or else those of the library.
    pub(super) fn tables_of(&self, transports: &[&Transport]) -> Vec<&TablePlan> {
        let is_inside = self.is_inside(transports);
        let own: Vec<&TablePlan> = self.tables.iter().filter(|table| table.is_library == is_inside).collect();
        if own.is_empty() { self.tables.iter().collect() } else { own }
    }

    fn is_inside(&self, transports: &[&Transport]) -> bool {
        transports.first().is_none_or(|transport| self.library_files.contains(&transport.place.file))
    }

    /// Returns all tools that are added.
    pub(super) fn tools(&self) -> impl Iterator<Item = &Planned> {
        self.annotated.iter().chain(&self.declared)
    }
}
/// Plans one package. Adds its changes to those of the others.
pub(super) fn plan(package: &SdkPackage, choices: &Choices<'_>, changes: &mut Changes) -> Result<Plan, Failure> {
    let scanned = Scan::new(&package.package.folder).with_server_code().run()?;
    let inventory = scanned.inventories.first();
    let server = inventory.map(|inventory| inventory.server.clone()).unwrap_or_default();
    let config_name = inventory.map_or_else(|| config::FILE.to_owned(), config_name);
    let config = changes.text(&shown(&package.package.folder.join(&config_name)));
    let mut plan = Plan {
        name: package.package.name.clone(),
        folder: package.package.folder.clone(),
        sdk: sdk(package),
        crates: Crates::of(package),
        convention: choices.convention.unwrap_or_default(),
        config_name,
        existing: config::Existing::read(config.as_deref()),
        annotated: Vec::new(),
        declared: Vec::new(),
        known: 0,
        tables: Vec::new(),
        library: package.package.targets.iter().find(|target| target.is_library).map(|target| target.name.clone()),
        library_files: BTreeSet::new(),
        is_unprotected: server.transports.iter().any(|transport| !transport.is_protected) && !server.is_protected,
        transports: server.transports,
        notes: Vec::new(),
    };
    plan.settle_convention(choices);
    for krate in package.crates.iter().filter(|krate| krate.is_library) {
        plan.library_files.extend(krate.modules.iter().map(|module| module.file.clone()));
    }
    plan.collect(package, choices);
    if !plan.has_tools() {
        return Ok(plan);
    }
    plan.note_version(package);
    let mut edited = plan.sources(package, changes)?;
    // Keys that the compiler requires of a function are known from a scan of the result.
    if plan.complete(&edited) {
        edited = plan.sources(package, changes)?;
    }
    plan.note_problems(&edited);
    plan.config(choices, changes);
    plan.lock(changes);
    Ok(plan)
}

/// Returns the name of the configuration file of a package: the one that a table names already, or else the default. The default is the
/// file of the workspace if it has no sections about a server; these would take it from the other packages.
fn config_name(inventory: &Inventory) -> String {
    let of_tables = inventory.roots().filter_map(|(_, table)| table.config.as_ref());
    let named = of_tables.chain(&inventory.partial_configs);
    let mut inside = named.filter_map(|config| Path::new(&*config.file).strip_prefix(&inventory.folder).ok());
    if let Some(name) = inside.next() {
        return shown(name).to_string();
    }
    let default = shown(&inventory.folder.join(config::FILE));
    let is_shared = inventory.workspace.as_ref().is_some_and(|workspace| workspace.config.file == default);
    if is_shared { config::BESIDE_WORKSPACE } else { config::FILE }.to_owned()
}

fn sdk(package: &SdkPackage) -> Sdk {
    if package.depends_on("rmcp") {
        Sdk::of_rmcp(version_of("rmcp", &package.package.name, &package.package.folder))
    } else if package.depends_on("tower-mcp") {
        Sdk::TowerMcp
    } else {
        Sdk::RustMcp
    }
}
impl Plan {
    /// Returns the path of a table for the code that starts these transports.
    pub(super) fn table_path(&self, table: &TablePlan, transports: &[&Transport]) -> String {
        match (table.is_library, self.is_inside(transports)) {
            (true, false) => format!("{}::{}", self.library.as_deref().unwrap_or("crate"), table.path),
            _ if table.path.contains("::") => format!("crate::{}", table.path),
            _ => table.path.clone(),
        }
    }

    fn config_file(&self) -> Arc<str> {
        shown(&self.folder.join(&self.config_name))
    }

    /// Follows the convention of an existing file, unless the user chose another one.
    fn settle_convention(&mut self, choices: &Choices<'_>) {
        let Some(stated) = self.existing.convention().map(str::to_owned) else { return };
        let known = Convention::of(&stated);
        if choices.convention.is_none() {
            self.convention = known.unwrap_or_default();
        }
        if known != Some(self.convention) && choices.stated.is_none() {
            let name = self.convention.name();
            self.note(format!(
                "`[convention]` states `{stated}`, and the scopes of new tools follow `{name}`; change one of them"
            ));
        }
    }

    /// Plans the edits of the sources. Returns the texts with which a scan can check them.
    fn sources(&mut self, package: &SdkPackage, changes: &mut Changes) -> Result<Edited, Failure> {
        let planned: BTreeMap<&str, &Planned> = self.annotated.iter().map(|tool| (tool.name.as_str(), tool)).collect();
        let (mut all, mut tables) = (source::Edits::new(), Vec::new());
        let (mut earlier, mut unplaced) = (Earlier::new(package), Vec::new());
        for krate in &package.crates {
            let groups = tables::groups(krate, &earlier);
            let mut own = tables::plan(krate, &groups, &earlier);
            if own.is_empty() && tables.is_empty() && krate_builds(krate) && !self.declared.is_empty() {
                own = tables::empty(krate, &earlier);
            }
            let context = source::Context {
                krate,
                groups: &groups,
                tables: &own,
                sources: &package.sources,
                planned: &planned,
                runtime: &self.crates.runtime,
                config: &self.config_name,
            };
            for (file, edits) in source::edits(&context) {
                // A file of two crates is edited once.
                all.entry(file).or_insert(edits);
            }
            let file = |table: &TablePlan| krate.modules.get(table.module).map(|module| module.file.clone());
            let known = earlier.clone();
            earlier.add(krate, &groups, &own);
            for table in own {
                let Some(file) = file(&table) else { continue };
                if !known.shares(&file) {
                    tables.push(table);
                } else if !table.exists && !known.has(&file, &table) {
                    let entries: Vec<String> = table.entries.iter().map(tables::Entry::text).collect();
                    unplaced.push(format!("{file}: add a `scope_table!` of {} for the program", listed(&entries)));
                }
            }
        }
        for (file, edits) in &all {
            changes.edit(file, package.sources.text(file).unwrap_or_default(), edits.clone())?;
        }
        self.tables = tables;
        for note in unplaced {
            self.note(note);
        }
        let texts = changes.texts().map(|(file, text)| (file.clone(), text.into())).collect();
        Ok(Edited { folder: self.folder.clone(), config: self.config_file(), texts, edits: all })
    }

    /// Adds the keys that the compiler requires. Returns whether there are any.
    fn complete(&mut self, edited: &Edited) -> bool {
        let (mut is_changed, mut notes) = (false, Vec::new());
        for finding in edited.errors() {
            let Some((tool, site)) = self.site_of(&finding, edited) else { continue };
            let (key, note) = match finding.rule {
                "unreadable-text" => {
                    let words = mcp_scopes_lint::name_tokens(&tool.name).join(" ");
                    let text = site.description.as_ref().unwrap_or(&words);
                    let note =
                        site.description.is_none().then_some("write its description: the SDK's is not a literal");
                    (format!("description = {text:?}"), note)
                }
                "unreadable-parameters" => {
                    ("parameters()".to_owned(), Some("list its parameters: its signature does not show them"))
                }
                _ => continue,
            };
            if !site.keys.contains(&key) {
                notes.extend(note.map(|note| format!("{}: `{}`: {note}", tool.place, tool.name)));
                let at = (site.file.clone(), site.at);
                let mut sites = self.annotated.iter_mut().flat_map(|tool| &mut tool.sites);
                if let Some(site) = sites.find(|site| (&site.file, site.at) == (&at.0, at.1)) {
                    site.keys.push(key);
                    is_changed = true;
                }
            }
        }
        for note in notes {
            self.note(note);
        }
        is_changed
    }

    /// Returns the function that a finding is about: the last one of its name that begins at or above the line. Several servers
    /// can have functions of one name.
    fn site_of(&self, finding: &Finding, edited: &Edited) -> Option<(&Planned, &Site)> {
        let place = finding.place.as_ref()?;
        let sites = self.annotated.iter().flat_map(|tool| tool.sites.iter().map(move |site| (tool, site)));
        let sites = sites.filter(|(_, site)| site.file == place.file && site.function == finding.subject);
        let starts = sites.map(|(tool, site)| (edited.line(site), tool, site));
        let above = starts.filter(|(line, ..)| *line <= place.end.line);
        above.max_by_key(|(line, ..)| *line).map(|(_, tool, site)| (tool, site))
    }

    /// Notes the errors that are left.
    fn note_problems(&mut self, edited: &Edited) {
        for finding in edited.errors() {
            let place = finding.place.as_ref().map(|place| format!("{}:{}: ", place.file, place.start.line));
            let help = if finding.help.is_empty() { String::new() } else { format!("; {}", finding.help) };
            self.notes.push(format!("{}{}{help} [{}]", place.unwrap_or_default(), finding.message, finding.rule));
        }
    }
}

/// Returns whether a crate has tools without functions.
fn krate_builds(krate: &SdkCrate) -> bool {
    krate.modules.iter().any(|module| !module.built.is_empty() || !module.impls.is_empty())
}
/// The sources with the planned edits, for a scan.
struct Edited {
    folder: PathBuf,
    config: Arc<str>,
    texts: Vec<(Arc<str>, Arc<str>)>,
    edits: source::Edits,
}

impl Edited {
    /// Returns the line of an annotation in the new text.
    fn line(&self, site: &Site) -> u32 {
        let of_file = self.edits.get(&site.file).into_iter().flatten();
        let before = of_file.filter(|edit| edit.range.start < site.at).map(|edit| edit.text.matches('\n').count());
        let (old, added) = (site.start, before.sum::<usize>());
        old.saturating_add(u32::try_from(added).unwrap_or(u32::MAX))
    }

    /// Returns the errors of a scan.
    fn errors(&self) -> Vec<Finding> {
        let scan = self
            .texts
            .iter()
            .fold(Scan::new(&self.folder), |scan, (file, text)| scan.instead(file.clone(), text.clone()));
        let scan = if Path::new(&*self.config).is_file() { scan } else { scan.instead(self.config.clone(), "") };
        let findings = scan.run().map(|report| report.findings).unwrap_or_default();
        findings.into_iter().filter(|finding| finding.level == Level::Error && finding.suppression.is_none()).collect()
    }
}
/// Returns names in a sentence.
pub(super) fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}
