//! Finds the server code beside the annotations: the SDK's tools, the transports that are started, and what protects them.
//!
//! It is a search for names in the tokens of functions, values and macros. It follows imports and aliases, and knows no types.
//!
//! | module | holds |
//! |---|---|
//! | `built` | the tools that a program builds at run time or in macros |
//! | `kind` | what a call transports over |
//! | `names` | what a path means: imports, aliases, modules |
//! | `protection` | what protects a transport |
//! | `tokens` | questions about tokens alone |

mod built;
mod kind;
mod names;
mod protection;
mod tokens;

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, ImplItem, Item, Signature, TraitItem, ext::IdentExt as _};

use self::{
    names::{LocalNames, Origin, Scope},
    protection::Protections,
    tokens::{
        any_name, associated, branches, is_client, is_in_angle_brackets, is_method, is_other_receiver, parenthesized,
        path_to,
    },
};
use crate::{
    attribute,
    cfg::Answer,
    inventory::{SdkTool, ServerCode, Transport},
    module::ModuleId,
    source::Place,
    world::{PackageId, World},
};

/// The package of the Rust SDK, whose attribute `#[tool]` makes a function a tool.
const RMCP: &str = "rmcp";
/// Types whose constructor starts a transport or makes the service of one.
const SERVICES: [(&str, &[&str]); 6] = [
    ("StreamableHttpService", &["new"]),
    ("SseServer", &["new", "serve", "serve_with_config"]),
    // rust-mcp-sdk
    ("server_runtime", &["create_server"]),
    ("server_runtime_core", &["create_server"]),
    ("hyper_server", &["create_server"]),
    ("hyper_server_core", &["create_server"]),
];
/// The transports of tower-mcp.
const TOWER_MCP: [(&str, &[&str]); 4] = [
    ("GenericStdioTransport", &["new"]),
    ("HttpTransport", &["new"]),
    ("StdioTransport", &["new"]),
    ("WebSocketTransport", &["new"]),
];
/// rmcp's trait, and its methods that serve a handler.
const SERVICE_EXT: &str = "ServiceExt";
const SERVE: [&str; 2] = ["serve", "serve_with_ct"];
/// Functions of rmcp that serve any handler, and those that serve a server only.
const SERVE_EITHER: [&str; 2] = ["serve_directly", "serve_directly_with_ct"];
const SERVE_SERVER: [&str; 2] = ["serve_server", "serve_server_with_ct"];

/// Returns whether a name is one of them.
fn is_start(name: &str) -> bool {
    SERVICES.iter().chain(&TOWER_MCP).any(|(service, _)| *service == name)
        || [&SERVE[..], &SERVE_EITHER, &SERVE_SERVER].concat().contains(&name)
}

/// Searches the modules of a package.
pub(crate) fn find(world: &mut World, package: PackageId) -> ServerCode {
    world.read_all(package);
    let mut code = ServerCode::default();
    let renamed = names::renamed(world, package);
    for id in 0..world.modules.len() {
        let Some(module) = world.modules.get(id) else { break };
        if world.crates.get(module.krate).is_none_or(|krate| krate.package != package) {
            continue;
        }
        let mut search = Search { world, module: id, renamed: &renamed, code: &mut code, stdio_here: false };
        for item in &module.items {
            search.item(item);
        }
    }
    code.built = built::tools(world, package);
    // A file that two targets share is searched once for each.
    code.tools.sort_by(|a, b| a.place.cmp(&b.place));
    code.tools.dedup();
    code.transports.sort_by(|a, b| a.place.cmp(&b.place));
    code.transports.dedup();
    code
}

struct Search<'w> {
    world: &'w World,
    module: ModuleId,
    renamed: &'w BTreeSet<String>,
    code: &'w mut ServerCode,
    /// Whether the code names standard input and output.
    stdio_here: bool,
}

impl Search<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) => self.function(&item.attrs, &item.sig, item.block.to_token_stream(), false),
            Item::Const(item) => self.code(TokenStream::new(), item.expr.to_token_stream()),
            Item::Static(item) => self.code(TokenStream::new(), item.expr.to_token_stream()),
            // `macro_rules!`, and macros whose input may become code.
            Item::Macro(item) => self.code(TokenStream::new(), item.mac.tokens.clone()),
            Item::Impl(item) => {
                let is_group = |attribute: &Attribute| {
                    attribute.path().segments.last().is_some_and(|last| last.ident == "mcp_tools")
                };
                let is_grouped = item.attrs.iter().any(is_group);
                for inner in &item.items {
                    match inner {
                        ImplItem::Fn(inner) => {
                            self.function(&inner.attrs, &inner.sig, inner.block.to_token_stream(), is_grouped);
                        }
                        ImplItem::Const(inner) => self.code(TokenStream::new(), inner.expr.to_token_stream()),
                        ImplItem::Macro(inner) => self.code(TokenStream::new(), inner.mac.tokens.clone()),
                        _ => {}
                    }
                }
            }
            Item::Trait(item) => {
                for inner in &item.items {
                    if let TraitItem::Fn(inner) = inner {
                        self.function(&inner.attrs, &inner.sig, inner.default.to_token_stream(), false);
                    }
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: TokenStream, is_grouped: bool) {
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
        self.code(signature.to_token_stream(), body);
    }

    /// Searches the code of a function, a value or a macro.
    fn code(&mut self, signature: TokenStream, body: TokenStream) {
        let body: Vec<TokenTree> = body.into_iter().collect();
        self.stdio_here = any_name(&body, &kind::is_stdio);
        let signature: Vec<TokenTree> = signature.into_iter().collect();
        let local = LocalNames::of(&body);
        let scope = Scope { world: self.world, module: self.module, local: &local, renamed: self.renamed };
        let protections = Protections::of(scope, &signature, &body);
        let around = protections.are_in(&signature, &[]);
        self.code.is_protected |= around || protections.are_in(&body, &[]);
        let function = Function { scope, protections, imports_trait: self.imports_trait(scope) };
        self.tokens(&function, &body, around);
    }

    /// Returns whether an attribute is `#[tool]` of rmcp.
    fn is_sdk_tool(&self, attribute: &Attribute) -> bool {
        let path = attribute.path();
        let Some(last) = path.segments.last().map(|last| last.ident.unraw().to_string()) else { return false };
        if !self.depends_on(RMCP) {
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
        matches!(head.as_str(), "crate" | "self" | "super") || self.names(&head, RMCP)
    }

    fn depends_on(&self, package: &str) -> bool {
        let member = self.world.member_of(self.module);
        member.is_some_and(|member| member.package.dependencies.values().any(|found| found.package == package))
    }

    /// Returns whether a path that starts with `head` is in that package, or in one of the workspace, which may export it again.
    fn names(&self, head: &str, package: &str) -> bool {
        let dependency = self.world.member_of(self.module).and_then(|member| member.package.dependencies.get(head));
        dependency.is_some_and(|found| found.package == package || found.folder.is_some())
    }

    /// Adds the transports among these tokens. `seen` states whether the tokens around them hold a protection.
    fn tokens(&mut self, function: &Function<'_>, tokens: &[TokenTree], seen: bool) {
        for branch in branches(tokens) {
            let seen = seen || function.protections.are_in(branch, &[Delimiter::Brace]);
            for at in 0..branch.len() {
                if let Some(call) = self.transport(function, branch, at)
                    && let Some(token) = branch.get(at)
                    && let Some(shown) = self.world.modules.get(self.module).map(|module| module.shown.clone())
                {
                    let place = Place::of(&shown, token.span());
                    // The arguments count as a whole, with the blocks of closures.
                    let arguments = branch.get(at..).unwrap_or_default().iter();
                    let arguments = arguments.map(Some).find_map(parenthesized).unwrap_or_default();
                    let seen = seen || function.protections.are_in(&arguments, &[]);
                    let kind = kind::of(&call, &arguments, self.stdio_here);
                    self.code.transports.push(Transport { call, kind, is_protected: seen, place });
                }
                if let Some(TokenTree::Group(group)) = branch.get(at) {
                    self.tokens(function, &group.stream().into_iter().collect::<Vec<_>>(), seen);
                }
            }
        }
    }

    /// Returns the call that starts a transport at that token, as it is shown.
    fn transport(&self, function: &Function<'_>, tokens: &[TokenTree], at: usize) -> Option<String> {
        let TokenTree::Ident(name) = tokens.get(at)? else { return None };
        let (written, is_method) = (name.to_string(), is_method(tokens, at));
        let arguments = parenthesized(tokens.get(at + 1));
        if is_method {
            let arguments = arguments.filter(|_| SERVE.contains(&written.as_str()) && function.imports_trait)?;
            let is_other = is_client(&arguments) || is_other_receiver(tokens, at);
            return (!is_other).then(|| format!(".{written}(..)"));
        }
        if !(is_start(&written) || function.scope.is_renamed(&written)) {
            return None;
        }
        let path = path_to(tokens, at);
        let origin = function.scope.origin(&path);
        if let (Some(arguments), true) = (&arguments, self.depends_on(RMCP)) {
            // `ServiceExt::serve(handler, transport)`, `<Files as ServiceExt<_>>::serve(handler, transport)`
            let of_trait = || {
                let before = path.get(..path.len().saturating_sub(1)).filter(|before| !before.is_empty());
                before.is_some_and(|before| function.scope.origin(before).name() == Some(SERVICE_EXT))
                    || is_in_angle_brackets(tokens, at, &|name| {
                        function.scope.origin(&[name.to_owned()]).name() == Some(SERVICE_EXT)
                    })
            };
            let serves = match origin.name() {
                Some(name) if SERVE_SERVER.contains(&name) => true,
                Some(name) if SERVE_EITHER.contains(&name) => !is_client(arguments),
                _ => SERVE.contains(&written.as_str()) && of_trait() && !is_client(arguments),
            };
            if serves {
                return Some(format!("{written}(..)"));
            }
        }
        let tower = if self.depends_on("tower-mcp") { &TOWER_MCP[..] } else { &[] };
        let (_, methods) = SERVICES.iter().chain(tower).find(|(service, _)| origin.name() == Some(*service))?;
        let method = associated(tokens.get(at + 1..)?)?;
        methods.contains(&method.as_str()).then(|| format!("{written}::{method}"))
    }

    /// Returns whether the code sees rmcp's trait with the method `serve`.
    fn imports_trait(&self, scope: Scope<'_>) -> bool {
        let Some(module) = self.world.modules.get(self.module) else { return false };
        // An import counts for the whole file, since modules inside of it see it by `super::*`.
        let of_file = self.world.modules.iter().filter(|other| other.shown == module.shown);
        let imports = of_file.flat_map(|module| &module.imports).chain(&scope.local.imports);
        imports.into_iter().any(|import| match (scope.origin(&import.path), &import.name) {
            (Origin::Package(package, name), named) => {
                let head = import.path.first().is_some_and(|head| self.names(head, RMCP));
                (package == RMCP || head) && (named.is_none() || name == SERVICE_EXT)
            }
            // Everything of a module that imports the trait.
            (_, None) => {
                let path = [import.path.as_slice(), &[SERVICE_EXT.to_owned()]].concat();
                matches!(scope.origin(&path), Origin::Package(package, _) if package == RMCP)
            }
            _ => false,
        })
    }
}

/// A function, a value or a macro that is searched.
struct Function<'s> {
    scope: Scope<'s>,
    protections: Protections<'s>,
    /// Whether it sees rmcp's trait with the method `serve`.
    imports_trait: bool,
}
