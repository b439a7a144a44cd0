//! What protects a transport: our types and functions, by their paths.
//!
//! A `ResourceServer` that is built protects nothing. Its layer does, and `guard` and `service` of the integration.

use proc_macro2::{Delimiter, TokenTree};

use super::{
    names::{Origin, Scope},
    position::Position,
    tokens::{any_name, is_method, is_punct, parenthesized, path_to},
};

/// The packages whose types and functions protect a server.
const SERVER: &str = "mcp-scopes-server";
const INTEGRATION: &str = "mcp-scopes-rmcp";
/// The type whose `layer` is the layer. It protects nothing itself.
const RESOURCE_SERVER: &str = "ResourceServer";
/// Types that protect what they are used with. `StdioCredentials` alone protect nothing: `guard` does.
const TYPES: [&str; 3] = ["ResourceServerLayer", "ResourceServerService", "AuthenticatedHandler"];
/// The function of the integration that protects a handler.
const GUARD: &str = "guard";
/// A function and a type of the integration that are a whole protected server. They protect no other transport.
const SERVICES: [&str; 2] = ["service", "Streamable"];
/// Types whose `authorize` checks a call.
const CHECKING: [&str; 4] = ["AsCaller", "Caller", "Grant", "ScopeTable"];

/// The method that checks a call.
const AUTHORIZE: &str = "authorize";

/// What protects something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protection {
    /// A whole server that is protected. It protects no other one.
    Service,
    /// A layer or a guard, which protects what it is used with.
    Around,
}

/// Finds protections among the tokens of one function.
pub(super) struct Protections<'s> {
    scope: Scope<'s>,
    /// Whether the function names a type whose `authorize` checks a call, or a table.
    knows_callers: bool,
}

impl<'s> Protections<'s> {
    pub(super) fn of(scope: Scope<'s>, signature: &[TokenTree], body: &[TokenTree]) -> Self {
        let checking = |origin: &Origin| origin.may_be(&["mcp-scopes", SERVER, INTEGRATION], &CHECKING);
        let tables: Vec<&str> =
            scope.world.modules.iter().flat_map(|module| &module.tables).map(String::as_str).collect();
        let knows = |tokens: &[TokenTree]| {
            any_path(tokens, &|path| {
                path.last().is_some_and(|name| tables.contains(&name.as_str())) || checking(&scope.origin(path))
            })
        };
        let authorizes = any_name(body, &|name| name == AUTHORIZE);
        Self { scope, knows_callers: authorizes && (knows(signature) || knows(body)) }
    }

    /// Returns the protection that a token names.
    pub(super) fn at(&self, tokens: &[TokenTree], at: usize) -> Option<Protection> {
        let TokenTree::Ident(name) = tokens.get(at)? else { return None };
        let name = name.to_string();
        let arguments = parenthesized(tokens.get(at + 1));
        if is_method(tokens, at) {
            // `ResourceServer::layer` takes no argument, the methods of other layers take a service.
            let is_layer = name == "layer" && arguments?.is_empty() && self.uses_server();
            return is_layer.then_some(Protection::Around);
        }
        if !self.may_protect(&name) {
            return None;
        }
        let origin = self.scope.origin(&path_to(tokens, at));
        if origin.may_be(&[SERVER, INTEGRATION], &TYPES) {
            return Some(Protection::Around);
        }
        // A variable may have the name of an import.
        let is_path = tokens.get(at + 1).is_some_and(|token| is_punct(token, ':'));
        if arguments.is_none() && !is_path {
            return None;
        }
        if origin.may_be(&[INTEGRATION], &SERVICES) {
            return Some(Protection::Service);
        }
        // `ResourceServer::layer(&server)`
        let is_layer = || matches!(tokens.get(at + 3), Some(TokenTree::Ident(method)) if method == "layer");
        let is_around = origin.may_be(&[INTEGRATION], &[GUARD])
            || (is_path && is_layer() && origin.may_be(&[SERVER], &[RESOURCE_SERVER]));
        is_around.then_some(Protection::Around)
    }

    /// Returns the strongest protection that tokens hold.
    pub(super) fn strongest(&self, tokens: &[TokenTree]) -> Option<Protection> {
        let mut found = None;
        for (at, token) in tokens.iter().enumerate() {
            let here = match token {
                TokenTree::Group(group) => self.strongest(&group.stream().into_iter().collect::<Vec<_>>()),
                _ => self.at(tokens, at),
            };
            found = found.max(here);
            if found == Some(Protection::Around) {
                break;
            }
        }
        found
    }

    /// Returns whether tokens check a call with `.authorize(..)`. Groups with the delimiters `without` are left out.
    pub(super) fn authorize_in(&self, tokens: &[TokenTree], without: &[Delimiter]) -> bool {
        self.knows_callers
            && tokens.iter().enumerate().any(|(at, token)| match token {
                TokenTree::Ident(name) => {
                    *name == AUTHORIZE && is_method(tokens, at) && parenthesized(tokens.get(at + 1)).is_some()
                }
                TokenTree::Group(group) if !without.contains(&group.delimiter()) => {
                    self.authorize_in(&group.stream().into_iter().collect::<Vec<_>>(), without)
                }
                _ => false,
            })
    }

    /// Returns whether code in the block of a token, or around it, checks a call. Other arms of a `match` do not count.
    pub(super) fn authorize_around(&self, position: &Position<'_>) -> bool {
        if !self.knows_callers {
            return false;
        }
        let mut around = Some(position);
        while let Some(position) = around {
            let branch = position.branch();
            if self.authorize_in(position.tokens.get(branch).unwrap_or_default(), &[Delimiter::Brace]) {
                return true;
            }
            around = position.around;
        }
        false
    }

    /// Returns whether a name may be that of a protection. It is fast, and false for most names.
    fn may_protect(&self, name: &str) -> bool {
        TYPES.contains(&name)
            || SERVICES.contains(&name)
            || name == GUARD
            || name == RESOURCE_SERVER
            || self.scope.is_renamed(name)
    }

    /// Returns whether the package depends on the layer.
    fn uses_server(&self) -> bool {
        let member = self.scope.world.member_of(self.scope.module);
        let dependencies = member.into_iter().flat_map(|member| member.package.dependencies.values());
        dependencies.into_iter().any(|found| [SERVER, INTEGRATION].contains(&found.package.as_str()))
    }
}

/// Returns whether a path in the tokens passes a test.
fn any_path(tokens: &[TokenTree], test: &impl Fn(&[String]) -> bool) -> bool {
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(_) => test(&path_to(tokens, at)),
        TokenTree::Group(group) => any_path(&group.stream().into_iter().collect::<Vec<_>>(), test),
        _ => false,
    })
}
