//! Scans a path into a report.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    rc::Rc,
    sync::{Arc, atomic::AtomicUsize},
};

use crate::{
    Error, ErrorKind, Finding, Level, Report,
    assemble::assemble,
    cfg::Cfgs,
    document,
    features::FeatureSelection,
    folders::{self, Extent},
    inventory::Inventory,
    left_out, nesting,
    package::Package,
    server_code,
    source::{Place, Sources},
    target_triple, undeclared, unused_config,
    walk::Walked,
    workspace_config,
    world::{World, shown},
};

/// A scan of source: the path and the build to scan.
///
/// It compiles nothing and runs no other program.
///
/// ```no_run
/// let report = mcp_scopes_scan::Scan::new("examples/files").features(["shell"]).run()?;
/// for tool in &report.inventories[0].tools {
///     println!("{} at {}:{}", tool.name.value, tool.place.file, tool.place.start.line);
/// }
/// # Ok::<(), mcp_scopes_scan::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is scanned before `run`, `run_tree` or `export`"]
pub struct Scan {
    pub(crate) path: PathBuf,
    pub(crate) selection: FeatureSelection,
    pub(crate) cfgs: Option<Cfgs>,
    pub(crate) target: Option<String>,
    pub(crate) conditions: Vec<String>,
    pub(crate) table: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) issuers: Vec<String>,
    pub(crate) loopback: bool,
    pub(crate) instead: BTreeMap<Arc<str>, Arc<str>>,
    pub(crate) seen: Arc<AtomicUsize>,
    pub(crate) server: bool,
    /// The message and the help of the error that each run returns.
    failure: Option<(String, String)>,
}

impl Scan {
    /// Creates a scan of a path, for the host and with default features.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            selection: FeatureSelection::default(),
            cfgs: None,
            target: None,
            conditions: Vec::new(),
            table: None,
            resource: None,
            issuers: Vec::new(),
            loopback: false,
            instead: BTreeMap::new(),
            seen: Arc::default(),
            server: false,
            failure: None,
        }
    }

    /// Sets a counter for the files and folders that the scan has seen, for a progress display.
    pub fn counting(mut self, seen: Arc<AtomicUsize>) -> Self {
        self.seen = seen;
        self
    }

    /// Also looks for the server code beside the annotations, see [`ServerCode`](crate::inventory::ServerCode).
    #[doc(hidden)]
    pub fn with_server_code(mut self) -> Self {
        self.server = true;
        self
    }

    /// Replaces the text of a file in the scan, for example to check a fix. `file` is the name that findings use.
    pub fn instead(mut self, file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        self.instead.insert(file.into(), text.into());
        self
    }

    /// Turns features of the package on.
    pub fn features(mut self, features: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.named.extend(features.into_iter().map(Into::into));
        self
    }

    /// Turns every feature on.
    pub fn all_features(mut self, all: bool) -> Self {
        self.selection.all = all;
        self
    }

    /// Leaves the default features off.
    pub fn no_default_features(mut self, none: bool) -> Self {
        self.selection.no_default = none;
        self
    }

    /// Scans for a build with these conditions and exactly these features.
    #[doc(hidden)]
    pub fn for_build(mut self, cfgs: Cfgs, features: BTreeSet<String>) -> Self {
        self.cfgs = Some(cfgs);
        self.selection = FeatureSelection { named: features, all: false, no_default: true };
        self
    }

    /// Lets each run return this error, of a scan whose path could not be found.
    #[doc(hidden)]
    pub fn failing(mut self, message: impl Into<String>, help: impl Into<String>) -> Self {
        self.failure = Some((message.into(), help.into()));
        self
    }

    /// Returns the path of the scan.
    #[doc(hidden)]
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Scans for a build for this target: `x86_64-pc-windows-msvc`. Default: the host.
    pub fn target(mut self, name: impl Into<String>) -> Self {
        self.target = Some(name.into());
        self
    }

    /// Adds a condition that holds in the build: `name` or `key="value"`, in the syntax of rustc's `--cfg`.
    pub fn cfg(mut self, condition: impl Into<String>) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// Selects the table of the document by its name or its path. Default: the one table that no other table splices.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = Some(name.into());
        self
    }

    /// Overrides the resource that the configuration file states.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Adds an issuer. Issuers that are added here replace those of the configuration file.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Accepts plain http for resource and issuers on a loopback host, for development. By default, https is required, see
    /// [`Builder::require_https`](mcp_scopes_prm::Builder::require_https).
    pub fn allow_loopback_http(mut self, allow: bool) -> Self {
        self.loopback = allow;
        self
    }

    /// Scans the package that contains the path. The report has its tools and tables, and the errors that would prevent
    /// its compilation.
    ///
    /// # Errors
    /// Returns an error if the path does not exist, or if it is in no package with a usable manifest.
    pub fn run(&self) -> Result<Report, Error> {
        self.on_a_large_stack(Extent::Package)
    }

    /// Scans every package at or below the path.
    ///
    /// # Errors
    /// Returns the errors of [`Scan::run`].
    pub fn run_tree(&self) -> Result<Report, Error> {
        self.on_a_large_stack(Extent::Tree)
    }

    /// Runs the scan on a thread with a large stack, since parsing recurses and the numbers of a table are large.
    fn on_a_large_stack(&self, extent: Extent) -> Result<Report, Error> {
        large_stack(|| self.scan(extent))
    }

    fn scan(&self, extent: Extent) -> Result<Report, Error> {
        if let Some((message, help)) = &self.failure {
            return Err(Error::new(ErrorKind::Usage, message).help(help));
        }
        #[cfg(feature = "artefact")]
        if crate::artefact::is_artefact(&self.path) {
            self.check_built()?;
            return crate::artefact::read(&self.path);
        }
        let mut cfgs = match (&self.cfgs, &self.target) {
            (Some(cfgs), _) => cfgs.clone(),
            (None, Some(target)) => target_triple::cfgs(target)?,
            (None, None) => Cfgs::host(),
        };
        for condition in &self.conditions {
            cfgs.add(condition).map_err(|message| Error::new(ErrorKind::Usage, message))?;
        }
        let (folders, walked) = folders::find(&self.path, extent, &self.seen)?;
        let mut report = Report::default();
        report.unreadable(&walked);
        let walked = Rc::new(walked);
        let mut known = BTreeSet::new();
        let mut packages = Vec::new();
        // The folders with annotations or tools in or below them. A package without any is not read.
        let promising: BTreeSet<&Path> = walked
            .files
            .iter()
            .filter(|(_, marks)| marks.ours || self.server && marks.sdk)
            .flat_map(|(file, _)| file.ancestors().skip(1))
            .collect();
        let wanted = |folder: &PathBuf| {
            extent == Extent::Package || !self.selection.named.is_empty() || promising.contains(folder.as_path())
        };
        for folder in folders.iter().filter(|folder| wanted(folder)) {
            let manifest = folder.join("Cargo.toml");
            match Package::read(&manifest) {
                Ok(Some(package)) => {
                    known.extend(self.selection.named.iter().filter(|feature| package.has_feature(feature)).cloned());
                    packages.push(package);
                }
                Ok(None) => {}
                Err(error) if extent == Extent::Package || folders.len() == 1 => return Err(error),
                Err(error) => report.findings.push(manifest_finding(&manifest, &error)),
            }
        }
        self.check_features(&known, &packages)?;
        for package in &packages {
            if extent == Extent::Package || promising.contains(package.folder.as_path()) {
                report.package(self, &package.folder, &walked, cfgs.clone())?;
            }
        }
        crate::finding::settle(&mut report.findings);
        Ok(report)
    }

    /// Rejects features and conditions for a compiled program, since they would be silently ignored.
    #[cfg(feature = "artefact")]
    fn check_built(&self) -> Result<(), Error> {
        let FeatureSelection { named, all, no_default } = &self.selection;
        if named.is_empty() && !all && !no_default && self.conditions.is_empty() && self.target.is_none() {
            return Ok(());
        }
        let message = format!(
            "`{}` is a program, which has been built: features, targets and conditions do not change it any more",
            self.path.display()
        );
        let help = "leave them out, or give the source; to compare both, export the source first";
        Err(Error::new(ErrorKind::Usage, message).help(help))
    }

    fn check_features(&self, known: &BTreeSet<String>, packages: &[Package]) -> Result<(), Error> {
        let Some(unknown) = self.selection.named.iter().find(|feature| !known.contains(*feature)) else {
            return Ok(());
        };
        // Of `package/feature`, the package is looked for first.
        let (of, feature) =
            unknown.split_once('/').map_or((None, unknown.as_str()), |(of, feature)| (Some(of), feature));
        let named: Vec<&Package> = packages.iter().filter(|package| of.is_none_or(|of| package.name == of)).collect();
        let message = match (named.as_slice(), of) {
            ([package], _) => format!("package `{}` has no feature `{feature}`", package.name),
            (_, Some(of)) => format!("no package here has the name `{of}` or depends on a package of that name"),
            (_, None) => format!("no package here has a feature `{unknown}`"),
        };
        let error = Error::new(ErrorKind::Usage, message);
        Err(match named.iter().find_map(|package| package.features.nearest(feature)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        })
    }
}

impl Report {
    /// Scans one package into the report.
    fn package(&mut self, scan: &Scan, folder: &Path, walked: &Rc<Walked>, cfgs: Cfgs) -> Result<(), Error> {
        let mut world = World::new(walked.clone(), cfgs, Sources::with(scan.instead.clone()));
        let Some(package) = world.add(folder, &scan.selection)? else { return Ok(()) };
        let mut inventory = assemble(&mut world, package);
        if scan.server {
            inventory.server = server_code::find(&mut world, package);
        }
        inventory.unread = world.unread;
        inventory.left_out = left_out::count(&inventory, &world.left_out_tools);
        inventory.left_out_tables = left_out::count_tables(&inventory, &world.left_out_tables);
        inventory.unseen = left_out::files(&inventory, &world.left_out_tools, &world.left_out_tables);
        inventory.unseen.extend(world.left_out_files(package));
        inventory.partial_configs = std::mem::take(&mut world.partial_configs);
        if world.unread.source {
            world.findings.retain(|finding| !FOLLOWING.contains(&finding.rule));
        }
        for (id, table) in inventory.tables.iter().enumerate() {
            if table.own {
                let problems = document::problems(&inventory, id).into_iter();
                let follows = |finding: &Finding| world.unread.source && FOLLOWING.contains(&finding.rule);
                self.findings.extend(problems.filter(|finding| !follows(finding)));
            }
        }
        inventory.workspace = workspace_config::find(folder, &mut world.sources);
        self.findings.extend(unused_config::find(&inventory, &world.named_configs));
        circles(&inventory, &mut self.findings);
        for file in world.undeclared(package) {
            self.findings.extend(undeclared::finding(&file));
        }
        let configs = inventory.tables.iter().filter_map(|table| table.config.as_ref());
        self.inputs.extend(configs.map(|config| PathBuf::from(&*config.file)));
        self.inputs.extend(world.inputs());
        // Warnings about another package belong to a scan of that package.
        world.findings.retain(|finding| finding.level == Level::Error || is_below(finding, folder));
        for finding in &mut world.findings {
            finding.rule = crate::finding::reported_id(finding.rule);
        }
        self.findings.append(&mut world.findings);
        self.sources.merge(std::mem::take(&mut world.sources));
        self.inventories.push(inventory);
        Ok(())
    }

    fn unreadable(&mut self, walked: &Walked) {
        for (path, why) in &walked.unreadable {
            let shown = shown(path);
            let finding = Finding::error("unreadable-file", format!("cannot read `{shown}`: {why}"));
            let help = "make it readable, or name it in `.gitignore`";
            self.findings.push(finding.help(help).at(Place::point(&shown, 1, 1)).about(&*shown));
        }
    }
}

/// The errors about a tool, a scope or a table that may be in a file that could not be read.
const FOLLOWING: [&str; 4] = ["unresolved-entry", "unknown-scope", "unknown-group-tool", "unknown-policy-tool"];

/// Returns whether a finding is in a file of that folder.
fn is_below(finding: &Finding, folder: &Path) -> bool {
    finding.place.as_ref().is_none_or(|place| Path::new(&*place.file).starts_with(folder))
}

/// Runs a closure on a thread with a large stack.
#[doc(hidden)]
pub fn large_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(nesting::STACK).spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => std::panic::resume_unwind(Box::new(error.to_string())),
        }
    })
}

fn manifest_finding(manifest: &Path, error: &Error) -> Finding {
    let shown = shown(manifest);
    let help = "correct the manifest, or name its folder under `exclude` of the workspace";
    Finding::error("manifest", error.to_string()).help(help).at(Place::point(&shown, 1, 1)).about(&*shown)
}

/// Reports tables that splice each other in a cycle.
fn circles(inventory: &Inventory, findings: &mut Vec<Finding>) {
    use crate::inventory::Brings;
    for (id, table) in inventory.tables.iter().enumerate().filter(|(_, table)| table.own) {
        let mut reached = BTreeSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            for entry in inventory.tables.get(next).map(|table| table.entries.as_slice()).unwrap_or_default() {
                if let Brings::Table(other) = entry.brings
                    && reached.insert(other)
                {
                    open.push(other);
                }
            }
        }
        if reached.contains(&id) {
            let message = format!("table `{}` splices itself through other tables", table.name);
            let help = "drop one `..` of the circle";
            findings
                .push(Finding::error("table-circle", message).help(help).at(table.place.clone()).about(&*table.name));
        }
    }
}
