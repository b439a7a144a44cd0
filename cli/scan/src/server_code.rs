//! Finds the server code beside the annotations: the SDK's tools, the transports that are started, and what protects them.
//!
//! It is a search for names in the tokens of functions. It knows no types.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, ImplItem, Item, Signature, TraitItem, ext::IdentExt as _};

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
/// Types that protect what they are used with. `StdioCredentials` alone protect nothing: `guard` does.
const PROTECTIONS: [&str; 3] = ["ResourceServer", "ResourceServerLayer", "AuthenticatedHandler"];
/// Our integration for rmcp, and what of it protects a transport.
const INTEGRATION: &str = "mcp-scopes-rmcp";
const INTEGRATED: [&str; 3] = ["guard", "service", "Streamable"];

/// Searches the modules of a package.
pub(crate) fn find(world: &mut World, package: PackageId) -> ServerCode {
    world.read_all(package);
    let mut code = ServerCode::default();
    for id in 0..world.modules.len() {
        let Some(module) = world.modules.get(id) else { break };
        if world.crates.get(module.krate).is_none_or(|krate| krate.package != package) {
            continue;
        }
        let mut search = Search { world, module: id, code: &mut code, imports_here: false };
        for item in &module.items {
            search.item(item);
        }
    }
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
    code: &'w mut ServerCode,
    /// Whether the function imports rmcp's trait itself.
    imports_here: bool,
}

impl Search<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) => self.function(&item.attrs, &item.sig, item.block.to_token_stream()),
            Item::Impl(item) => {
                for inner in &item.items {
                    if let ImplItem::Fn(inner) = inner {
                        self.function(&inner.attrs, &inner.sig, inner.block.to_token_stream());
                    }
                }
            }
            Item::Trait(item) => {
                for inner in &item.items {
                    if let TraitItem::Fn(inner) = inner {
                        self.function(&inner.attrs, &inner.sig, inner.default.to_token_stream());
                    }
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: TokenStream) {
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
            self.code.tools.push(SdkTool { name, lines: (first, place.end.line), place });
        }
        let body: Vec<TokenTree> = body.into_iter().collect();
        self.imports_here = self.depends_on(RMCP) && any_name(&body, &|name| name == SERVICE_EXT);
        let around = self.protects(&signature.to_token_stream().into_iter().collect::<Vec<_>>(), &[]);
        self.code.is_protected |= around || self.protects(&body, &[]);
        self.tokens(&body, around);
    }

    /// Returns whether an attribute is `#[tool]` of rmcp.
    fn is_sdk_tool(&self, attribute: &Attribute) -> bool {
        let path = attribute.path();
        if path.segments.last().is_none_or(|last| last.ident != "tool") || !self.depends_on(RMCP) {
            return false;
        }
        let imported = self.world.modules.get(self.module).and_then(|module| {
            let mut imports = module.imports.iter();
            imports.find(|import| import.name.as_deref() == Some("tool")).and_then(|import| import.path.first())
        });
        let head = match (path.segments.len(), path.segments.first(), imported) {
            (2.., Some(first), _) => first.ident.unraw().to_string(),
            (_, _, Some(first)) => first.clone(),
            _ => return true,
        };
        // A crate of the workspace may export the attribute again.
        matches!(head.as_str(), "crate" | "self" | "super") || self.names(&head, RMCP)
    }

    fn depends_on(&self, package: &str) -> bool {
        let member = self.world.member_of(self.module);
        member.is_some_and(|member| member.package.dependencies.values().any(|found| found.package == package))
    }

    /// Returns whether a path that starts with `head` is in that package.
    fn names(&self, head: &str, package: &str) -> bool {
        let dependency = self.world.member_of(self.module).and_then(|member| member.package.dependencies.get(head));
        dependency.is_some_and(|found| found.package == package || found.folder.is_some())
    }

    /// Adds the transports among these tokens. `seen` states whether the tokens around them hold a protection.
    fn tokens(&mut self, tokens: &[TokenTree], seen: bool) {
        for branch in branches(tokens) {
            let seen = seen || self.protects(branch, &[Delimiter::Brace]);
            for at in 0..branch.len() {
                if let Some(call) = self.transport(branch, at)
                    && let Some(token) = branch.get(at)
                    && let Some(shown) = self.world.modules.get(self.module).map(|module| module.shown.clone())
                {
                    let place = Place::of(&shown, token.span());
                    // The arguments count as a whole, with the blocks of closures.
                    let arguments = branch.get(at..).unwrap_or_default().iter();
                    let arguments = arguments.map(Some).find_map(parenthesized).unwrap_or_default();
                    let seen = seen || self.protects(&arguments, &[]);
                    self.code.transports.push(Transport { call, is_protected: seen, place });
                }
                if let Some(TokenTree::Group(group)) = branch.get(at) {
                    self.tokens(&group.stream().into_iter().collect::<Vec<_>>(), seen);
                }
            }
        }
    }

    /// Returns the call that starts a transport at that token, as it is shown.
    fn transport(&self, tokens: &[TokenTree], at: usize) -> Option<String> {
        let TokenTree::Ident(name) = tokens.get(at)? else { return None };
        let name = name.to_string();
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let is_method = before.is_some_and(|token| is_punct(token, '.'));
        if let Some(arguments) = parenthesized(tokens.get(at + 1)) {
            let is_call = !is_method && self.depends_on(RMCP);
            // `ServiceExt::serve(handler, transport)`
            let of_trait = || {
                let path = at.checked_sub(3).and_then(|start| tokens.get(start..at));
                matches!(path, Some([TokenTree::Ident(head), colon, _]) if head == SERVICE_EXT && is_punct(colon, ':'))
            };
            let serves = match name.as_str() {
                name if SERVE_SERVER.contains(&name) => is_call,
                name if SERVE_EITHER.contains(&name) => is_call && !is_client(&arguments),
                name if SERVE.contains(&name) && is_method => {
                    self.imports_rmcp() && !is_client(&arguments) && !is_other_receiver(tokens, at)
                }
                name if SERVE.contains(&name) => is_call && of_trait() && !is_client(&arguments),
                _ => false,
            };
            if serves {
                return Some(if is_method { format!(".{name}(..)") } else { format!("{name}(..)") });
            }
        }
        let tower = if self.depends_on("tower-mcp") { &TOWER_MCP[..] } else { &[] };
        let (_, methods) = SERVICES.iter().chain(tower).find(|(service, _)| *service == name)?;
        let method = constructor(tokens.get(at + 1..)?)?;
        methods.contains(&method.as_str()).then(|| format!("{name}::{method}"))
    }

    /// Returns whether the file imports rmcp's trait with the method `serve`.
    fn imports_rmcp(&self) -> bool {
        if self.imports_here {
            return true;
        }
        let Some(module) = self.world.modules.get(self.module) else { return false };
        let of_file = self.world.modules.iter().filter(|other| other.shown == module.shown);
        of_file.flat_map(|module| &module.imports).any(|import| {
            let trait_ = import.path.last().is_some_and(|last| last == SERVICE_EXT);
            import.path.first().is_some_and(|head| self.names(head, RMCP)) && (trait_ || import.name.is_none())
        })
    }

    /// Returns whether tokens hold the name of a protection. Groups with the delimiters `without` are left out.
    fn protects(&self, tokens: &[TokenTree], without: &[Delimiter]) -> bool {
        tokens.iter().enumerate().any(|(at, token)| match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                let is_method = before.is_some_and(|token| is_punct(token, '.'));
                let arguments = parenthesized(tokens.get(at + 1));
                match (name.as_str(), is_method, &arguments) {
                    ("layer" | "route_layer", true, Some(arguments)) => !is_other_layer(arguments),
                    ("guard" | "authorize", true, Some(_)) => true,
                    (head, ..) if self.is_integration(head) => {
                        tokens.iter().skip(at + 1).find_map(ident).is_some_and(|name| is_integrated(&name))
                    }
                    _ if PROTECTIONS.contains(&name.as_str()) => true,
                    // A variable may have the name of an import.
                    _ => {
                        let is_used =
                            arguments.is_some() || tokens.get(at + 1).is_some_and(|token| is_punct(token, ':'));
                        is_used && self.is_imported_protection(&name)
                    }
                }
            }
            TokenTree::Group(group) if !without.contains(&group.delimiter()) => {
                self.protects(&group.stream().into_iter().collect::<Vec<_>>(), without)
            }
            _ => false,
        })
    }

    /// Returns whether a name is our integration for rmcp, which the package may have renamed.
    fn is_integration(&self, name: &str) -> bool {
        let dependency = self.world.member_of(self.module).and_then(|member| member.package.dependencies.get(name));
        dependency.map_or(name.replace('_', "-") == INTEGRATION, |found| found.package == INTEGRATION)
    }

    /// Returns whether a name is an import from our integration for rmcp: `guard`, `service`, or renamed.
    fn is_imported_protection(&self, name: &str) -> bool {
        let module = self.world.modules.get(self.module);
        module.into_iter().flat_map(|module| &module.imports).any(|import| {
            let ours = import.path.first().is_some_and(|head| self.is_integration(head));
            let protects = import.path.last().is_some_and(|last| is_integrated(last));
            ours && protects && import.name.as_deref() == Some(name)
        })
    }
}

/// Splits the arms of a `match`, so that a protection in one arm does not count for another.
fn branches(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    let is_arrow = |at: usize| {
        let second = tokens.get(at + 1).is_some_and(|token| is_punct(token, '>'));
        tokens.get(at).is_some_and(|token| is_punct(token, '=')) && second
    };
    let arrows: Vec<usize> = (0..tokens.len()).filter(|at| is_arrow(*at)).collect();
    let mut starts = vec![0];
    starts.extend(arrows);
    let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| tokens.get(*start..end)).collect()
}

/// Returns the name behind `::`, with type arguments before it left out, if it is called.
fn constructor(tokens: &[TokenTree]) -> Option<String> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.checked_sub(1)?,
                ':' | ',' | '\'' => {}
                _ if depth > 0 => {}
                _ => return None,
            },
            TokenTree::Ident(name) if depth == 0 => {
                return parenthesized(tokens.get(at + 1)).map(|_| name.to_string());
            }
            _ if depth > 0 => {}
            _ => return None,
        }
    }
    None
}

/// Returns the tokens between parentheses.
fn parenthesized(token: Option<&TokenTree>) -> Option<Vec<TokenTree>> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream().into_iter().collect())
        }
        _ => None,
    }
}

/// Returns whether parentheses behind this token are a call.
fn is_callee(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(name) if !["return", "await", "in", "else", "match", "if", "move"].contains(&name.to_string().as_str()))
        || is_punct(token, '>')
}

fn is_punct(token: &TokenTree, expected: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == expected)
}

/// Returns whether the arguments are those of a client, or of another kind of server, by their names.
fn is_client(tokens: &[TokenTree]) -> bool {
    any_name(tokens, &|name| name.contains("Client") || name.contains("ChildProcess") || name.contains("make_service"))
}

/// Returns whether the method at that token is called on no server of rmcp: on `()`, or on a variable that is named as a client.
fn is_other_receiver(tokens: &[TokenTree], at: usize) -> bool {
    let receiver = at.checked_sub(2).and_then(|before| tokens.get(before));
    if let Some(TokenTree::Ident(name)) = receiver {
        let name = name.to_string();
        return name.contains("client") && !name.contains("server");
    }
    let before = at.checked_sub(3).and_then(|before| tokens.get(before));
    parenthesized(receiver).is_some_and(|inner| inner.is_empty()) && before.is_none_or(|token| !is_callee(token))
}

/// Words in the names of layers that protect nothing: `cors`, `TraceLayer::new_for_http()`. A function may check the caller.
const OTHER_LAYERS: [&str; 10] =
    ["cors", "trace", "compress", "timeout", "limit", "header", "request_id", "panic", "extension", "governor"];

/// Returns whether the argument is another layer, by its name.
fn is_other_layer(tokens: &[TokenTree]) -> bool {
    let is_other = |name: &str| {
        let lower = name.to_ascii_lowercase();
        name.ends_with("Layer") && name != "Layer" || OTHER_LAYERS.iter().any(|word| lower.contains(word))
    };
    any_name(tokens, &is_other) && !any_name(tokens, &|name| PROTECTIONS.contains(&name))
}

fn is_integrated(name: &str) -> bool {
    INTEGRATED.contains(&name)
}

/// Returns the name of a token, if it is one.
fn ident(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    }
}

fn any_name(tokens: &[TokenTree], test: &impl Fn(&str) -> bool) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(name) => test(&name.to_string()),
        TokenTree::Group(group) => any_name(&group.stream().into_iter().collect::<Vec<_>>(), test),
        _ => false,
    })
}
