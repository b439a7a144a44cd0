//! The server-level facts: the contents of `mcp-scopes.toml`.

use crate::{
    Content, Scope,
    policy::{RiskRule, Session},
};

/// A text and its location in the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated<'a> {
    /// The text.
    pub text: &'a str,
    /// The line, from 1, or 0 if no file states it.
    pub line: u32,
    /// The column, from 1, in characters, or 0 if no file states it.
    pub column: u32,
}

/// The contents of `mcp-scopes.toml` that are published or enforced. `[convention]` and `[lint]` are for the lint only.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The file's path as the table states it. Empty for a table without a file.
    pub file: &'a str,
    /// `[server] resource`: the identifier of this server, RFC 9728 §1.2.
    pub resource: Option<&'a str>,
    /// `[server] resource_name`: the server's human-readable name, RFC 9728 §2.
    pub resource_name: Option<&'a str>,
    /// `[server] resource_documentation`: the URL of the developer documentation, RFC 9728 §2.
    pub resource_documentation: Option<&'a str>,
    /// `[server] authorization_servers`: issuer identifiers, RFC 8414 §2.
    pub authorization_servers: &'a [&'a str],
    /// `[server] namespace`: the prefix of every scope, including the separator. Empty for none.
    pub namespace: &'a str,
    /// `[server.scope_prefix]`: how clients and tokens write the scopes.
    pub scope_prefix: ScopePrefix<'a>,
    /// `[server] baseline`: the scopes in `scopes_supported`. `None` advertises every scope that opens a tool.
    pub baseline: Option<&'a [Stated<'a>]>,
    /// `[scopes]`: if present, it declares every scope in use.
    pub scopes: Option<&'a [Scope<'a>]>,
    /// `[resources]`: what opens resources.
    pub resources: &'a [Content<'a>],
    /// `[prompts]`: what opens prompts.
    pub prompts: &'a [Content<'a>],
    /// `[flows]`: the scopes of each role, in the order in which to request them.
    pub flows: &'a [Flow<'a>],
    /// `[session]`.
    pub session: Session<&'a str>,
    /// `[risk]`: each risk at most once.
    pub risks: &'a [RiskRule<'a>],
    /// `[sandbox]`.
    pub sandbox: Option<SandboxServer<'a>>,
}

impl Config<'_> {
    /// The configuration of a table without a file.
    pub const NONE: Self = Self {
        file: "",
        resource: None,
        resource_name: None,
        resource_documentation: None,
        authorization_servers: &[],
        namespace: "",
        scope_prefix: ScopePrefix::NONE,
        baseline: None,
        scopes: None,
        resources: &[],
        prompts: &[],
        flows: &[],
        session: Session::NONE,
        risks: &[],
        sandbox: None,
    };
}

/// What an authorization server puts in front of every scope of this server. The table names scopes without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopePrefix<'a> {
    /// `outside`: in what clients request, so in metadata, challenges and lists. Empty for none.
    pub outside: &'a str,
    /// `inside`: in tokens. Empty for none.
    pub inside: &'a str,
}

impl ScopePrefix<'_> {
    /// Clients and tokens write the scopes as the table does.
    pub const NONE: Self = Self { outside: "", inside: "" };
}

/// One entry of `scope_upgrade_flows`.
#[derive(Clone, Copy, Debug)]
pub struct Flow<'a> {
    /// The role.
    pub role: &'a str,
    /// The scopes, in order.
    pub scopes: &'a [Stated<'a>],
}

/// A server's sandbox, and how a caller requests it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxServer<'a> {
    /// The request header that moves a live caller into the sandbox, if the server reads one.
    pub header: Option<&'a str>,
    /// The sandbox's own resource identifier.
    pub resource: Option<&'a str>,
    /// The sandbox's own issuers.
    pub authorization_servers: &'a [&'a str],
}
