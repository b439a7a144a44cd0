//! Reads the modules of a crate, and decides which of their items are compiled.

use std::{path::Path, sync::Arc};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Item, ItemMod, ext::IdentExt as _};

use super::{MAX_MODULES, World, shown, unknown_cfg};
use crate::{
    Finding, attribute,
    cfg::Answer,
    module::{Child, Module, ModuleId, Site, parse},
    package::plain,
    runtime_macro::RuntimeMacro,
    source::Place,
};

impl World {
    pub(super) fn open(&mut self, parent: ModuleId, name: &str, file: &Path, site: Site) -> Option<ModuleId> {
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
    pub(super) fn read(&mut self, id: ModuleId) -> bool {
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
