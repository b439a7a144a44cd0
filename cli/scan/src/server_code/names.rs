//! What names in the code mean: through imports, aliases of types, and modules of the same package.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, ItemType, ItemUse, ext::IdentExt as _};

use crate::{
    import::{Import, imports},
    module::{Child, Module, ModuleId},
    resolve::type_segments,
    world::{PackageId, World},
};

/// The maximum number of imports and aliases that lead to one name. They may form cycles.
const MOST_STEPS: usize = 16;

/// The meaning of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An item of another package: the package, and the last segment of the path.
    Package(String, String),
    /// An item of this package that is no alias, or a local variable.
    Local,
    /// Unknown: the last segment of the path, and the packages that may have it since everything of them is imported.
    Unknown(String, Vec<String>),
}

impl Origin {
    /// Returns the name, unless the item is in this package.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Package(_, name) | Self::Unknown(name, _) => Some(name),
            Self::Local => None,
        }
    }

    /// Returns whether it may be that item of one of these packages.
    pub(super) fn may_be(&self, packages: &[&str], names: &[&str]) -> bool {
        let is_one = |package: &String| packages.contains(&package.as_str());
        match self {
            Self::Package(package, name) => is_one(package) && names.contains(&name.as_str()),
            Self::Unknown(name, imported) => imported.iter().any(is_one) && names.contains(&name.as_str()),
            Self::Local => false,
        }
    }
}

/// The imports and the aliases of types inside a function.
#[derive(Debug, Default)]
pub(super) struct LocalNames {
    pub(super) imports: Vec<Import>,
    types: BTreeMap<String, Vec<String>>,
}

impl LocalNames {
    /// Collects them from the tokens of a function, at any depth.
    pub(super) fn of(tokens: &[TokenTree]) -> Self {
        let mut names = Self::default();
        names.collect(tokens);
        names
    }

    fn collect(&mut self, tokens: &[TokenTree]) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.collect(&group.stream().into_iter().collect::<Vec<_>>()),
                TokenTree::Ident(word) if *word == "use" => {
                    if let Ok(item) = syn::parse2::<ItemUse>(statement(tokens, at)) {
                        self.imports.extend(imports(&[Item::Use(item)]));
                    }
                }
                TokenTree::Ident(word) if *word == "type" => {
                    if let Ok(item) = syn::parse2::<ItemType>(statement(tokens, at))
                        && let Some(segments) = type_segments(&item.ty)
                    {
                        self.types.insert(item.ident.unraw().to_string(), segments);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Returns the tokens up to the next semicolon.
fn statement(tokens: &[TokenTree], at: usize) -> TokenStream {
    let rest = tokens.get(at..).unwrap_or_default();
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let end = rest.iter().position(is_end).map_or(rest.len(), |end| end + 1);
    rest.iter().take(end).cloned().collect()
}

/// Returns the names that imports and aliases of types introduce in the modules of a package, besides the original ones.
pub(super) fn renamed(world: &World, package: PackageId) -> BTreeSet<String> {
    let is_own = |module: &&Module| world.crates.get(module.krate).is_some_and(|krate| krate.package == package);
    let mut names = BTreeSet::new();
    for module in world.modules.iter().filter(is_own) {
        names.extend(module.imports.iter().filter_map(new_name));
        names.extend(module.items.iter().filter_map(|item| match item {
            Item::Type(alias) => Some(alias.ident.unraw().to_string()),
            _ => None,
        }));
    }
    names
}

/// Returns the name of an import, if it is not the original one.
fn new_name(import: &Import) -> Option<String> {
    import.name.clone().filter(|name| import.path.last() != Some(name))
}

/// The names that a function sees.
#[derive(Clone, Copy)]
pub(super) struct Scope<'w> {
    pub(super) world: &'w World,
    pub(super) module: ModuleId,
    pub(super) local: &'w LocalNames,
    /// See [`renamed`].
    pub(super) renamed: &'w BTreeSet<String>,
}

impl Scope<'_> {
    /// Returns whether an import or an alias introduces a name, so that it may mean something else.
    pub(super) fn is_renamed(&self, name: &str) -> bool {
        self.renamed.contains(name)
            || self.local.types.contains_key(name)
            || self.local.imports.iter().any(|import| import.name.as_deref() == Some(name))
    }

    /// Returns the meaning of a path.
    pub(super) fn origin(&self, path: &[String]) -> Origin {
        let mut path = path.to_vec();
        for _ in 0..MOST_STEPS {
            let Some((first, rest)) = path.split_first() else { break };
            let imported = self.local.imports.iter().find(|import| import.name.as_ref() == Some(first));
            let replaced = match imported {
                Some(import) if import.path.as_slice() != core::slice::from_ref(first) => Some(&import.path),
                _ => self.local.types.get(first).filter(|path| path.first() != Some(first)),
            };
            let Some(replaced) = replaced else { break };
            path = [replaced, rest].concat();
        }
        match self.world.origin(self.module, &path, MOST_STEPS) {
            Origin::Unknown(name, mut packages) => {
                let globs = self.local.imports.iter().filter(|import| import.name.is_none());
                let origins = globs.map(|import| self.world.origin(self.module, &import.path, MOST_STEPS));
                packages.extend(origins.filter_map(|origin| match origin {
                    Origin::Package(package, _) => Some(package),
                    _ => None,
                }));
                Origin::Unknown(name, packages)
            }
            known => known,
        }
    }
}

impl World {
    /// Returns the meaning of a path in a module. All modules of the package have to be read.
    pub(super) fn origin(&self, module: ModuleId, path: &[String], steps: usize) -> Origin {
        let unknown = || Origin::Unknown(path.last().cloned().unwrap_or_default(), Vec::new());
        let (Some((first, rest)), Some(next)) = (path.split_first(), steps.checked_sub(1)) else { return unknown() };
        let Some(found) = self.modules.get(module) else { return unknown() };
        let from = match first.as_str() {
            "crate" => self.crates.get(found.krate).map(|krate| krate.root),
            "self" => Some(module),
            "super" => found.parent,
            _ => return self.origin_in(module, first, rest, next),
        };
        match (from, rest) {
            // A module.
            (_, []) => Origin::Local,
            (Some(from), _) => self.origin(from, rest, next),
            (None, _) => unknown(),
        }
    }

    fn origin_in(&self, module: ModuleId, first: &String, rest: &[String], steps: usize) -> Origin {
        let last = rest.last().unwrap_or(first);
        let Some(found) = self.modules.get(module) else { return Origin::Unknown(last.clone(), Vec::new()) };
        if let Some(import) = found.imports.iter().find(|import| import.name.as_ref() == Some(first)) {
            let path = [import.path.as_slice(), rest].concat();
            let is_itself = import.path.as_slice() == core::slice::from_ref(first);
            return if import.outside || is_itself {
                self.other_package(module, &path)
            } else {
                self.origin(module, &path, steps)
            };
        }
        match found.item(first) {
            Some(Item::Type(alias)) => {
                let path = type_segments(&alias.ty).filter(|path| path.first() != Some(first));
                return path
                    .map_or(Origin::Local, |path| self.origin(module, &[path.as_slice(), rest].concat(), steps));
            }
            Some(_) => return Origin::Local,
            None => {}
        }
        match (found.children.get(first), rest) {
            (Some(_), []) => return Origin::Local,
            (Some(Child::Known(child)), _) => return self.origin(*child, rest, steps),
            _ => {}
        }
        match self.other_package(module, &[core::slice::from_ref(first), rest].concat()) {
            Origin::Unknown(name, _) => self.through_globs(module, first, rest, name, steps),
            known => known,
        }
    }

    /// Returns the item of another package that a path names, if it starts with one.
    fn other_package(&self, module: ModuleId, path: &[String]) -> Origin {
        let (first, last) = (path.first().cloned().unwrap_or_default(), path.last().cloned().unwrap_or_default());
        let dependency = self.member_of(module).and_then(|member| member.package.dependencies.get(&first));
        match dependency {
            Some(found) => Origin::Package(found.package.clone(), last),
            // A manifest that inherits from a workspace that is not here.
            None if first.starts_with("mcp_scopes") => Origin::Package(first.replace('_', "-"), last),
            None => Origin::Unknown(last, Vec::new()),
        }
    }

    fn through_globs(&self, module: ModuleId, first: &String, rest: &[String], name: String, steps: usize) -> Origin {
        let globs = self.modules.get(module).into_iter().flat_map(|module| &module.imports);
        let mut packages = Vec::new();
        for import in globs.filter(|import| import.name.is_none()) {
            match self.module_at(module, &import.path) {
                Some(other) if other == module => {}
                Some(other) => match self.origin(other, &[core::slice::from_ref(first), rest].concat(), steps / 4) {
                    Origin::Unknown(_, more) => packages.extend(more),
                    found => return found,
                },
                None => packages.extend(match self.origin(module, &import.path, steps / 4) {
                    Origin::Package(package, _) => Some(package),
                    _ => None,
                }),
            }
        }
        Origin::Unknown(name, packages)
    }

    /// Returns the module of this package that a path names.
    fn module_at(&self, from: ModuleId, path: &[String]) -> Option<ModuleId> {
        let mut module = from;
        for segment in path {
            let found = self.modules.get(module)?;
            module = match segment.as_str() {
                "crate" => self.crates.get(found.krate)?.root,
                "self" => module,
                "super" => found.parent?,
                name => match found.children.get(name)? {
                    Child::Known(child) => *child,
                    Child::Unread(..) | Child::Broken => return None,
                },
            };
        }
        Some(module)
    }
}
