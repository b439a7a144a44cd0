//! One module of a crate: its file, its items, and the locations of its children.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use proc_macro2::TokenStream;
use syn::{Item, ext::IdentExt as _};

use crate::{
    Finding,
    import::{Import, imports},
    nesting::too_deep,
    source::Place,
};

/// The index of a module in its world.
pub(crate) type ModuleId = usize;
/// The index of a crate in its world.
pub(crate) type CrateId = usize;

/// A module: a file, or `mod name { .. }` in a file.
pub(crate) struct Module {
    /// The crate it belongs to.
    pub(crate) krate: CrateId,
    /// The parent module.
    pub(crate) parent: Option<ModuleId>,
    /// Its path: `crate::a::b`.
    pub(crate) path: String,
    /// Its file, as displayed.
    pub(crate) shown: Arc<str>,
    /// The items that are compiled.
    pub(crate) items: Vec<Item>,
    /// The imports of its `use` items.
    pub(crate) imports: Vec<Import>,
    /// The tables that its `scope_table!`s define.
    pub(crate) tables: Vec<String>,
    /// Its child modules.
    pub(crate) children: BTreeMap<String, Child>,
    /// Where the files of its child modules are.
    pub(crate) site: Site,
}

/// A child of a module.
#[derive(Clone, Debug)]
pub(crate) enum Child {
    /// The module is read.
    Known(ModuleId),
    /// The file is not read yet.
    Unread(PathBuf, Site),
    /// The file is missing or malformed, which is already reported.
    Broken,
}

/// The location of a module on disk.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The file.
    pub(crate) file: PathBuf,
    /// The folder of the files of its child modules.
    pub(crate) folder: PathBuf,
    /// Whether it is `mod name { .. }`.
    pub(crate) inline: bool,
}

impl Site {
    /// Creates the site of the root of a crate, a `mod.rs`, or the target of `#[path]`: child modules are in the same
    /// folder.
    pub(crate) fn beside(file: PathBuf) -> Self {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        Self { file, folder, inline: false }
    }

    /// Creates the site of `name.rs`: child modules are in `name/`.
    pub(crate) fn below(file: PathBuf) -> Self {
        let folder = file.with_extension("");
        Self { file, folder, inline: false }
    }

    /// Returns the site of `mod name { .. }` in this module.
    pub(crate) fn inner(&self, name: &str, path: Option<&str>) -> Self {
        let folder = match path {
            Some(path) => self.base().join(path),
            None => self.folder.join(name),
        };
        Self { file: self.file.clone(), folder, inline: true }
    }

    /// Returns the folder that `#[path]` on a child module is relative to.
    pub(crate) fn base(&self) -> &Path {
        if self.inline { &self.folder } else { self.file.parent().unwrap_or(Path::new("")) }
    }

    /// Returns the two files that `mod name;` can refer to.
    pub(crate) fn candidates(&self, name: &str) -> [Self; 2] {
        let nested = self.folder.join(name).join("mod.rs");
        [Self::below(self.folder.join(format!("{name}.rs"))), Self::beside(nested)]
    }
}

impl Module {
    /// Returns the item of that name, unless it is a module or an import.
    pub(crate) fn item(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| {
            let ident = match item {
                Item::Const(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Fn(item) => &item.sig.ident,
                Item::Static(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Type(item) => &item.ident,
                Item::Union(item) => &item.ident,
                _ => return false,
            };
            ident.unraw() == name
        })
    }

    /// Creates a module without children.
    pub(crate) fn new(krate: CrateId, parent: Option<ModuleId>, path: String, shown: Arc<str>, site: Site) -> Self {
        let (items, imports, tables) = (Vec::new(), Vec::new(), Vec::new());
        Self { krate, parent, path, shown, items, imports, tables, children: BTreeMap::new(), site }
    }

    /// Adds the items.
    pub(crate) fn fill(&mut self, items: Vec<Item>) {
        self.imports = imports(&items);
        self.items = items;
    }
}

/// Parses the text of a file.
///
/// # Errors
/// Returns a finding for text that is not Rust, or that nests too deeply to be parsed.
pub(crate) fn parse(text: &str, shown: &Arc<str>) -> Result<syn::File, Box<Finding>> {
    let broken = |message: String, place: Place| {
        let help = "`cargo check` says more about it; nothing of this file was read";
        Box::new(Finding::error("syntax", message).help(help).at(place).about(&**shown))
    };
    // The line break is kept, so that line numbers do not change.
    let text = match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => {
            rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or("")
        }
        _ => text,
    };
    let tokens: TokenStream = match text.parse() {
        Ok(tokens) => tokens,
        Err(error) => {
            let error: proc_macro2::LexError = error;
            return Err(broken(
                "this is not Rust: a bracket, a string or a character does not end".to_owned(),
                Place::of(shown, error.span()),
            ));
        }
    };
    if let Some((span, what)) = too_deep(tokens.clone()) {
        let finding = Finding::error("nesting", format!("this file is not read: {what}")).at(Place::of(shown, span));
        let help = "split it, or move what is generated into a file without annotations";
        return Err(Box::new(finding.help(help).about(&**shown)));
    }
    syn::parse2(tokens).map_err(|error| broken(format!("this is not Rust: {error}"), Place::of(shown, error.span())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_the_files_of_a_module() {
        let root = Site::beside("src/lib.rs".into());
        let files = |site: &Site| site.candidates("a").map(|site| site.file.display().to_string());
        assert_eq!(files(&root), ["src/a.rs", "src/a/mod.rs"]);
        assert_eq!(files(&Site::below("src/b.rs".into())), ["src/b/a.rs", "src/b/a/mod.rs"]);
        let inner = Site::below("src/b.rs".into()).inner("c", None);
        assert_eq!(files(&inner), ["src/b/c/a.rs", "src/b/c/a/mod.rs"]);
        assert_eq!(inner.base(), Path::new("src/b/c"));
        assert_eq!(root.inner("c", Some("x")).folder, Path::new("src/x"));
    }

    #[test]
    fn reports_syntax_errors() {
        let shown: Arc<str> = "a.rs".into();
        for (text, rule, line) in [
            ("fn a() {\n  let = 3;\n}", "syntax", 2),
            ("fn a( {\n", "syntax", 1),
            ("#!/usr/bin/env x\nfn a() { ) }", "syntax", 2),
        ] {
            let finding = parse(text, &shown).err().unwrap();
            assert_eq!((finding.rule, finding.place.unwrap().start.line), (rule, line), "{text}");
        }
        let deep = format!("fn f() {{ {}1{} }}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(parse(&deep, &shown).err().unwrap().rule, "nesting");
        for text in ["", "#!/usr/bin/env x\nfn a() {}", "#![allow(a)]"] {
            assert!(parse(text, &shown).is_ok(), "{text}");
        }
    }
}
