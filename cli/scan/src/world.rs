//! The state of one scan: the package, its path dependencies, their crates and modules.
//!
//! Only the files that matter are parsed: those whose bytes may hold an annotation, and the files that lead to each
//! from the root of its crate. Other files are read when a path leads to them.
//!
//! | module | holds |
//! |---|---|
//! | `modules` | reads modules, and decides which items are compiled |

mod modules;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use crate::{
    Error, Finding,
    cfg::Cfgs,
    features::{Enabled, FeatureSelection},
    inventory::{Config, Unread},
    module::{Child, CrateId, Module, ModuleId, Site},
    package::Package,
    prefilter::{Marks, Prefilter},
    source::{Place, Sources},
    walk::{self, Walked},
};

/// Maximum nesting of modules. A module that declares itself would nest without end.
const MAX_MODULES: usize = 64;

/// The index of a package in its world.
pub(crate) type PackageId = usize;

/// A crate of a package.
pub(crate) struct Krate {
    pub(crate) package: PackageId,
    pub(crate) is_library: bool,
    pub(crate) name: String,
    pub(crate) root: ModuleId,
}

/// A package and the build that it is scanned for.
pub(crate) struct Member {
    pub(crate) package: Package,
    pub(crate) enabled: Enabled,
    pub(crate) cfgs: Cfgs,
    pub(crate) crates: Vec<CrateId>,
}

/// The packages, crates and modules of one scan.
pub(crate) struct World {
    pub(crate) members: Vec<Member>,
    pub(crate) crates: Vec<Krate>,
    pub(crate) modules: Vec<Module>,
    pub(crate) sources: Sources,
    pub(crate) findings: Vec<Finding>,
    /// What could not be read.
    pub(crate) unread: Unread,
    /// The annotated functions that features or the target leave out. A function can be here twice.
    pub(crate) left_out_tools: Vec<Place>,
    /// The tables that they leave out.
    pub(crate) left_out_tables: Vec<Place>,
    /// The configuration files with errors, with what could be read of them.
    pub(crate) partial_configs: Vec<Config>,
    /// The configuration files that tables name.
    pub(crate) named_configs: BTreeSet<PathBuf>,
    walked: Rc<Walked>,
    /// The files below the packages.
    files: BTreeMap<PathBuf, Marks>,
    /// The files that may hold an annotation or `#[path]`.
    hot: BTreeSet<PathBuf>,
    /// Files and folders of modules that are not compiled.
    left_out: BTreeSet<PathBuf>,
    visited: BTreeSet<PathBuf>,
    prefilter: Prefilter,
    base: Cfgs,
}

impl World {
    /// Creates a world with the files of one walk and without packages.
    pub(crate) fn new(walked: Rc<Walked>, base: Cfgs, sources: Sources) -> Self {
        Self {
            walked,
            members: Vec::new(),
            crates: Vec::new(),
            modules: Vec::new(),
            sources,
            findings: Vec::new(),
            unread: Unread::default(),
            left_out_tools: Vec::new(),
            left_out_tables: Vec::new(),
            partial_configs: Vec::new(),
            named_configs: BTreeSet::new(),
            files: BTreeMap::new(),
            hot: BTreeSet::new(),
            left_out: BTreeSet::new(),
            visited: BTreeSet::new(),
            prefilter: Prefilter::default(),
            base,
        }
    }

    /// Adds the files below a folder, which may be outside of the walk.
    fn know(&mut self, folder: &Path) -> Result<(), Error> {
        if self.files.keys().any(|file| file.starts_with(folder)) {
            return Ok(());
        }
        let mut walked = self.walked.clone();
        if walked.below(folder).next().is_none() {
            walked = Rc::new(walk::walk(folder)?);
        }
        for (file, marks) in walked.below(folder) {
            // A text in place of the file has marks that the walk has not seen.
            let replaced = self.sources.replaced(file);
            let marks = replaced.map_or(*marks, |text| self.prefilter.marks(text.as_bytes()));
            if marks.ours || marks.path {
                self.hot.insert(file.clone());
            }
            self.files.insert(file.clone(), marks);
        }
        Ok(())
    }

    /// Reads the crates of a package. Returns `None` if the folder has no package.
    ///
    /// # Errors
    /// Returns an error if its manifest is not usable.
    pub(crate) fn add(&mut self, folder: &Path, selection: &FeatureSelection) -> Result<Option<PackageId>, Error> {
        let Some(package) = Package::read(&folder.join("Cargo.toml"))? else { return Ok(None) };
        let enabled = package.features.resolve(&package.features.selection_for(&package.name, selection));
        let known = |member: &Member| member.package.folder == package.folder && member.enabled == enabled;
        if let Some(found) = self.members.iter().position(known) {
            return Ok(Some(found));
        }
        self.know(folder)?;
        let cfgs = self.base.with_features(enabled.features.clone());
        let targets = package.targets.clone();
        let id = self.members.len();
        self.members.push(Member { package, enabled, cfgs, crates: Vec::new() });
        for target in targets {
            let number = self.crates.len();
            let shown = shown(&target.root);
            let site = Site::beside(target.root);
            let root = self.modules.len();
            self.crates.push(Krate { package: id, is_library: target.is_library, name: target.name, root });
            self.modules.push(Module::new(number, None, "crate".to_owned(), shown, site));
            self.read(root);
            if let Some(member) = self.members.get_mut(id) {
                member.crates.push(number);
            }
        }
        Ok(Some(id))
    }

    /// Returns the build that a module is compiled in.
    pub(crate) fn cfgs(&self, module: ModuleId) -> Cfgs {
        self.member_of(module).map(|member| member.cfgs.clone()).unwrap_or_default()
    }

    /// Returns the package of a module.
    pub(crate) fn member_of(&self, module: ModuleId) -> Option<&Member> {
        let krate = self.crates.get(self.modules.get(module)?.krate)?;
        self.members.get(krate.package)
    }

    /// Returns the child of that name. Reads it if necessary.
    pub(crate) fn child(&mut self, parent: ModuleId, name: &str) -> Option<ModuleId> {
        match self.modules.get(parent)?.children.get(name)?.clone() {
            Child::Known(module) => Some(module),
            Child::Broken => None,
            Child::Unread(file, site) => self.open(parent, name, &file, site),
        }
    }

    /// Reads the modules of a package that no path leads to. They hold no annotations, so their errors are not reported.
    pub(crate) fn read_all(&mut self, package: PackageId) {
        let (known, unread) = (self.findings.len(), self.unread);
        let mut id = 0;
        while let Some(module) = self.modules.get(id) {
            if self.crates.get(module.krate).is_some_and(|krate| krate.package == package) {
                let unread =
                    |(name, child): (&String, &Child)| matches!(child, Child::Unread(..)).then(|| name.clone());
                let names: Vec<String> = module.children.iter().filter_map(unread).collect();
                for name in names {
                    self.child(id, &name);
                }
            }
            id += 1;
        }
        self.findings.truncate(known);
        self.unread = unread;
    }

    /// Returns the files that may hold an annotation.
    pub(crate) fn hot_files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter(|(_, marks)| marks.ours).map(|(file, _)| file)
    }

    /// Returns the files that may hold an annotation and that no target of the package declares.
    pub(crate) fn undeclared(&self, package: PackageId) -> Vec<PathBuf> {
        let Some(member) = self.members.get(package) else { return Vec::new() };
        let roots: Vec<&Path> = member.package.targets.iter().filter_map(|target| target.root.parent()).collect();
        let inside = |file: &Path| {
            let nearest = file.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file());
            member.package.owns(file)
                && roots.iter().any(|root| file.starts_with(root))
                && nearest == Some(&member.package.folder)
        };
        let left_out = |file: &Path| file.ancestors().any(|part| self.left_out.contains(part));
        let marked = self.files.iter().filter(|(_, marks)| marks.ours).map(|(file, _)| file);
        marked.filter(|file| !self.visited.contains(*file) && !left_out(file) && inside(file)).cloned().collect()
    }

    /// Returns the files of the package that may hold an annotation and that belong to modules that are not compiled.
    pub(crate) fn left_out_files(&self, package: PackageId) -> impl Iterator<Item = Arc<str>> {
        let member = self.members.get(package);
        let is_left_out = move |file: &&PathBuf| {
            let is_own = member.is_some_and(|member| member.package.owns(file));
            is_own && !self.visited.contains(*file) && file.ancestors().any(|part| self.left_out.contains(part))
        };
        self.hot_files().filter(is_left_out).map(|file| shown(file))
    }

    /// Returns the files that affect the result: the manifests, the source folders, and the source files beside a
    /// manifest.
    pub(crate) fn inputs(&self) -> BTreeSet<PathBuf> {
        let mut inputs = BTreeSet::new();
        for member in &self.members {
            let package = &member.package;
            inputs.insert(package.manifest.clone());
            for root in package.targets.iter().filter_map(|target| target.root.parent()) {
                if root == package.folder {
                    // The folder itself also holds the build output.
                    inputs.extend(self.files.keys().filter(|file| package.owns(file)).cloned());
                } else {
                    inputs.insert(root.to_owned());
                }
            }
        }
        inputs.extend(self.visited.iter().cloned());
        inputs
    }
}

/// Returns a path for display, with forward slashes on every system.
#[doc(hidden)]
#[must_use]
pub fn shown(path: &Path) -> Arc<str> {
    let text = path.display().to_string();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/").into() } else { text.into() }
}

pub(crate) fn unknown_cfg(condition: &str, place: Place) -> Finding {
    let message = format!("cannot decide without a build whether this is compiled: `{condition}` is unknown");
    let help = format!("state it with `--cfg '{condition}'`, or let a feature decide");
    Finding::error("unknown-cfg", message).help(help).at(place).about(condition)
}
