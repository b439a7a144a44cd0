//! The lines that put the layer in front of a server, for the SDK and its version.

use mcp_scopes_scan::{
    inventory::{Transport, TransportKind},
    sdk::SdkPackage,
};

use super::{cargo_lock::Version, config::ISSUER, manifest::Line, tables::screaming};

/// The SDK of a package, and its version if it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sdk {
    /// A version that `mcp-scopes-rmcp` integrates.
    Rmcp,
    /// An older one, or one that is too new.
    OtherRmcp(Option<Version>),
    /// rust-mcp-sdk.
    RustMcp,
    /// tower-mcp.
    TowerMcp,
}

/// The versions of rmcp that `mcp-scopes-rmcp` integrates: from this one to the next major one.
pub(super) const INTEGRATED: Version = Version(3, 11, 0);
/// From this version on, `#[tool_handler]` keeps a `call_tool` that the impl has. Between it and 0.8 the change is not dated.
const KEEPS_CALL_TOOL: Version = Version(1, 8, 0);
/// The first version of rmcp that the macros support.
pub(super) const OLDEST: Version = Version(0, 3, 0);

impl Sdk {
    pub(super) fn of_rmcp(version: Option<Version>) -> Self {
        match version {
            Some(version) if version >= INTEGRATED && version.0 == INTEGRATED.0 => Self::Rmcp,
            other => Self::OtherRmcp(other),
        }
    }
}

/// The transports of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Transports {
    pub(super) http: bool,
    pub(super) stdio: bool,
    /// Another stream, such as a socket.
    pub(super) stream: bool,
}

impl Transports {
    /// Returns the kinds of these transports. What the code does not show is taken for HTTP, which has more to protect.
    pub(super) fn of<'t>(transports: impl Iterator<Item = &'t Transport>) -> Self {
        let mut kinds = Self::default();
        for transport in transports {
            match transport.kind {
                TransportKind::Stdio => kinds.stdio = true,
                TransportKind::Stream => kinds.stream = true,
                _ => kinds.http = true,
            }
        }
        if kinds == Self::default() { Self { http: true, ..kinds } } else { kinds }
    }

    /// Returns the dependencies that the lines require.
    pub(super) fn dependencies(self, sdk: Sdk) -> Vec<Line> {
        const CORE: Line = Line { name: "mcp-scopes", features: &[], default_features: true };
        let integration = Line { name: "mcp-scopes-rmcp", features: &[], default_features: self.http };
        let features: &[&str] = if self.http { &["jwks"] } else { &[] };
        let server = Line { name: "mcp-scopes-server", features, default_features: true };
        if sdk == Sdk::Rmcp { vec![CORE, integration, server] } else { vec![CORE, server] }
    }
}

/// The names of our crates in the source of a package.
#[derive(Clone, Debug)]
pub(super) struct Crates {
    /// `mcp-scopes`.
    pub(super) runtime: String,
    server: String,
    rmcp: String,
}

impl Crates {
    pub(super) fn of(package: &SdkPackage) -> Self {
        let name = |of: &str| {
            let mut all = package.package.dependencies.iter().filter(|(_, found)| found.package == of);
            all.next().map_or_else(|| of.replace('-', "_"), |(name, _)| name.clone())
        };
        Self { runtime: name("mcp-scopes"), server: name("mcp-scopes-server"), rmcp: name("mcp-scopes-rmcp") }
    }
}

/// What the lines name.
#[derive(Debug)]
pub(super) struct Names<'n> {
    /// The path of the table.
    pub(super) table: String,
    /// The package.
    pub(super) package: &'n str,
    /// The names of our crates in it.
    pub(super) crates: &'n Crates,
    /// The issuer.
    pub(super) issuer: Option<&'n str>,
}

/// Returns the steps that put the layer in front.
pub(super) fn steps(sdk: Sdk, kinds: Transports, transports: &[&Transport], names: &Names<'_>) -> String {
    let mut text = String::new();
    let places = |test: &dyn Fn(TransportKind) -> bool| {
        let of_kind = transports.iter().filter(|transport| test(transport.kind));
        let places: Vec<String> =
            of_kind.map(|transport| format!("{}:{}", transport.place.file, transport.place.start.line)).collect();
        if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) }
    };
    if kinds.http {
        let is_http = |kind| !matches!(kind, TransportKind::Stdio | TransportKind::Stream);
        text.push_str(&http(sdk, &places(&is_http), names));
    }
    if kinds.stdio {
        let (variable, server) = (variable(names), &names.crates.server);
        let credentials = format!("{server}::StdioCredentials::from_env(&{}, \"{variable}\")", names.table);
        let head = format!("on stdio{}, ", places(&|kind| kind == TransportKind::Stdio));
        text.push_str(&process(sdk, &head, &format!("; `{variable}` states the scopes"), &credentials, names));
        let table = &names.table;
        text.extend([format!("  `StdioCredentials::all(&{table})` grants every scope, for users who state none\n")]);
    }
    if kinds.stream {
        // A layer is for HTTP, and the environment is that of this process: it does not tell who is at the other end.
        let credentials = format!("{}::StdioCredentials::of(caller)", names.crates.server);
        let head = format!("on another stream{}, ", places(&|kind| kind == TransportKind::Stream));
        let end = "; `caller` is who you know to be at its other end, with the scopes of that caller alone";
        text.push_str(&process(sdk, &head, end, &credentials, names));
        text.push_str("  a socket that several clients can reach needs HTTP, where the layer checks each request\n");
    }
    text
}

/// Returns the environment variable that states the scopes on stdio.
fn variable(names: &Names<'_>) -> String {
    format!("{}_SCOPES", screaming(names.package))
}

fn http(sdk: Sdk, places: &str, names: &Names<'_>) -> String {
    let issuer = names.issuer.unwrap_or(ISSUER);
    let (table, server, rmcp) = (&names.table, &names.crates.server, &names.crates.rmcp);
    let build = format!(
        "    let issuer = {server}::token::Issuer::discover(\"{issuer}\");\n    \
         let server = {server}::ResourceServer::builder(&{table}).issuer(issuer).build().await?;\n"
    );
    if sdk == Sdk::Rmcp {
        return format!(
            "over HTTP{places}, before the service is made:\n{build}  \
             in place of `StreamableHttpService::new(`:\n    {rmcp}::service(&server,\n  \
             with `?` behind its closing parenthesis: it fails if the server offers resources or prompts that nothing opens\n  \
             and mount the service for every path, in place of `.nest_service(..)`, `.route_service(..)`:\n    .fallback_service(service)\n"
        );
    }
    let mount = if sdk == Sdk::RustMcp {
        "  `create_axum_server` takes no layer: in its place, mount `mcp_routes(..)` of rust-mcp-axum on a `Router`\n"
    } else {
        ""
    };
    format!(
        "over HTTP{places}, before the router is made:\n{build}  \
         as the last call on the axum `Router`:\n    .layer(server.layer())\n{mount}  \
         or, without axum, around the service: `server.layer().layer(service)`\n"
    )
}

/// Returns the steps for a transport with one caller: `head` says which, `end` where its scopes come from.
fn process(sdk: Sdk, head: &str, end: &str, credentials: &str, names: &Names<'_>) -> String {
    if sdk == Sdk::Rmcp {
        let rmcp = &names.crates.rmcp;
        return format!(
            "{head}in place of the `handler` in `handler.serve(..)`{end}:\n    {rmcp}::guard({credentials}, handler)\n"
        );
    }
    let variable = variable(names);
    let (place, tool, error) = match sdk {
        Sdk::RustMcp => {
            ("first in the handler's function for a call", "params.name", "CallToolError::from_message(message)")
        }
        Sdk::TowerMcp => ("first in the handler of each tool", "NAME", "tower_mcp::Error::invalid_params(message)"),
        _ => ("first in the handler's `call_tool`", "request.name", "ErrorData::new(ErrorCode(403), message, None)"),
    };
    let route = "    Self::tool_router().call(ToolCallContext::new(self, request, context)).await\n";
    let written = match sdk {
        Sdk::OtherRmcp(Some(version)) if version >= KEEPS_CALL_TOOL => format!(
            "  `#[tool_handler]` keeps a `call_tool` that the impl has; behind the check, it calls the router of the attribute:\n{route}"
        ),
        Sdk::OtherRmcp(_) => format!(
            "  `#[tool_handler]` may write `call_tool` itself: write it and `list_tools` in place of the attribute, and behind the check:\n{route}"
        ),
        _ => String::new(),
    };
    let kept = if sdk == Sdk::TowerMcp { "which it captures" } else { "kept in a field of the handler" };
    format!(
        "{head}at the start{end}:\n    let caller = *{credentials}.caller();\n  {place}, with that caller, {kept}:\n    \
         if caller.authorize(&{tool}).is_err() {{\n        \
         let message = format!(\"no scope in `{variable}` opens the tool `{{}}`\", {tool});\n        \
         return Err({error});\n    }}\n{written}  \
         for `lint`, which does not see that check, above the line that starts the transport:\n    \
         // mcp-scopes: allow(unguarded-transport) the handler checks each call\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{INTEGRATED, Sdk, Version};

    #[test]
    fn integrates_the_version_of_the_workspace() {
        let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("rmcp = {{ version = \"{INTEGRATED}\"")));
        for (version, sdk) in [
            (Some(Version(3, 11, 2)), Sdk::Rmcp),
            (Some(Version(3, 10, 9)), Sdk::OtherRmcp(Some(Version(3, 10, 9)))),
            (Some(Version(4, 0, 0)), Sdk::OtherRmcp(Some(Version(4, 0, 0)))),
            (None, Sdk::OtherRmcp(None)),
        ] {
            assert_eq!(Sdk::of_rmcp(version), sdk);
        }
    }
}
