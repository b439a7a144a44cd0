//! Collects the tools, types and tables among the items of a module.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ExprLit, ImplItem, Item, ItemImpl, ItemStruct, Lit, Signature, Type, UseTree, Visibility,
    ext::IdentExt as _, spanned::Spanned,
};

use super::{
    BuiltTool, SdkModule, TableItem, ToolFunction, ToolImpl, TypeItem, UseItem,
    attributes::{condition_texts, flag, holds, is_for_tests, is_named, is_tool, literal, name_of},
    built, expanded,
};
use crate::{
    hints,
    import::imports,
    package::Package,
    source::{Place, Sources},
};

/// Fills a module from its items.
pub(super) fn collect(module: &mut SdkModule, items: &[Item], package: &Package, sources: &Sources) {
    module.names.extend(imports(items).into_iter().filter_map(|import| import.name));
    let mut reader = Reader { module, package, sources };
    for item in items {
        reader.item(item);
    }
    expanded::find(reader.module, items);
    if package.dependencies.values().any(|found| ["rmcp", "tower-mcp"].contains(&found.package.as_str())) {
        built::find(reader.module, items, package);
    }
}

struct Reader<'r> {
    module: &'r mut SdkModule,
    package: &'r Package,
    sources: &'r Sources,
}

impl Reader<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Use(item) => {
                let head = head(&item.tree);
                if let Some(range) = self.range(item.span()) {
                    self.module.uses.push(UseItem { head, range });
                }
            }
            Item::Struct(item) => {
                self.type_item(&item.ident, &item.vis);
                self.sdk_struct(item);
            }
            Item::Enum(item) => self.type_item(&item.ident, &item.vis),
            Item::Fn(item) => {
                self.module.names.push(item.sig.ident.unraw().to_string());
                if let Some(tool) = self.tool(&item.attrs, &item.sig) {
                    let is_public = !matches!(item.vis, Visibility::Inherited);
                    self.module.functions.push(ToolFunction { is_public, ..tool });
                }
            }
            Item::Static(item) => self.module.names.push(item.ident.unraw().to_string()),
            Item::Const(item) => {
                let name = item.ident.unraw().to_string();
                if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &*item.expr {
                    self.module.texts.push((name.clone(), text.value()));
                }
                self.module.names.push(name);
            }
            Item::Impl(item) => self.impl_item(item),
            Item::Macro(item) if item.mac.path.segments.last().is_some_and(|last| last.ident == "scope_table") => {
                self.table(&item.mac.tokens);
            }
            _ => {}
        }
    }

    fn type_item(&mut self, name: &syn::Ident, visibility: &Visibility) {
        let name = name.unraw().to_string();
        self.module.names.push(name.clone());
        self.module.types.push(TypeItem { name, is_public: !matches!(visibility, Visibility::Inherited) });
    }

    /// Adds `#[mcp_tool(name = "..")]` of rust-mcp-sdk, which is on a struct.
    fn sdk_struct(&mut self, item: &ItemStruct) {
        let is_sdk = self.package.dependencies.values().any(|found| found.package.starts_with("rust-mcp-"));
        let Some(attribute) = item.attrs.iter().find(|attribute| is_sdk && is_named(attribute, "mcp_tool")) else {
            return;
        };
        let line = Place::of(&self.module.file, item.ident.span()).start.line;
        let Some(name) = literal(attribute, "name") else {
            let why = format!("the name of `#[mcp_tool]` on `{}` is not a literal", item.ident);
            self.module.unread.push((line, why));
            return;
        };
        self.module.built.push(BuiltTool {
            name,
            line,
            description: literal(attribute, "description"),
            found: format!("`#[mcp_tool]` of rust-mcp-sdk on `{}`", item.ident),
            read_only: flag(attribute, "read_only_hint"),
            destructive: flag(attribute, "destructive_hint"),
        });
    }

    fn impl_item(&mut self, item: &ItemImpl) {
        let Some(type_name) = type_name(&item.self_ty) else { return };
        if let Some((path, _)) = &item.trait_
            && path
                .segments
                .last()
                .is_some_and(|last| last.ident == "ServerHandler" || last.ident == "ServerHandlerCore")
        {
            self.module.handlers.push(type_name.clone());
        }
        let functions = item.items.iter().filter_map(|inner| match inner {
            ImplItem::Fn(inner) => self.tool(&inner.attrs, &inner.sig),
            _ => None,
        });
        let tools: Vec<ToolFunction> = functions.collect();
        let router = item.attrs.iter().find(|attribute| is_named(attribute, "tool_router"));
        if tools.is_empty() {
            return;
        }
        let annotation = item.attrs.iter().find(|attribute| is_named(attribute, "mcp_tools"));
        let first = router.map_or_else(|| item.impl_span(), Spanned::span);
        let Some(at) = self.range(first).map(|range| range.start) else { return };
        self.module.impls.push(ToolImpl {
            type_name,
            is_generic: has_arguments(&item.self_ty),
            is_trait: item.trait_.is_some(),
            router: router.and_then(|router| name_of(router, "router")),
            conditions: condition_texts(&item.attrs),
            at,
            annotation: annotation.map(|attribute| name_of(attribute, "group")),
            tools,
        });
    }

    fn tool(&self, attributes: &[Attribute], signature: &Signature) -> Option<ToolFunction> {
        if is_for_tests(attributes) {
            return None;
        }
        let plain = attributes.iter().find(|attribute| is_tool(attribute, self.package));
        let conditional = attributes.iter().find(|attribute| holds(attribute, "tool"));
        let attribute = plain.or(conditional)?;
        let function = signature.ident.unraw().to_string();
        let name = plain.and_then(|attribute| literal(attribute, "name")).unwrap_or_else(|| function.clone());
        let is_annotated =
            attributes.iter().any(|attribute| is_named(attribute, "mcp_tool") || holds(attribute, "mcp_tool"));
        Some(ToolFunction {
            line: Place::of(&self.module.file, signature.ident.span()).start.line,
            at: self.range(attribute.span())?.start,
            is_annotated,
            is_conditional: plain.is_none(),
            is_public: false,
            conditions: condition_texts(attributes),
            hints: hints::read(attributes, &self.module.file),
            description: name_of(attribute, "description").filter(|_| literal(attribute, "description").is_none()),
            function,
            name,
        })
    }

    /// Reads `static NAME = [ entries ] ..` of a table.
    fn table(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let name = tokens.iter().skip_while(|token| token.to_string() != "static").nth(1).map(ToString::to_string);
        // Brackets in front of the name are those of an attribute.
        let behind = tokens.iter().skip_while(|token| token.to_string() != "=");
        let list = behind.into_iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group),
            _ => None,
        });
        let (Some(name), Some(list)) = (name, list) else { return };
        let inside: Vec<TokenTree> = list.stream().into_iter().collect();
        let entries = inside.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
        let entries = entries.map(|tokens| tokens.iter().map(ToString::to_string).collect::<String>());
        let end = inside.last().map_or(list.span_open(), TokenTree::span);
        let Some(range) = self.range(end) else { return };
        self.module.names.push(name.clone());
        self.module.tables.push(TableItem {
            name,
            entries: entries.filter(|entry| !entry.is_empty()).collect(),
            list_end: range.end,
            has_trailing_comma: inside.is_empty()
                || inside
                    .last()
                    .is_some_and(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')),
        });
    }

    fn range(&self, span: proc_macro2::Span) -> Option<std::ops::Range<usize>> {
        self.sources.range(&Place::of(&self.module.file, span))
    }
}

trait ImplSpan {
    fn impl_span(&self) -> proc_macro2::Span;
}

impl ImplSpan for ItemImpl {
    /// Returns the first token behind the attributes.
    fn impl_span(&self) -> proc_macro2::Span {
        self.unsafety.map_or(self.impl_token.span, |token| token.span)
    }
}

fn head(tree: &UseTree) -> String {
    match tree {
        UseTree::Path(path) => path.ident.unraw().to_string(),
        UseTree::Name(name) => name.ident.unraw().to_string(),
        UseTree::Rename(rename) => rename.ident.unraw().to_string(),
        UseTree::Glob(_) | UseTree::Group(_) => String::new(),
    }
}

fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.unraw().to_string()),
        Type::Paren(inner) => type_name(&inner.elem),
        Type::Group(inner) => type_name(&inner.elem),
        _ => None,
    }
}

/// Returns whether a type has arguments other than lifetimes that are left out.
fn has_arguments(ty: &Type) -> bool {
    ty.to_token_stream().into_iter().any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<'))
}
