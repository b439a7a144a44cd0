//! Finds the server code beside the annotations: the SDK's tools, the transports that are started, and what protects them.
//!
//! It is a search for names in the tokens of functions, values and macros. It follows imports and aliases, and knows no types.
//!
//! | module | holds |
//! |---|---|
//! | `built` | the tools that a program builds at run time or in macros |
//! | `flow` | follows a transport to what protects it |
//! | `kind` | what a call transports over |
//! | `names` | what a path means: imports, aliases, modules |
//! | `position` | a token with the statement and the groups around it |
//! | `protection` | what protects a transport |
//! | `tokens` | questions about tokens alone |
//! | `transports` | the calls that start a transport |
//! | `unit` | the functions, values and macros of a package |

mod built;
mod flow;
mod kind;
mod names;
mod position;
mod protection;
mod tokens;
mod transports;
mod unit;

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Attribute, ImplItem, Item, Signature, TraitItem, ext::IdentExt as _};

use self::{
    flow::Code,
    protection::Protection,
    tokens::any_name,
    transports::Search,
    unit::{Unit, owner_of},
};
use crate::{
    attribute,
    cfg::Answer,
    inventory::{SdkTool, ServerCode},
    module::ModuleId,
    source::Place,
    world::{PackageId, World},
};

/// The package of the Rust SDK, whose attribute `#[tool]` makes a function a tool.
const RMCP: &str = "rmcp";

/// Searches the modules of a package.
pub(crate) fn find(world: &mut World, package: PackageId) -> ServerCode {
    world.read_all(package);
    let mut code = ServerCode::default();
    let renamed = names::renamed(world, package);
    let mut units = Vec::new();
    for id in 0..world.modules.len() {
        let Some(module) = world.modules.get(id) else { break };
        if world.crates.get(module.krate).is_none_or(|krate| krate.package != package) {
            continue;
        }
        let mut reader = Reader { world, module: id, code: &mut code, units: &mut units };
        for item in &module.items {
            reader.item(item);
        }
    }
    let mut all = Code { world, renamed: &renamed, units, protecting: Vec::new() };
    settle(&mut all, &mut code);
    code.built = built::tools(world, package);
    // A file that two targets share is searched once for each.
    code.tools.sort_by(|a, b| a.place.cmp(&b.place));
    code.tools.dedup();
    code.transports.sort_by(|a, b| (&a.place, a.is_protected).cmp(&(&b.place, b.is_protected)));
    code.transports.dedup_by(|a, b| a.place == b.place);
    code
}

/// Finds what protects, the transports, and which of them are protected.
fn settle(all: &mut Code<'_>, code: &mut ServerCode) {
    let mut starting = Vec::new();
    for (at, unit) in all.units.iter().enumerate() {
        let starts = Search::of(all, unit).any();
        let protections = all.protections(unit);
        let strongest = protections.strongest(&unit.body);
        let protects = strongest == Some(Protection::Around);
        let of_signature = || {
            let mut types = unit.parameters.iter().map(|(_, ty)| ty).chain([&unit.output]);
            types.any(|ty| protections.strongest(ty) == Some(Protection::Around))
        };
        code.is_protected |= strongest.is_some() || protections.authorize_in(&unit.body, &[]);
        // A function that starts a transport is a server, and no protection of another one.
        if !starts && unit.name.is_some() && (protects || of_signature()) {
            all.protecting.push(at);
        }
        if starts {
            starting.push(at);
        }
    }
    for unit in starting.into_iter().filter_map(|at| all.units.get(at)) {
        Search::of(all, unit).transports(&mut code.transports);
    }
}

struct Reader<'w> {
    world: &'w World,
    module: ModuleId,
    code: &'w mut ServerCode,
    units: &'w mut Vec<Unit>,
}

impl Reader<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) => self.function(&item.attrs, None, &item.sig, item.block.to_token_stream(), false),
            Item::Const(item) => {
                self.units.push(Unit::value(self.module, None, &item.ident, &item.ty, item.expr.to_token_stream()));
            }
            Item::Static(item) => {
                self.units.push(Unit::value(self.module, None, &item.ident, &item.ty, item.expr.to_token_stream()));
            }
            // `macro_rules!`, and macros whose input may become code.
            Item::Macro(item) => self.units.push(Unit::code(self.module, item.mac.tokens.clone())),
            Item::Impl(item) => {
                let is_group = |attribute: &Attribute| {
                    attribute.path().segments.last().is_some_and(|last| last.ident == "mcp_tools")
                };
                let is_grouped = item.attrs.iter().any(is_group);
                let owner = owner_of(&item.self_ty);
                for inner in &item.items {
                    let owner = owner.as_deref();
                    match inner {
                        ImplItem::Fn(inner) => {
                            self.function(&inner.attrs, owner, &inner.sig, inner.block.to_token_stream(), is_grouped);
                        }
                        ImplItem::Const(inner) => {
                            let body = inner.expr.to_token_stream();
                            self.units.push(Unit::value(self.module, owner, &inner.ident, &inner.ty, body));
                        }
                        ImplItem::Macro(inner) => self.units.push(Unit::code(self.module, inner.mac.tokens.clone())),
                        _ => {}
                    }
                }
            }
            Item::Trait(item) => {
                let owner = item.ident.unraw().to_string();
                for inner in &item.items {
                    if let TraitItem::Fn(inner) = inner {
                        self.function(&inner.attrs, Some(&owner), &inner.sig, inner.default.to_token_stream(), false);
                    }
                }
            }
            _ => {}
        }
    }

    fn function(
        &mut self,
        attributes: &[Attribute],
        owner: Option<&str>,
        signature: &Signature,
        body: TokenStream,
        is_grouped: bool,
    ) {
        let mut attributes = attributes.to_vec();
        if attribute::settle(&mut attributes, &self.world.cfgs(self.module)) == Answer::No {
            return;
        }
        let Some(shown) = self.world.modules.get(self.module).map(|module| module.shown.clone()) else { return };
        if attributes.iter().any(|attribute| self.is_sdk_tool(attribute)) {
            let name = signature.ident.unraw().to_string();
            let place = Place::of(&shown, signature.ident.span());
            let starts = attributes.iter().map(|attribute| Place::of(&shown, syn::spanned::Spanned::span(attribute)));
            let first = starts.map(|place| place.start.line).min().unwrap_or(place.start.line);
            self.code.tools.push(SdkTool { name, lines: (first, place.end.line), place, is_grouped });
        }
        self.units.push(Unit::function(self.module, owner, signature, body));
    }

    /// Returns whether an attribute is `#[tool]` of rmcp.
    fn is_sdk_tool(&self, attribute: &Attribute) -> bool {
        let path = attribute.path();
        let Some(last) = path.segments.last().map(|last| last.ident.unraw().to_string()) else { return false };
        if !depends_on(self.world, self.module, RMCP) {
            return false;
        }
        // An import may give it another name.
        let imported = self.world.modules.get(self.module).and_then(|module| {
            let mut imports = module.imports.iter();
            imports.find(|import| import.name.as_deref() == Some(&last)).map(|import| &import.path)
        });
        let (head, name) = match (path.segments.len(), path.segments.first(), imported) {
            (2.., Some(first), _) => (first.ident.unraw().to_string(), Some(&last)),
            (_, _, Some(path)) => (path.first().cloned().unwrap_or_default(), path.last()),
            _ => return last == "tool",
        };
        if name.is_none_or(|name| name != "tool") {
            return false;
        }
        // A crate of the workspace may export the attribute again.
        matches!(head.as_str(), "crate" | "self" | "super") || names_package(self.world, self.module, &head, RMCP)
    }
}

/// Returns whether the package of a module depends on that package.
fn depends_on(world: &World, module: ModuleId, package: &str) -> bool {
    let member = world.member_of(module);
    member.is_some_and(|member| member.package.dependencies.values().any(|found| found.package == package))
}

/// Returns whether a path that starts with `head` is in that package, or in one of the workspace, which may export it again.
fn names_package(world: &World, module: ModuleId, head: &str, package: &str) -> bool {
    let dependency = world.member_of(module).and_then(|member| member.package.dependencies.get(head));
    dependency.is_some_and(|found| found.package == package || found.folder.is_some())
}
