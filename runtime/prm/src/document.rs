//! The members of the document as plain data: those of RFC 9728 §2 and `mcp_extensions`.

use indexmap::IndexMap;

use crate::{extensions::McpExtensions, json::Json, member::members};

/// OAuth 2.0 protected resource metadata (RFC 9728) of an MCP server, extended by `mcp_extensions`.
///
/// Plain data that may be invalid; [`Metadata::new`](crate::Metadata::new) checks it. The fields are the members of the
/// JSON object, in the order of output. Empty members are omitted (RFC 9728 §3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(
    default,
    description = "OAuth 2.0 protected resource metadata (RFC 9728) of an MCP server, with `mcp_extensions`. Members \
                   without content are omitted (§3.2). Readers ignore unknown members.",
    extend("required" = ["resource"])
))]
pub struct Document {
    /// The resource identifier of the server: an https URL without a fragment. Required (RFC 9728 §1.2).
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]://[^#]+$")))]
    pub resource: Option<String>,
    /// The human-readable name of the server. Members such as `resource_name#de` contain translations (RFC 9728 §2.1).
    pub resource_name: Option<String>,
    /// The issuer identifiers of the authorization servers that issue tokens for this server: https URLs without query
    /// and fragment (RFC 8414 §2). MCP requires at least one.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]://[^?#]+$"}))
    )]
    pub authorization_servers: Vec<String>,
    /// The URL of the server's own public keys: an https URL of a JWK Set.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri", "pattern" = "^[Hh][Tt][Tt][Pp][Ss]://")))]
    pub jwks_uri: Option<String>,
    /// The scopes that a client should request for basic use of the server. Not the full list, which is in
    /// `mcp_extensions`: clients without another hint request all of these at once.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}))
    )]
    pub scopes_supported: Vec<String>,
    /// The methods by which a bearer token may be sent: `header`, `body`, `query`. An empty array means none of these.
    /// MCP servers accept tokens in the header only.
    pub bearer_methods_supported: Option<Vec<String>>,
    /// The algorithms with which the server signs its responses. Never contains `none`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "not": {"const": "none"}}))
    )]
    pub resource_signing_alg_values_supported: Vec<String>,
    /// The URL of the developer documentation.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub resource_documentation: Option<String>,
    /// The URL of the policy on how clients may use the server's data.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub resource_policy_uri: Option<String>,
    /// The URL of the server's terms of service.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub resource_tos_uri: Option<String>,
    /// Whether access tokens are bound to the client's TLS certificate (RFC 8705).
    pub tls_client_certificate_bound_access_tokens: Option<bool>,
    /// The types of `authorization_details` that the server supports (RFC 9396).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub authorization_details_types_supported: Vec<String>,
    /// The algorithms for `DPoP` proofs that the server supports (RFC 9449).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether every access token must be `DPoP`-bound (RFC 9449).
    pub dpop_bound_access_tokens_required: Option<bool>,
    /// A signed JWT whose claims are these metadata, with `iss` (RFC 9728 §2.2).
    #[cfg_attr(
        feature = "schema",
        schemars(extend("pattern" = "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$"))
    )]
    pub signed_metadata: Option<String>,
    /// The server's tools and scopes, for clients that have not requested any scope yet.
    pub mcp_extensions: Option<McpExtensions>,
    /// All other members, in order. Readers ignore unknown members (RFC 9728 §3.2).
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

/// The human-readable members, which may have translations as `name#tag` (RFC 9728 §2.1), and whether they are URLs.
pub(crate) const TRANSLATED: [(&str, bool); 4] = [
    ("resource_name", false),
    ("resource_documentation", true),
    ("resource_policy_uri", true),
    ("resource_tos_uri", true),
];
