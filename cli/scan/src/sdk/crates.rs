//! Reads the modules of a crate.

use std::path::Path;

use syn::{Attribute, Item, ItemMod, Visibility, ext::IdentExt as _, spanned::Spanned as _};

use super::{
    SdkModule,
    attributes::{condition_texts, is_for_tests},
    expanded::Macros,
    items,
};
use crate::{
    Error, ErrorKind, Finding, attribute,
    module::{Site, parse},
    package::{Package, Target, plain},
    source::{Place, Sources},
    world::shown,
};

/// Maximum nesting of modules.
const MAX_MODULES: usize = 64;

/// Reads every module of a crate that is not for tests.
pub(super) fn read(package: &Package, target: &Target, sources: &mut Sources) -> Result<Vec<SdkModule>, Error> {
    let mut reader = Reader { package, sources, modules: Vec::new(), macros: Macros::default() };
    let root = SdkModule { is_public: true, ..SdkModule::default() };
    reader.file(root, &Site::beside(target.root.clone()))?;
    let Reader { mut modules, macros, .. } = reader;
    // A macro can be called in another module than that of its definition.
    for (file, found) in macros.resolve() {
        if let Some(module) = modules.iter_mut().find(|module| module.file == file) {
            match found {
                Ok(tool) => module.built.push(tool),
                Err(unread) => module.unread.push(unread),
            }
        }
    }
    Ok(modules)
}

struct Reader<'r> {
    package: &'r Package,
    sources: &'r mut Sources,
    modules: Vec<SdkModule>,
    macros: Macros,
}

impl Reader<'_> {
    fn file(&mut self, mut module: SdkModule, site: &Site) -> Result<(), Error> {
        let file = shown(&site.file);
        if self.modules.iter().any(|known| known.file == file && known.path == module.path) {
            return Ok(());
        }
        let text = self.sources.read(&site.file, &file).map_err(|finding| stopped(&finding))?;
        self.sources.keep(&file, &text.as_str().into());
        let parsed = parse(&text, &file).map_err(|finding| stopped(&finding))?;
        if is_for_tests(&parsed.attrs) {
            return Ok(());
        }
        module.conditions.extend(condition_texts(&parsed.attrs));
        module.file = file;
        module.end = text.len();
        self.module(module, parsed.items, site)
    }

    /// Adds a module. Its field `end` is the end of the text that holds its items.
    fn module(&mut self, mut module: SdkModule, all: Vec<Item>, site: &Site) -> Result<(), Error> {
        let mut compiled = Vec::with_capacity(all.len());
        for mut item in all {
            let attributes = attribute::of_item(&mut item).map(std::mem::take).unwrap_or_default();
            let is_kept = !is_for_tests(&attributes);
            if let Some(place) = attribute::of_item(&mut item) {
                *place = attributes;
            }
            if is_kept {
                compiled.push(item);
            }
        }
        let of = |span| self.sources.range(&Place::of(&module.file, span));
        if let Some(first) = compiled.first().and_then(|item| of(item.span())) {
            module.start = first.start;
        }
        if let Some(last) = compiled.last().and_then(|item| of(item.span())) {
            module.end = last.end;
        }
        items::collect(&mut module, &compiled, self.package, self.sources);
        self.macros.collect(&module.file, &compiled);
        let parent = (module.path.clone(), module.conditions.clone(), module.file.clone(), module.indent.clone());
        self.modules.push(module);
        for item in compiled {
            let Item::Mod(item) = item else { continue };
            let (path, conditions, file, indent) = &parent;
            let mut child = SdkModule {
                path: [path.clone(), vec![item.ident.unraw().to_string()]].concat(),
                is_public: !matches!(item.vis, Visibility::Inherited),
                conditions: [conditions.clone(), condition_texts(&item.attrs)].concat(),
                ..SdkModule::default()
            };
            if child.path.len() > MAX_MODULES {
                continue;
            }
            match item.content {
                Some((braces, items)) => {
                    let inside = self.sources.range(&Place::of(file, braces.span.close()));
                    child.end = inside.map(|range| range.start).unwrap_or_default();
                    child.start = child.end;
                    child.file = file.clone();
                    child.indent = format!("{indent}    ");
                    let path = attribute::text(&item.attrs, "path");
                    let name = item.ident.unraw().to_string();
                    self.module(child, items, &site.inner(&name, path.as_deref()))?;
                }
                None => {
                    if let Some(site) = candidate(site, &item) {
                        self.file(child, &site)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Returns the file of `mod name;`. A module without a file is reported by the compiler.
fn candidate(site: &Site, item: &ItemMod) -> Option<Site> {
    let path = path_of(&item.attrs);
    let candidates = match path {
        Some(path) => vec![Site::beside(plain(&site.base().join(Path::new(&path))))],
        None => site.candidates(&item.ident.unraw().to_string()).into(),
    };
    candidates.into_iter().find(|site| site.file.is_file())
}

fn path_of(attributes: &[Attribute]) -> Option<String> {
    attribute::text(attributes, "path")
}

/// Returns the error for a file that cannot be read: a plan for the other files could miss tools.
fn stopped(finding: &Finding) -> Error {
    let place = finding.place.as_ref().map(|place| format!("{}:{}: ", place.file, place.start.line));
    let message = format!("{}{}", place.unwrap_or_default(), finding.message);
    Error::new(ErrorKind::Unreadable, message).help("correct the file; nothing was changed")
}
