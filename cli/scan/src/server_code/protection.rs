//! What protects a transport: our types and functions, by their paths.

use proc_macro2::{Delimiter, TokenTree};

use super::{
    names::{Origin, Scope},
    tokens::{any_name, is_method, is_punct, parenthesized, path_to},
};

/// The packages whose types and functions protect a server.
const SERVER: &str = "mcp-scopes-server";
const INTEGRATION: &str = "mcp-scopes-rmcp";
/// Types that protect what they are used with. `StdioCredentials` alone protect nothing: `guard` does.
const TYPES: [&str; 4] = ["ResourceServer", "ResourceServerLayer", "ResourceServerService", "AuthenticatedHandler"];
/// Functions and a type of the integration that protect what they return.
const INTEGRATED: [&str; 3] = ["guard", "service", "Streamable"];
/// Types whose `authorize` checks a call.
const CHECKING: [&str; 4] = ["AsCaller", "Caller", "Grant", "ScopeTable"];

/// The method that checks a call.
const AUTHORIZE: &str = "authorize";

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

    /// Returns whether tokens hold a protection. Groups with the delimiters `without` are left out.
    pub(super) fn are_in(&self, tokens: &[TokenTree], without: &[Delimiter]) -> bool {
        tokens.iter().enumerate().any(|(at, token)| match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let arguments = parenthesized(tokens.get(at + 1));
                match (is_method(tokens, at), arguments) {
                    // `ResourceServer::layer` takes no argument, the methods of other layers take a service.
                    (true, Some(arguments)) => {
                        (name == "layer" && arguments.is_empty() && self.uses_server())
                            || (name == AUTHORIZE && self.knows_callers)
                    }
                    (true, None) => false,
                    _ if !self.may_protect(&name) => false,
                    (false, arguments) => {
                        let origin = self.scope.origin(&path_to(tokens, at));
                        let is_used =
                            arguments.is_some() || tokens.get(at + 1).is_some_and(|token| is_punct(token, ':'));
                        // A variable may have the name of an import.
                        origin.may_be(&[SERVER, INTEGRATION], &TYPES)
                            || (is_used && origin.may_be(&[INTEGRATION], &INTEGRATED))
                    }
                }
            }
            TokenTree::Group(group) if !without.contains(&group.delimiter()) => {
                self.are_in(&group.stream().into_iter().collect::<Vec<_>>(), without)
            }
            _ => false,
        })
    }

    /// Returns whether a name may be that of a protection. It is fast, and false for most names.
    fn may_protect(&self, name: &str) -> bool {
        TYPES.contains(&name) || INTEGRATED.contains(&name) || self.scope.is_renamed(name)
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
