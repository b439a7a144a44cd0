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
    inventory::Transport,
    sdk::{SdkCrate, SdkPackage},
    shown,
};

pub(super) use self::found::names;
use super::{
    cargo_lock::version_of,
    changes::Changes,
    config,
    failure::Failure,
    layer::Sdk,
    scopes::{Convention, Stated},
    source,
    tables::{self, TablePlan},
    tool::Planned,
};

/// What the user chose.
#[derive(Debug)]
pub(super) struct Choices<'c> {
    pub(super) convention: Convention,
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

    /// Returns all tools that are added.
    pub(super) fn tools(&self) -> impl Iterator<Item = &Planned> {
        self.annotated.iter().chain(&self.declared)
    }
}
/// Plans one package. Adds its changes to those of the others.
pub(super) fn plan(package: &SdkPackage, choices: &Choices<'_>, changes: &mut Changes) -> Result<Plan, Failure> {
    let scanned = Scan::new(&package.package.folder).with_server_code().run()?;
    let server = scanned.inventories.first().map(|inventory| inventory.server.clone()).unwrap_or_default();
    let sdk = sdk(package);
    let mut plan = Plan {
        name: package.package.name.clone(),
        folder: package.package.folder.clone(),
        sdk,
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
fn sdk(package: &SdkPackage) -> Sdk {
    if package.depends_on("rmcp") {
        let key = package.package.dependencies.values().find(|found| found.package == "rmcp");
        let key = key.map_or("rmcp", |found| found.package.as_str());
        Sdk::of_rmcp(version_of(key, &package.package.name, &package.package.folder))
    } else if package.depends_on("tower-mcp") {
        Sdk::TowerMcp
    } else {
        Sdk::RustMcp
    }
}
impl Plan {
    /// Returns the path of a table for the code that starts these transports.
    pub(super) fn table_path(&self, table: &TablePlan, transports: &[&Transport]) -> String {
        let is_inside = transports.first().is_none_or(|transport| self.library_files.contains(&transport.place.file));
        match (table.is_library, is_inside) {
            (true, false) => format!("{}::{}", self.library.as_deref().unwrap_or("crate"), table.path),
            _ if table.path.contains("::") => format!("crate::{}", table.path),
            _ => table.path.clone(),
        }
    }

    fn config_file(&self) -> Arc<str> {
        shown(&self.folder.join(config::FILE))
    }
    /// Plans the edits of the sources. Returns the texts with which a scan can check them.
    fn sources(&mut self, package: &SdkPackage, changes: &mut Changes) -> Result<Edited, Failure> {
        let by_name: BTreeMap<&str, &Planned> = self.annotated.iter().map(|tool| (tool.name.as_str(), tool)).collect();
        let mut all = source::Edits::new();
        let (mut tables, mut placed) = (Vec::new(), BTreeSet::new());
        for krate in &package.crates {
            let groups = tables::groups(krate);
            let mut planned = tables::plan(krate, &groups);
            if planned.is_empty() && krate_builds(krate) && !self.declared.is_empty() {
                planned = tables::empty(krate);
            }
            let text = |file: &str| package.sources.text(file);
            let facts = |name: &str| by_name.get(name).map(|tool| (*tool).clone());
            for (file, edits) in source::edits(krate, &groups, &planned, &text, &facts) {
                // A file of two crates is edited once.
                all.entry(file).or_insert(edits);
            }
            // A module that two crates declare has one table.
            planned.retain(|table| {
                let file = krate.modules.get(table.module).map(|module| module.file.clone());
                placed.insert((file, table.name.clone()))
            });
            tables.extend(planned);
        }
        for (file, edits) in all {
            changes.edit(&file, package.sources.text(&file).unwrap_or_default(), edits)?;
        }
        self.tables = tables;
        Ok(Edited {
            folder: self.folder.clone(),
            config: self.config_file(),
            texts: changes.texts().map(|(file, text)| (file.clone(), text.into())).collect(),
        })
    }

    /// Adds the keys that the compiler requires. Returns whether there are any.
    fn complete(&mut self, edited: &Edited) -> bool {
        let mut is_changed = false;
        for finding in edited.errors() {
            let Some(tool) = self.annotated.iter_mut().find(|tool| tool.function == finding.subject) else {
                continue;
            };
            let (key, note) = match finding.rule {
                "unreadable-text" => {
                    let words = mcp_scopes_lint::name_tokens(&tool.name).join(" ");
                    let text = tool.description.as_ref().unwrap_or(&words);
                    let note =
                        tool.description.is_none().then_some("write its description: the SDK's is not a literal");
                    (format!("description = {text:?}"), note)
                }
                "unreadable-parameters" => {
                    ("parameters()".to_owned(), Some("list its parameters: its signature does not show them"))
                }
                _ => continue,
            };
            if !tool.keys.contains(&key) {
                tool.keys.push(key);
                self.notes.extend(note.map(|note| format!("{}: `{}`: {note}", tool.place, tool.name)));
                is_changed = true;
            }
        }
        is_changed
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
}

impl Edited {
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
pub(super) fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
