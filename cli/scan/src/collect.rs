//! Collects declarations from parsed items: every annotation, group and table, with the grammar's diagnostics.

use std::sync::Arc;

use mcp_scopes_grammar::{
    diagnostic::Diagnostic,
    group,
    ir::{TableDecl, ToolDecl},
    item::FnHead,
    table, tool,
};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, ItemMacro, ItemMod, Signature, Visibility,
    ext::IdentExt as _,
};

use crate::{
    Finding,
    attribute::{self, of_impl_item},
    cfg::Answer,
    hints::{self, Hints},
    module::ModuleId,
    resolve::type_segments,
    runtime_macro::RuntimeMacro,
    source::Place,
    world::World,
};

/// An annotated function, before its parameters are known.
pub(crate) struct RawTool {
    pub(crate) module: ModuleId,
    /// The type of the surrounding impl, as written.
    pub(crate) owner: Option<Vec<String>>,
    pub(crate) decl: ToolDecl,
    pub(crate) hints: Hints,
    pub(crate) place: Place,
    /// The first and the last line of its attributes and its signature.
    pub(crate) lines: (u32, u32),
}

/// An impl or inline module under `#[mcp_tools]`.
pub(crate) struct RawGroup {
    /// The surrounding module; for an inline module, the module itself.
    pub(crate) module: ModuleId,
    /// The type of the impl, as written; `None` for a module.
    pub(crate) owner: Option<Vec<String>>,
    pub(crate) name: Option<String>,
    /// The names of its functions.
    pub(crate) members: Vec<String>,
    pub(crate) place: Place,
}

/// A `scope_table!`.
pub(crate) struct RawTable {
    pub(crate) module: ModuleId,
    pub(crate) decl: TableDecl,
    pub(crate) place: Place,
}

/// The declarations collected so far.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) tools: Vec<RawTool>,
    pub(crate) groups: Vec<RawGroup>,
    pub(crate) tables: Vec<RawTable>,
    /// Number of the world's modules that are done.
    seen: usize,
}

impl Declared {
    /// Collects the declarations of modules that were read since the last call.
    pub(crate) fn catch_up(&mut self, world: &mut World) {
        while self.seen < world.modules.len() {
            let id = self.seen;
            self.seen += 1;
            let Some(module) = world.modules.get_mut(id) else { return };
            // The world reports findings during the loop, so the items are moved out of it.
            let items = std::mem::take(&mut module.items);
            let shown = module.shown.clone();
            let mut look = Look { world, declared: self, module: id, shown };
            look.renamed_exports();
            for item in &items {
                look.item(item);
            }
            if let Some(module) = world.modules.get_mut(id) {
                module.items = items;
            }
        }
    }
}

struct Look<'w> {
    world: &'w mut World,
    declared: &'w mut Declared,
    module: ModuleId,
    shown: Arc<str>,
}

impl Look<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) => self.function(item),
            Item::Impl(item) => self.implementation(item),
            Item::Mod(item) => self.module(item),
            Item::Macro(item) => self.invocation(item),
            Item::Trait(item) => {
                let found = item.items.iter().find_map(|item| match item {
                    syn::TraitItem::Fn(function) => {
                        self.world.find_annotation(self.module, &function.attrs, RuntimeMacro::Tool)
                    }
                    _ => None,
                });
                if let Some((_, attribute)) = found {
                    let place = self.place(attribute);
                    self.in_trait(&item.ident.to_string(), place);
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, item: &ItemFn) {
        self.body(&item.block.stmts, &item.sig);
        if let Some(found) = self.tool(&item.attrs, &item.vis, &item.sig) {
            self.declared.tools.push(found);
        }
    }

    fn implementation(&mut self, item: &ItemImpl) {
        let group = self.world.find_annotation(self.module, &item.attrs, RuntimeMacro::Tools);
        let group = group.map(|(at, attribute)| (at, attribute.clone()));
        let owner = type_segments(&item.self_ty);
        let cfgs = self.world.cfgs(self.module);
        let mut settled = item.clone();
        settled.items.retain_mut(|inner| {
            let answer = of_impl_item(inner).map_or(Answer::Yes, |list| attribute::settle(list, &cfgs));
            if answer == Answer::No {
                let attributes = of_impl_item(inner).cloned().unwrap_or_default();
                self.world.note_left_out(&attributes, inner.to_token_stream(), &self.shown, &cfgs);
            }
            let place = Place::of(&self.shown, syn::spanned::Spanned::span(inner));
            self.world.decide(answer, place, || inner.to_token_stream().to_string())
        });
        let functions: Vec<&ImplItemFn> = settled
            .items
            .iter()
            .filter_map(|inner| match inner {
                ImplItem::Fn(function) => Some(function),
                _ => None,
            })
            .collect();
        for function in functions {
            self.body(&function.block.stmts, &function.sig);
            let Some((_, attribute)) = self.world.find_annotation(self.module, &function.attrs, RuntimeMacro::Tool)
            else {
                continue;
            };
            if item.trait_.is_some() {
                // Under `#[mcp_tools]` the grammar reports it.
                if group.is_none() {
                    let place = self.place(attribute);
                    self.in_trait(&function.sig.ident.to_string(), place);
                }
                continue;
            }
            if let Some(mut found) = self.tool(&function.attrs, &function.vis, &function.sig) {
                found.owner.clone_from(&owner);
                self.declared.tools.push(found);
            }
        }
        if let Some((at, attribute)) = group {
            settled.attrs.remove(at);
            self.group(&attribute, settled.to_token_stream(), self.module, owner);
        }
    }

    fn module(&mut self, item: &ItemMod) {
        let Some((at, attribute)) = self.world.find_annotation(self.module, &item.attrs, RuntimeMacro::Tools) else {
            return;
        };
        let attribute = attribute.clone();
        let child = self.world.child(self.module, &item.ident.unraw().to_string());
        let mut rest = item.clone();
        rest.attrs.remove(at);
        self.group(&attribute, rest.to_token_stream(), child.unwrap_or(self.module), None);
    }

    fn group(&mut self, attribute: &Attribute, item: TokenStream, module: ModuleId, owner: Option<Vec<String>>) {
        let place = self.place(attribute);
        let (read, errors) = group::read(attribute::arguments(attribute), item);
        self.report(errors, "");
        let Some((decl, _)) = read else { return };
        let cfgs = self.world.cfgs(self.module);
        // Undecidable conditions were reported with the member's own function.
        let members = decl.members.iter().filter(|member| cfgs.all(&member.cfgs) == Answer::Yes);
        let members = members.map(|member| member.ident.unraw().to_string()).collect();
        let name = decl.name.map(|name| name.unraw().to_string());
        self.declared.groups.push(RawGroup { module, owner, name, members, place });
    }

    fn invocation(&mut self, item: &ItemMacro) {
        if self.world.means(self.module, &item.mac.path, RuntimeMacro::Table) {
            let (read, errors) = table::read(item.mac.tokens.clone());
            let subject = read.as_ref().map(|decl| decl.ident.to_string()).unwrap_or_default();
            self.report(errors, &subject);
            let Some(decl) = read else { return };
            let answer = self.world.cfgs(self.module).all(&decl.cfgs);
            let place = Place::of(&self.shown, decl.ident.span());
            if self.world.decide(answer, place.clone(), || "scope_table".to_owned()) {
                self.declared.tables.push(RawTable { module: self.module, decl, place });
            }
        } else if let Some(word) = mentions(item.mac.tokens.clone()) {
            let message = format!("`{word}` is inside a macro, which a scan does not expand");
            let help = "write it outside of the macro; a tool that the macro makes is known to the compiler alone";
            self.push(
                Finding::warning("annotation-in-macro", message)
                    .help(help)
                    .at(Place::of(&self.shown, word.span()))
                    .about(word.to_string()),
            );
        }
    }

    /// Returns the tool that the annotation of a function declares.
    fn tool(&mut self, attributes: &[Attribute], visibility: &Visibility, signature: &Signature) -> Option<RawTool> {
        self.world.find_annotation(self.module, attributes, RuntimeMacro::Tool)?;
        // The grammar recognizes the annotation by its original name. An attribute of that name from another crate is
        // left out.
        let known: Vec<Attribute> = attributes
            .iter()
            .filter_map(|attribute| {
                let mut attribute = attribute.clone();
                if self.world.means(self.module, attribute.path(), RuntimeMacro::Tool) {
                    rename(&mut attribute);
                } else if is_named(&attribute, RuntimeMacro::Tool) {
                    return None;
                }
                Some(attribute)
            })
            .collect();
        let (arguments, head) = FnHead::of(&known, visibility, signature).into_iter().next()?;
        let (decl, errors) = tool::read(arguments, &head);
        self.report(errors, &signature.ident.unraw().to_string());
        let decl = decl?;
        let place = Place::of(&self.shown, signature.ident.span());
        let hints = hints::read(&head.attributes, &self.shown);
        let starts = attributes.iter().map(|attribute| self.place(attribute).start.line);
        let first = starts.min().unwrap_or(place.start.line).min(place.start.line);
        let last = Place::of(&self.shown, signature.paren_token.span.close()).end.line;
        let output = Place::of(&self.shown, syn::spanned::Spanned::span(&signature.output)).end.line;
        let lines = (first, last.max(output).max(place.start.line));
        Some(RawTool { module: self.module, owner: None, decl, hints, place, lines })
    }

    /// Checks a body. Code outside of it cannot see declarations inside.
    fn body(&mut self, statements: &[syn::Stmt], signature: &Signature) {
        let mut tokens = TokenStream::new();
        for statement in statements {
            statement.to_tokens(&mut tokens);
        }
        if let Some(word) = mentions(tokens) {
            let message = format!("`{word}` is inside the body of `{}`, which a scan does not read", signature.ident);
            let help = "move it out of the function";
            self.push(
                Finding::warning("annotation-in-body", message)
                    .help(help)
                    .at(Place::of(&self.shown, word.span()))
                    .about(word.to_string()),
            );
        }
    }

    /// Reports renamed re-exports of the annotations, since no scan follows them.
    fn renamed_exports(&mut self) {
        let Some(module) = self.world.modules.get(self.module) else { return };
        let renamed = module.imports.iter().filter(|import| import.public).find_map(|import| {
            let ours = RuntimeMacro::ALL
                .into_iter()
                .find(|ours| import.path.last().is_some_and(|last| last == ours.name()))?;
            let name = import.name.clone()?;
            (name != ours.name()).then_some((ours, name))
        });
        if let Some((ours, name)) = renamed {
            let message =
                format!("`{}` is exported as `{name}`, a name that a scan does not know elsewhere", ours.name());
            let help = "export it under its own name; each module may rename it for itself";
            let place = Place::point(&self.shown, 1, 1);
            self.push(Finding::warning("renamed-export", message).help(help).at(place).about(name));
        }
    }

    fn in_trait(&mut self, name: &str, place: Place) {
        let message =
            format!("`#[mcp_tool]` on `{name}` is in a trait, which has no place for the constants of a tool");
        let help = "annotate a function of an inherent impl that calls this one";
        self.push(Finding::error("trait-impl", message).help(help).at(place).about(name));
    }

    fn report(&mut self, errors: Vec<Diagnostic>, subject: &str) {
        for error in errors {
            let finding = Finding::error(error.id, error.message)
                .help(error.help.unwrap_or_default())
                .at(Place::of(&self.shown, error.span))
                .about(subject);
            self.push(finding);
        }
    }

    fn push(&mut self, finding: Finding) {
        self.world.findings.push(finding);
    }

    fn place(&self, attribute: &Attribute) -> Place {
        Place::of(&self.shown, syn::spanned::Spanned::span(attribute))
    }
}

fn is_named(attribute: &Attribute, ours: RuntimeMacro) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == ours.name())
}

/// Replaces the path of the annotation by its original name.
fn rename(attribute: &mut Attribute) {
    let path = match &mut attribute.meta {
        syn::Meta::Path(path) => path,
        syn::Meta::List(list) => &mut list.path,
        syn::Meta::NameValue(pair) => &mut pair.path,
    };
    let span = syn::spanned::Spanned::span(path);
    *path = syn::Ident::new(RuntimeMacro::Tool.name(), span).into();
}

/// Returns the first name of an annotation or of the table macro among these tokens.
pub(crate) fn mentions(tokens: TokenStream) -> Option<syn::Ident> {
    let mut open = vec![tokens.into_iter()];
    while let Some(level) = open.last_mut() {
        match level.next() {
            None => {
                open.pop();
            }
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
            Some(TokenTree::Ident(ident)) if RuntimeMacro::ALL.iter().any(|ours| ident == ours.name()) => {
                return Some(ident);
            }
            Some(_) => {}
        }
    }
    None
}
