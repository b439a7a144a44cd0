//! The state of one scan: the package, its path dependencies, their crates and modules.
//!
//! Only the files that matter are parsed: those whose bytes may hold an annotation, and the files that lead to each
//! from the root of its crate. Other files are read when a path leads to them.
//!
//! The file is longer than others, because all its methods read and extend one list of modules.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Item, ItemMod, ext::IdentExt as _};

use crate::{
    Error, Finding, attribute,
    cfg::{Answer, Cfgs},
    features::{Enabled, FeatureSelection},
    inventory::{Config, Unread},
    module::{Child, CrateId, Module, ModuleId, Site, parse},
    package::{Package, plain},
    prefilter::{Marks, Prefilter},
    runtime_macro::RuntimeMacro,
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

    fn open(&mut self, parent: ModuleId, name: &str, file: &Path, site: Site) -> Option<ModuleId> {
        let around = self.modules.get(parent)?;
        let path = format!("{}::{name}", around.path);
        let krate = around.krate;
        let id = self.modules.len();
        self.modules.push(Module::new(krate, Some(parent), path, shown(file), site));
        let child = if self.read(id) { Child::Known(id) } else { Child::Broken };
        let known = matches!(child, Child::Known(_));
        self.modules.get_mut(parent)?.children.insert(name.to_owned(), child);
        known.then_some(id)
    }

    /// Reads the file of a module. Returns whether it is compiled and could be read.
    fn read(&mut self, id: ModuleId) -> bool {
        let Some(module) = self.modules.get(id) else { return false };
        let (shown, file) = (module.shown.clone(), module.site.file.clone());
        self.visited.insert(file.clone());
        let text: Arc<str> = match self.sources.read(&file, &shown) {
            Ok(text) => text.into(),
            Err(finding) => {
                self.unread.source = true;
                self.findings.push(*finding);
                return false;
            }
        };
        self.sources.keep(&shown, &text);
        match parse(&text, &shown) {
            Ok(mut parsed) => {
                // `#![cfg(..)]` at the start of the file excludes the module.
                let answer = attribute::settle(&mut parsed.attrs, &self.cfgs(id));
                if answer == Answer::No {
                    let (cfgs, items) = (self.cfgs(id), parsed.items.iter().map(ToTokens::to_token_stream).collect());
                    self.note_left_out(&parsed.attrs, items, &shown, &cfgs);
                }
                let compiled = self.decide(answer, Place::point(&shown, 1, 1), || text.to_string());
                if compiled {
                    self.fill(id, parsed.items);
                }
                compiled
            }
            Err(finding) => {
                self.unread.source = true;
                self.findings.push(*finding);
                false
            }
        }
    }

    /// Adds the compiled items of a module, and its child modules.
    fn fill(&mut self, id: ModuleId, items: Vec<Item>) {
        let cfgs = self.cfgs(id);
        let Some(shown) = self.modules.get(id).map(|module| module.shown.clone()) else { return };
        let mut kept = Vec::with_capacity(items.len());
        for mut item in items {
            let answer = attribute::of_item(&mut item).map_or(Answer::Yes, |list| attribute::settle(list, &cfgs));
            if let (Item::Mod(module), true) = (&item, answer != Answer::Yes) {
                self.leave_out(id, module, &answer);
            }
            if answer == Answer::No {
                let attributes = attribute::of_item(&mut item).map(std::mem::take).unwrap_or_default();
                self.note_left_out(&attributes, item.to_token_stream(), &shown, &cfgs);
                // The annotation is among the attributes of a function.
                let own: TokenStream = attributes.iter().map(ToTokens::to_token_stream).collect();
                self.note_left_out(&attributes, own, &shown, &cfgs);
                continue;
            }
            let span = syn::spanned::Spanned::span(&item);
            if self.decide(answer, Place::of(&shown, span), || item.to_token_stream().to_string()) {
                kept.push(item);
            }
        }
        let modules: Vec<ItemMod> = kept
            .iter()
            .filter_map(|item| match item {
                Item::Mod(module) => Some(module.clone()),
                _ => None,
            })
            .collect();
        if let Some(module) = self.modules.get_mut(id) {
            module.fill(kept);
        }
        self.note_tables(id);
        for module in modules {
            self.declare(id, module);
        }
    }

    /// Records the names that the module's tables define, so that paths can resolve to them.
    fn note_tables(&mut self, id: ModuleId) {
        let Some(module) = self.modules.get(id) else { return };
        let macros = module.items.iter().filter_map(|item| match item {
            Item::Macro(item) if self.means(id, &item.mac.path, RuntimeMacro::Table) => Some(item.mac.tokens.clone()),
            _ => None,
        });
        let names = macros.filter_map(|tokens| {
            let mut tokens = tokens.into_iter().skip_while(|token| token.to_string() != "static");
            tokens.nth(1).map(|name| name.to_string())
        });
        let names = names.collect();
        if let Some(module) = self.modules.get_mut(id) {
            module.tables = names;
        }
    }

    /// Returns whether an item is compiled. Reports an undecidable condition if the item holds an annotation.
    pub(crate) fn decide(&mut self, answer: Answer, place: Place, text: impl FnOnce() -> String) -> bool {
        match answer {
            Answer::Yes => true,
            Answer::No => false,
            Answer::Unknown(condition) => {
                if self.prefilter.ours(text().as_bytes()) {
                    self.findings.push(unknown_cfg(&condition, place));
                }
                false
            }
        }
    }

    fn leave_out(&mut self, parent: ModuleId, item: &ItemMod, answer: &Answer) {
        let Some(module) = self.modules.get(parent) else { return };
        let (site, shown) = (module.site.clone(), module.shown.clone());
        let files = files(&site, item);
        if *answer == Answer::No && item.content.is_none() {
            let cfgs = self.cfgs(parent);
            self.note_left_out_module(&item.attrs, &files, &cfgs);
        }
        if let Answer::Unknown(condition) = answer
            && files.iter().any(|site| self.is_hot(site))
        {
            self.findings.push(unknown_cfg(condition, Place::of(&shown, item.ident.span())));
        }
        self.left_out.extend(files.into_iter().flat_map(|site| [site.file, site.folder]));
    }

    /// Adds `mod name;` or `mod name { .. }`.
    fn declare(&mut self, parent: ModuleId, item: ItemMod) {
        let name = item.ident.unraw().to_string();
        let Some(around) = self.modules.get(parent) else { return };
        let (site, shown) = (around.site.clone(), around.shown.clone());
        let depth = around.path.matches("::").count();
        let place = Place::of(&shown, item.ident.span());
        if let Some((_, items)) = item.content {
            let path = attribute::text(&item.attrs, "path");
            let module_path = format!("{}::{name}", around.path);
            let id = self.modules.len();
            let inner = site.inner(&name, path.as_deref());
            let module = Module::new(around.krate, Some(parent), module_path, shown, inner);
            self.modules.push(module);
            self.fill(id, items);
            self.adopt(parent, name, Child::Known(id));
            return;
        }
        let mut found: Vec<Site> = files(&site, &item).into_iter().filter(|site| site.file.is_file()).collect();
        let child = match (found.pop(), found.pop()) {
            (Some(_), Some(_)) => {
                let message = format!("module `{name}` has two files: `{name}.rs` and `{name}/mod.rs`");
                self.findings.push(
                    Finding::error("module-file", message).help("keep one of them").at(place).about(name.clone()),
                );
                Child::Broken
            }
            (Some(site), None) if depth >= MAX_MODULES || self.declares_itself(parent, &site) => {
                let message = format!("module `{name}` is declared in itself, or deeper than {MAX_MODULES} modules");
                let finding = Finding::error("module-file", format!("{message}: `{}`", site.file.display()));
                self.findings.push(finding.help("let `#[path]` name another file").at(place).about(name.clone()));
                Child::Broken
            }
            (Some(site), None) => Child::Unread(site.file.clone(), site),
            (None, _) => {
                let message = format!("module `{name}` has no file `{name}.rs` or `{name}/mod.rs`");
                let help = "add the file; one that a build script writes cannot be scanned";
                self.findings.push(Finding::warning("module-file", message).help(help).at(place).about(name.clone()));
                Child::Broken
            }
        };
        let unread = match &child {
            Child::Unread(file, site) if self.is_hot(site) => Some((file.clone(), site.clone())),
            _ => None,
        };
        self.adopt(parent, name.clone(), child);
        if let Some((file, site)) = unread {
            self.open(parent, &name, &file, site);
        }
    }

    fn adopt(&mut self, parent: ModuleId, name: String, child: Child) {
        if let Some(module) = self.modules.get_mut(parent) {
            module.children.insert(name, child);
        }
    }

    /// Returns whether the file of that module, or one below it, may hold an annotation.
    fn is_hot(&self, site: &Site) -> bool {
        // The walk skips ignored and linked files, but a declared file is still compiled.
        if !self.files.contains_key(&site.file) && site.file.is_file() {
            return true;
        }
        self.hot.contains(&site.file)
            || self.hot.range(site.folder.clone()..).next().is_some_and(|file| file.starts_with(&site.folder))
    }

    fn declares_itself(&self, parent: ModuleId, site: &Site) -> bool {
        let mut above = Some(parent);
        while let Some(module) = above.and_then(|id| self.modules.get(id)) {
            if module.site.file == site.file {
                return true;
            }
            above = module.parent;
        }
        false
    }
}

/// Returns the files that `mod name;` can refer to.
fn files(site: &Site, item: &ItemMod) -> Vec<Site> {
    match attribute::text(&item.attrs, "path") {
        Some(path) => vec![Site::beside(plain(&site.base().join(path)))],
        None => site.candidates(&item.ident.unraw().to_string()).into(),
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
