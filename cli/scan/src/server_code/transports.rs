//! The calls that start a transport.

use proc_macro2::TokenTree;

use super::{
    RMCP, depends_on,
    flow::Code,
    kind,
    names::{Origin, Scope},
    names_package,
    position::{Position, each},
    tokens::{
        any_name, associated, is_client, is_in_angle_brackets, is_method, is_other_receiver, parenthesized, path_to,
    },
    unit::Unit,
};
use crate::{inventory::Transport, source::Place};

/// Types whose constructor starts a transport or makes the service of one.
const SERVICES: [(&str, &[&str]); 7] = [
    ("StreamableHttpService", &["new"]),
    ("SseServer", &["new", "serve", "serve_with_config"]),
    // rust-mcp-sdk
    ("server_runtime", &["create_server"]),
    ("server_runtime_core", &["create_server"]),
    ("hyper_server", &["create_server"]),
    ("hyper_server_core", &["create_server"]),
    // The same in a web framework of one's own.
    ("McpHttpHandler", &["new"]),
];
/// The transports of tower-mcp.
const TOWER_MCP: [(&str, &[&str]); 4] = [
    ("GenericStdioTransport", &["new"]),
    ("HttpTransport", &["new"]),
    ("StdioTransport", &["new"]),
    ("WebSocketTransport", &["new"]),
];
/// Functions that make the routes or the server of rust-mcp-sdk, and their packages.
const RUST_MCP: [&str; 4] = ["create_actix_server", "create_axum_server", "mcp_routes", "mcp_scope"];
const RUST_MCP_PACKAGES: [&str; 2] = ["rust-mcp-actix", "rust-mcp-axum"];
/// rmcp's trait, and its methods that serve a handler.
const SERVICE_EXT: &str = "ServiceExt";
const SERVE: [&str; 2] = ["serve", "serve_with_ct"];
/// Functions of rmcp that serve any handler, and those that serve a server only.
const SERVE_EITHER: [&str; 2] = ["serve_directly", "serve_directly_with_ct"];
const SERVE_SERVER: [&str; 2] = ["serve_server", "serve_server_with_ct"];

/// Returns whether a name is one of them.
fn is_start(name: &str) -> bool {
    SERVICES.iter().chain(&TOWER_MCP).any(|(service, _)| *service == name)
        || [&SERVE[..], &SERVE_EITHER, &SERVE_SERVER, &RUST_MCP].concat().contains(&name)
}

/// Searches one unit.
pub(super) struct Search<'s> {
    code: &'s Code<'s>,
    unit: &'s Unit,
    scope: Scope<'s>,
    /// Whether it sees rmcp's trait with the method `serve`.
    imports_trait: bool,
}

impl<'s> Search<'s> {
    pub(super) fn of(code: &'s Code<'s>, unit: &'s Unit) -> Self {
        let mut search = Self { code, unit, scope: code.scope(unit), imports_trait: false };
        search.imports_trait = any_name(&unit.body, &|name| SERVE.contains(&name)) && search.imports_trait();
        search
    }

    /// Returns whether the unit starts a transport.
    pub(super) fn any(&self) -> bool {
        if !any_name(&self.unit.body, &|name| is_start(name) || self.scope.is_renamed(name)) {
            return false;
        }
        let mut is_found = false;
        each(&self.unit.body, &mut |position| is_found = is_found || self.call(position).is_some());
        is_found
    }

    /// Adds the transports that the unit starts.
    pub(super) fn transports(&self, found: &mut Vec<Transport>) {
        let Some(module) = self.code.world.modules.get(self.unit.module) else { return };
        // Whether the code names standard input and output.
        let stdio_here = any_name(&self.unit.body, &kind::is_stdio);
        let protections = self.code.protections(self.unit);
        each(&self.unit.body, &mut |position| {
            let (Some(call), Some(token)) = (self.call(position), position.token()) else { return };
            let is_arguments = |at: &usize| parenthesized(position.tokens.get(*at)).is_some();
            let at = (position.at..position.segment().end).find(is_arguments);
            let arguments = at.and_then(|at| parenthesized(position.tokens.get(at))).unwrap_or_default();
            let is_protected =
                protections.authorize_around(position) || self.code.is_protected(self.unit, position, at);
            let kind = kind::of(&call, &arguments, stdio_here);
            found.push(Transport { call, kind, is_protected, place: Place::of(&module.shown, token.span()) });
        });
    }

    /// Returns the call that starts a transport at that token, as it is shown.
    fn call(&self, position: &Position<'_>) -> Option<String> {
        let Position { tokens, at, .. } = *position;
        let TokenTree::Ident(name) = tokens.get(at)? else { return None };
        let (written, is_method) = (name.to_string(), is_method(tokens, at));
        let arguments = parenthesized(tokens.get(at + 1));
        if is_method {
            let arguments = arguments.filter(|_| SERVE.contains(&written.as_str()) && self.imports_trait)?;
            let is_other = is_client(&arguments) || is_other_receiver(tokens, at);
            return (!is_other).then(|| format!(".{written}(..)"));
        }
        if !(is_start(&written) || self.scope.is_renamed(&written)) {
            return None;
        }
        let path = path_to(tokens, at);
        let origin = self.scope.origin(&path);
        if let (Some(arguments), true) = (&arguments, self.depends_on(RMCP)) {
            // `ServiceExt::serve(handler, transport)`, `<Files as ServiceExt<_>>::serve(handler, transport)`
            let of_trait = || {
                let before = path.get(..path.len().saturating_sub(1)).filter(|before| !before.is_empty());
                before.is_some_and(|before| self.scope.origin(before).name() == Some(SERVICE_EXT))
                    || is_in_angle_brackets(tokens, at, &|name| {
                        self.scope.origin(&[name.to_owned()]).name() == Some(SERVICE_EXT)
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
        if arguments.is_some() && origin.may_be(&RUST_MCP_PACKAGES, &RUST_MCP) {
            return Some(format!("{written}(..)"));
        }
        let tower = if self.depends_on("tower-mcp") { &TOWER_MCP[..] } else { &[] };
        let (_, methods) = SERVICES.iter().chain(tower).find(|(service, _)| origin.name() == Some(*service))?;
        let method = associated(tokens.get(at + 1..)?)?;
        methods.contains(&method.as_str()).then(|| format!("{written}::{method}"))
    }

    /// Returns whether the code sees rmcp's trait with the method `serve`.
    fn imports_trait(&self) -> bool {
        let (world, scope) = (self.code.world, self.scope);
        let Some(module) = world.modules.get(self.unit.module) else { return false };
        // An import counts for the whole file, since modules inside of it see it by `super::*`.
        let of_file = world.modules.iter().filter(|other| other.shown == module.shown);
        let imports = of_file.flat_map(|module| &module.imports).chain(&scope.local.imports);
        imports.into_iter().any(|import| match (scope.origin(&import.path), &import.name) {
            (Origin::Package(package, name), named) => {
                let head = import.path.first().is_some_and(|head| names_package(world, self.unit.module, head, RMCP));
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

    fn depends_on(&self, package: &str) -> bool {
        depends_on(self.code.world, self.unit.module, package)
    }
}
