//! Resolves paths in a module.

use syn::{Item, Type, ext::IdentExt as _};

use crate::{
    features::FeatureSelection,
    module::{Child, ModuleId},
    package::RUNTIME,
    world::World,
};

/// Maximum number of imports that the resolution of one path follows.
const MAX_STEPS: usize = 4096;

/// The item that a path resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A module.
    Module(ModuleId),
    /// An item of a module, with the remaining segments of the path: `Type::method`.
    Item {
        /// The module.
        module: ModuleId,
        /// The item.
        name: String,
        /// The segments after it.
        rest: Vec<String>,
    },
    /// An item of a package without source in the scan. Holds the name of the package.
    Elsewhere(String),
    /// No item.
    Nothing,
}

/// The state of one resolution.
struct Walk {
    /// Steps left of [`MAX_STEPS`], over all branches.
    steps: usize,
    /// Whether a `use` of the name may bring in the last segment. An import of a function does not include its
    /// companion constant, so a tool has to be named in its own module.
    named_last: bool,
    /// The modules and paths that are being resolved. Globs may form cycles.
    open: Vec<(ModuleId, Vec<String>)>,
}

impl World {
    /// Resolves a path in that module.
    pub(crate) fn resolve(&mut self, from: ModuleId, segments: &[String]) -> Meaning {
        self.follow(from, segments, false, &mut Walk { steps: MAX_STEPS, named_last: true, open: Vec::new() })
    }

    /// Resolves a path whose last segment has to be in the module that the path names, or come through a glob.
    pub(crate) fn resolve_in_place(&mut self, from: ModuleId, segments: &[String]) -> Meaning {
        self.follow(from, segments, false, &mut Walk { steps: MAX_STEPS, named_last: false, open: Vec::new() })
    }

    fn follow(&mut self, from: ModuleId, segments: &[String], outside: bool, walk: &mut Walk) -> Meaning {
        if walk.steps == 0 {
            return Meaning::Nothing;
        }
        walk.steps -= 1;
        let Some((first, rest)) = segments.split_first() else { return Meaning::Module(from) };
        match first.as_str() {
            "crate" => {
                let root =
                    self.modules.get(from).and_then(|module| self.crates.get(module.krate)).map(|krate| krate.root);
                return root.map_or(Meaning::Nothing, |root| self.within(root, rest, walk));
            }
            "self" => return self.within(from, rest, walk),
            "super" => {
                let parent = self.modules.get(from).and_then(|module| module.parent);
                // `super::super`: the next `super` starts from the parent.
                return match (parent, rest.first().map(String::as_str)) {
                    (Some(parent), Some("super")) => self.follow(parent, rest, false, walk),
                    (Some(parent), _) => self.within(parent, rest, walk),
                    (None, _) => Meaning::Nothing,
                };
            }
            _ => {}
        }
        if !outside {
            match self.within(from, segments, walk) {
                Meaning::Nothing => {}
                found => return found,
            }
        }
        self.other_crate(from, first, rest, walk)
    }

    /// Resolves a path below a module.
    fn within(&mut self, module: ModuleId, segments: &[String], walk: &mut Walk) -> Meaning {
        let Some((first, rest)) = segments.split_first() else { return Meaning::Module(module) };
        if walk.steps == 0 {
            return Meaning::Nothing;
        }
        let is_last = rest.is_empty();
        let Some(around) = self.modules.get(module) else { return Meaning::Nothing };
        let has_item = around.item(first).is_some() || self.has_table(module, first);
        let Some(around) = self.modules.get(module) else { return Meaning::Nothing };
        let has_child = around.children.get(first).is_some_and(|child| !matches!(child, Child::Broken));
        // A function and a module may share a name. Only the module can contain items.
        if has_item && (is_last || !has_child) {
            return Meaning::Item { module, name: first.clone(), rest: rest.to_vec() };
        }
        let imports = around.imports.clone();
        if let Some(child) = self.child(module, first) {
            return self.within(child, rest, walk);
        }
        for import in imports.iter().filter(|import| import.name.as_ref() == Some(first)) {
            if is_last && !walk.named_last {
                continue;
            }
            let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
            // In edition 2018 and later, `use a;` names a crate, not itself.
            let own = import.path.first() == import.name.as_ref() && import.path.len() == 1;
            match self.follow(module, &path, import.outside || own, walk) {
                Meaning::Nothing => {}
                found => return found,
            }
        }
        let here = (module, segments.to_vec());
        if walk.open.contains(&here) {
            return Meaning::Nothing;
        }
        walk.open.push(here);
        for import in imports.iter().filter(|import| import.name.is_none()) {
            // The items of a glob are looked up below its module only.
            let Meaning::Module(other) = self.follow(module, &import.path, import.outside, walk) else { continue };
            if other != module {
                match self.within(other, segments, walk) {
                    Meaning::Nothing => {}
                    found => return found,
                }
            }
        }
        Meaning::Nothing
    }

    fn other_crate(&mut self, from: ModuleId, name: &str, rest: &[String], walk: &mut Walk) -> Meaning {
        let Some(member) = self.member_of(from) else { return Meaning::Nothing };
        let here = self.modules.get(from).map(|module| module.krate);
        // A binary can name the library of its package.
        let library = member.crates.iter().copied().find(|krate| {
            Some(*krate) != here && self.crates.get(*krate).is_some_and(|krate| krate.is_library && krate.name == name)
        });
        if let Some(root) = library.and_then(|krate| self.crates.get(krate)).map(|krate| krate.root) {
            return self.within(root, rest, walk);
        }
        let Some(dependency) = member.package.dependencies.get(name).cloned() else { return Meaning::Nothing };
        if dependency.optional && !member.enabled.dependencies.contains(&dependency.key) {
            return Meaning::Nothing;
        }
        // The runtime crate declares no tools and is not part of the server's source.
        let Some(folder) = dependency.folder.filter(|_| dependency.package != RUNTIME) else {
            return Meaning::Elsewhere(dependency.package);
        };
        let forwarded = member.enabled.forwarded.get(&dependency.key).cloned().unwrap_or_default();
        let named = dependency.features.into_iter().chain(forwarded).collect();
        let selection = FeatureSelection { named, all: false, no_default: !dependency.default_features };
        let root = match self.add(&folder, &selection) {
            Ok(Some(package)) => self.library(package),
            Ok(None) => None,
            Err(error) => {
                self.findings
                    .push(crate::Finding::error("dependency", error.to_string()).about(dependency.package.clone()));
                None
            }
        };
        match root {
            Some(root) => self.within(root, rest, walk),
            None => Meaning::Elsewhere(dependency.package),
        }
    }

    fn library(&self, package: usize) -> Option<ModuleId> {
        let crates = &self.members.get(package)?.crates;
        crates.iter().filter_map(|krate| self.crates.get(*krate)).find(|krate| krate.is_library).map(|krate| krate.root)
    }

    /// Returns whether a `scope_table!` of the module defines that name.
    fn has_table(&self, module: ModuleId, name: &str) -> bool {
        self.modules.get(module).is_some_and(|module| module.tables.iter().any(|table| table == name))
    }

    /// Resolves a path to a type, through aliases. Returns its module and its name.
    pub(crate) fn resolve_type(&mut self, from: ModuleId, segments: &[String]) -> Option<(ModuleId, String)> {
        let mut from = from;
        let mut segments = segments.to_vec();
        for _ in 0..MAX_STEPS {
            let Meaning::Item { module, name, rest } = self.resolve(from, &segments) else { return None };
            if !rest.is_empty() {
                return None;
            }
            let alias = match self.modules.get(module)?.item(&name) {
                Some(Item::Type(alias)) => type_segments(&alias.ty),
                _ => return Some((module, name)),
            };
            (from, segments) = (module, alias?);
        }
        None
    }
}

/// Returns the segments of a type that is a path, without generic arguments.
pub(crate) fn type_segments(ty: &Type) -> Option<Vec<String>> {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            Some(path.path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect())
        }
        Type::Paren(inner) => type_segments(&inner.elem),
        Type::Group(inner) => type_segments(&inner.elem),
        _ => None,
    }
}
