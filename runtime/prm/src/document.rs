//! The members of the document, as plain data: what RFC 9728 §2 defines and `mcp_extensions`.

use indexmap::IndexMap;

use crate::{extensions::McpExtensions, json::Json, member::members};

/// OAuth 2.0 protected resource metadata (RFC 9728) of an MCP server, extended by `mcp_extensions`.
///
/// Plain data, valid or not: [`Metadata::new`](crate::Metadata::new) checks it. The fields are the members of the JSON
/// object, in the order in which they are written; empty ones are left out (RFC 9728 §3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(
    default,
    description = "OAuth 2.0 protected resource metadata (RFC 9728) of an MCP server, with `mcp_extensions`. Members \
                   without content are left out (§3.2), members that a reader does not know are ignored.",
    extend("required" = ["resource"])
))]
pub struct Document {
    /// The resource identifier of the server: an https URL without a fragment. Required (RFC 9728 §1.2).
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]://[^#]+$")))]
    pub resource: Option<String>,
    /// The name of the server, for people. `resource_name#de` and the like hold it in other languages (RFC 9728 §2.1).
    pub resource_name: Option<String>,
    /// Issuer identifiers of the authorization servers that issue tokens for this server: https URLs without query and
    /// fragment (RFC 8414 §2). MCP asks for at least one.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]://[^?#]+$"}))
    )]
    pub authorization_servers: Vec<String>,
    /// The address of the server's own public keys, an https URL to a JWK Set.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]://")))]
    pub jwks_uri: Option<String>,
    /// The scopes that a client should ask for to use the server at all. Not the full list: that is in
    /// `mcp_extensions`. Clients that get no other hint ask for all of these at once.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}))
    )]
    pub scopes_supported: Vec<String>,
    /// How a bearer token may be sent: `header`, `body`, `query`; an empty array for none of these. MCP servers take it
    /// in the header only.
    pub bearer_methods_supported: Option<Vec<String>>,
    /// The algorithms with which the server signs its responses; never `none`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "not": {"const": "none"}}))
    )]
    pub resource_signing_alg_values_supported: Vec<String>,
    /// The address of a page for developers.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub resource_documentation: Option<String>,
    /// The address of a page about how a client may use the server's data.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub resource_policy_uri: Option<String>,
    /// The address of the server's terms of service.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub resource_tos_uri: Option<String>,
    /// Whether access tokens are bound to the client's TLS certificate (RFC 8705).
    pub tls_client_certificate_bound_access_tokens: Option<bool>,
    /// The types of `authorization_details` that the server understands (RFC 9396).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub authorization_details_types_supported: Vec<String>,
    /// The algorithms of `DPoP` proofs that the server accepts (RFC 9449).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether every access token has to be bound with `DPoP` (RFC 9449).
    pub dpop_bound_access_tokens_required: Option<bool>,
    /// These metadata as the claims of a signed JWT, with `iss` (RFC 9728 §2.2).
    #[cfg_attr(
        feature = "schema",
        schemars(extend("pattern" = "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$"))
    )]
    pub signed_metadata: Option<String>,
    /// What clients can know about the server's tools and scopes before they ask for any.
    pub mcp_extensions: Option<McpExtensions>,
    /// Every other member, in order. Readers ignore what they do not know (RFC 9728 §3.2).
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(Document {
    resource,
    resource_name,
    authorization_servers,
    jwks_uri,
    scopes_supported,
    bearer_methods_supported,
    resource_signing_alg_values_supported,
    resource_documentation,
    resource_policy_uri,
    resource_tos_uri,
    tls_client_certificate_bound_access_tokens,
    authorization_details_types_supported,
    dpop_signing_alg_values_supported,
    dpop_bound_access_tokens_required,
    signed_metadata,
    mcp_extensions,
});

/// The members that people read, which may stand in several languages as `name#tag` (RFC 9728 §2.1), and whether they
/// are addresses.
pub(crate) const TRANSLATED: [(&str, bool); 4] = [
    ("resource_name", false),
    ("resource_documentation", true),
    ("resource_policy_uri", true),
    ("resource_tos_uri", true),
];
