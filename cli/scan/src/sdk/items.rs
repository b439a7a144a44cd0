//! Collects the tools, types and tables among the items of a module.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ExprLit, ImplItem, Item, ItemImpl, Lit, Signature, Type, UseTree, Visibility, ext::IdentExt as _,
    spanned::Spanned,
};

use super::{
    SdkModule, TableItem, Text, ToolFunction, ToolImpl, TypeItem, UseItem,
    attributes::{
        Names, SdkAttribute, condition_texts, destructive, holds, is_for_tests, is_named, literal, name_of, tools,
    },
    built,
};
use crate::{
    hints::{self, Hints},
    import::imports,
    package::Package,
    source::{Place, Placed, Sources},
};

/// Fills a module from its items.
pub(super) fn collect(module: &mut SdkModule, items: &[Item], package: &Package, sources: &Sources) {
    let imports = imports(items);
    module.names.extend(imports.iter().filter_map(|import| import.name.clone()));
    module.imports = imports.iter().filter_map(|import| Some((import.name.clone()?, import.path.clone()))).collect();
    let (tool, router) = (Names::of("tool", &imports, package), Names::of("tool_router", &imports, package));
    let mut reader = Reader { module, package, sources, tool, router };
    for item in items {
        reader.item(item);
    }
    built::structs(reader.module, items, package);
    built::find(reader.module, items, package);
}

struct Reader<'r> {
    module: &'r mut SdkModule,
    package: &'r Package,
    sources: &'r Sources,
    /// The names of `#[tool]` and of `#[tool_router]`.
    tool: Names,
    router: Names,
}

impl Reader<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Use(item) => {
                let head = head(&item.tree);
                if let Some(range) = self.range(item.span()) {
                    let is_conditional = !condition_texts(&item.attrs).is_empty();
                    self.module.uses.push(UseItem { head, range, is_conditional });
                }
            }
            Item::Struct(item) => self.type_item(&item.ident, &item.vis),
            Item::Enum(item) => self.type_item(&item.ident, &item.vis),
            Item::Fn(item) => {
                self.module.names.push(item.sig.ident.unraw().to_string());
                if let Some(tool) = self.tool(&item.attrs, &item.sig).filter(|tool| !tool.is_for_tests) {
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
        let router = item.attrs.iter().find(|attribute| self.router.is(attribute.path()));
        // Beside tools of every build, those for tests need an annotation too: `#[mcp_tools]` sees all of them.
        if tools.iter().all(|tool| tool.is_for_tests) {
            return;
        }
        let annotation = item.attrs.iter().find(|attribute| is_named(attribute, "mcp_tools"));
        let first = router.map_or_else(|| item.impl_span(), Spanned::span);
        let Some(at) = self.range(first).map(|range| range.start) else { return };
        self.module.impls.push(ToolImpl {
            type_name,
            is_generic: has_arguments(&item.self_ty),
            is_trait: item.trait_.is_some(),
            has_router: router.is_some(),
            router: router.and_then(|router| name_of(router, "router")),
            conditions: condition_texts(&item.attrs),
            at,
            annotation: annotation.map(|attribute| name_of(attribute, "group")),
            tools,
        });
    }

    fn tool(&self, attributes: &[Attribute], signature: &Signature) -> Option<ToolFunction> {
        let found = tools(attributes, &self.tool, self.package);
        let first = found.first()?;
        let function = signature.ident.unraw().to_string();
        let name = found.iter().find_map(|found| literal(&found.attribute, "name"));
        // Our macros do not know a renamed attribute, and read no name inside of `cfg_attr`.
        let is_hidden = |found: &SdkAttribute| found.is_renamed || !found.conditions.is_empty();
        let is_annotated =
            attributes.iter().any(|attribute| is_named(attribute, "mcp_tool") || holds(attribute, "mcp_tool"));
        let starts = found.iter().filter_map(|found| {
            let place = Place::of(&self.module.file, found.span);
            Some((self.sources.range(&place)?.start, place.start.line))
        });
        let (at, start) = starts.min()?;
        Some(ToolFunction {
            place: Place::of(&self.module.file, signature.ident.span()),
            at,
            start,
            is_annotated,
            // One of several attributes applies in any case, or each has another condition.
            attribute_conditions: if found.len() == 1 { first.conditions.clone() } else { Vec::new() },
            is_for_tests: is_for_tests(attributes),
            states_name: name.is_some() && found.iter().any(is_hidden),
            states_description: found.iter().any(|found| found.is_renamed),
            is_public: false,
            conditions: condition_texts(attributes),
            hints: self.hints(&found),
            description: found.iter().find_map(|found| description(&found.attribute)),
            name: name.unwrap_or_else(|| function.clone()),
            function,
        })
    }

    /// Reads the hints. Of several attributes the worst hint counts; a value that is not a literal can be the worst one.
    fn hints(&self, found: &[SdkAttribute]) -> Hints {
        let file = &self.module.file;
        let each = found.iter().map(|found| {
            let mut hints = Hints::default();
            hints::of_attribute(&found.attribute, file, &mut hints);
            let value = destructive(&found.attribute, hints.destructive.as_ref().map(|hint| hint.value));
            let place = Place::of(file, found.span);
            hints.destructive = value.map(|value| hints.destructive.take().unwrap_or(Placed { value, place }));
            hints
        });
        let worst = |a: Option<Placed<bool>>, b: Option<Placed<bool>>, worst: bool| match (a, b) {
            (Some(a), Some(b)) => Some(if a.value == worst { a } else { b }),
            (Some(one), None) | (None, Some(one)) => Some(one).filter(|one| one.value == worst),
            (None, None) => None,
        };
        let both = |a: Hints, b: Hints| Hints {
            read_only: worst(a.read_only, b.read_only, false),
            destructive: worst(a.destructive, b.destructive, true),
            ..a
        };
        each.reduce(both).unwrap_or_default()
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

/// Returns the description in an attribute: a literal, or the path of a constant.
fn description(attribute: &Attribute) -> Option<Text> {
    if let Some(text) = literal(attribute, "description") {
        return Some(Text::Literal(text));
    }
    let path: syn::Path = syn::parse_str(&name_of(attribute, "description")?).ok()?;
    Some(Text::Constant(path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect()))
}
