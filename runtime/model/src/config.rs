//! The server-level facts: what `mcp-scopes.toml` says beside the tools.

use crate::{Scope, policy::Session};

/// A text and where the configuration file states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated<'a> {
    /// The text.
    pub text: &'a str,
    /// The line, from 1; 0 if no file states it.
    pub line: u32,
    /// The column, from 1, in characters; 0 if no file states it.
    pub column: u32,
}

/// Everything `mcp-scopes.toml` says that is published or enforced. `[convention]` and `[lint]` concern the lint alone.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The file's path as the table names it; empty for a table without one.
    pub file: &'a str,
    /// `[server] resource`: the identifier of this server, RFC 9728 §1.2.
    pub resource: Option<&'a str>,
    /// `[server] resource_name`: the server's name for people, RFC 9728 §2.
    pub resource_name: Option<&'a str>,
    /// `[server] resource_documentation`: an address for developers, RFC 9728 §2.
    pub resource_documentation: Option<&'a str>,
    /// `[server] authorization_servers`: issuer identifiers, RFC 8414 §2.
    pub authorization_servers: &'a [&'a str],
    /// `[server] namespace`: the prefix of every scope, separator included; empty for none.
    pub namespace: &'a str,
    /// `[server] baseline`: what `scopes_supported` advertises; `None` advertises every scope that opens a tool.
    pub baseline: Option<&'a [Stated<'a>]>,
    /// `[scopes]`: if present, every scope in use must stand here.
    pub scopes: Option<&'a [Scope<'a>]>,
    /// `[flows]`: the scopes of a role, in the order to ask for them.
    pub flows: &'a [Flow<'a>],
    /// `[session]`.
    pub session: Session,
    /// `[sandbox]`.
    pub sandbox: Option<SandboxServer<'a>>,
}

impl Config<'_> {
    /// What a table has that names no file.
    pub const NONE: Self = Self {
        file: "",
        resource: None,
        resource_name: None,
        resource_documentation: None,
        authorization_servers: &[],
        namespace: "",
        baseline: None,
        scopes: None,
        flows: &[],
        session: Session::NONE,
        sandbox: None,
    };
}

/// One entry of `scope_upgrade_flows`.
#[derive(Clone, Copy, Debug)]
pub struct Flow<'a> {
    /// Who follows it.
    pub role: &'a str,
    /// The scopes, in order.
    pub scopes: &'a [Stated<'a>],
}

/// Where a server's sandbox is, and how a caller asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxServer<'a> {
    /// The request header that moves a live caller into the sandbox, if the server reads one.
    pub header: Option<&'a str>,
    /// The sandbox's own resource identifier.
    pub resource: Option<&'a str>,
    /// The sandbox's own issuers.
    pub authorization_servers: &'a [&'a str],
}
