//! The lines that put the layer in front of a server, for the SDK and its version.

use mcp_scopes_scan::inventory::Transport;

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
}

impl Transports {
    /// Returns the kinds of these transports. What the code does not show is taken for HTTP, which has more to protect.
    pub(super) fn of<'t>(transports: impl Iterator<Item = &'t Transport>) -> Self {
        let mut kinds = Self::default();
        for transport in transports {
            let is_stdio = transport.call.starts_with(".serve") || transport.call.starts_with("serve_server");
            if is_stdio || transport.call.contains("Stdio") { kinds.stdio = true } else { kinds.http = true }
        }
        if kinds == Self::default() { Self { http: true, stdio: false } } else { kinds }
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

/// What the lines name.
#[derive(Debug)]
pub(super) struct Names<'n> {
    /// The path of the table.
    pub(super) table: String,
    /// The package.
    pub(super) package: &'n str,
    /// The issuer.
    pub(super) issuer: Option<&'n str>,
}

/// Returns the steps that put the layer in front.
pub(super) fn steps(sdk: Sdk, kinds: Transports, transports: &[&Transport], names: &Names<'_>) -> String {
    let mut text = String::new();
    let places = |stdio: bool| {
        let of_kind = transports.iter().filter(|transport| Transports::of(std::iter::once(**transport)).stdio == stdio);
        let places: Vec<String> =
            of_kind.map(|transport| format!("{}:{}", transport.place.file, transport.place.start.line)).collect();
        if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) }
    };
    if kinds.http {
        text.push_str(&http(sdk, &places(false), names));
    }
    if kinds.stdio {
        text.push_str(&stdio(sdk, &places(true), names));
    }
    text
}

fn http(sdk: Sdk, places: &str, names: &Names<'_>) -> String {
    let issuer = names.issuer.unwrap_or(ISSUER);
    let table = &names.table;
    let build = format!(
        "    let issuer = mcp_scopes_server::token::Issuer::discover(\"{issuer}\");\n    \
         let server = mcp_scopes_server::ResourceServer::builder(&{table}).issuer(issuer).build().await?;\n"
    );
    match sdk {
        Sdk::Rmcp => format!(
            "over HTTP{places}, before the service is made:\n{build}  \
             in place of `StreamableHttpService::new(`:\n    mcp_scopes_rmcp::service(&server,\n  \
             with `?` behind its closing parenthesis: it fails if the server offers resources or prompts that nothing opens\n  \
             and mount the service for every path, in place of `.nest_service(..)`, `.route_service(..)`:\n    .fallback_service(service)\n"
        ),
        _ => format!(
            "over HTTP{places}, before the router is made:\n{build}  \
             as the last call on the axum `Router`:\n    .layer(server.layer())\n  \
             or, without axum, around the service: `server.layer().layer(service)`\n"
        ),
    }
}

fn stdio(sdk: Sdk, places: &str, names: &Names<'_>) -> String {
    let (table, variable) = (&names.table, format!("{}_SCOPES", screaming(names.package)));
    let credentials = format!("mcp_scopes_server::StdioCredentials::from_env(&{table}, \"{variable}\")");
    let all = format!("  `StdioCredentials::all(&{table})` grants every scope, for users who state none\n");
    match sdk {
        Sdk::Rmcp => format!(
            "on stdio{places}, in place of the `handler` in `handler.serve(..)`; `{variable}` states the scopes:\n    \
             mcp_scopes_rmcp::guard({credentials}, handler)\n{all}"
        ),
        _ => format!(
            "on stdio{places}, at the start; `{variable}` states the scopes:\n    \
             let caller = *{credentials}.caller();\n  \
             and first in the handler's `call_tool`, with that caller:\n    \
             caller.authorize(&request.name).map_err(|denied| ErrorData::invalid_request(denied.to_string(), None))?;\n{all}"
        ),
    }
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
