//! What a client reads of the metadata of a resource (RFC 9728) and of its authorization server (RFC 8414, OpenID Connect Discovery 1.0).
//! No I/O: an HTTP client fetches the texts.

use core::fmt;

use mcp_scopes_model::address::Address;
use mcp_scopes_prm::{Document, Draft, WELL_KNOWN, issuer_metadata_urls, json::Json, well_known_url};

use crate::selection::ScopeMap;

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Why metadata cannot be used. Its text is static: nothing of the document is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataError(pub(crate) &'static str);

impl MetadataError {
    /// Returns the reason.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for MetadataError {}

/// Where the metadata of a resource may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceMetadataPlace {
    /// The address of the document.
    pub address: String,
    /// The server, as the client knows it: the value of `resource` that the document must have (RFC 9728 §3.3).
    pub resource: String,
    /// Whether a document for the whole host counts as well: it is what the well-known address without a path is for.
    pub is_of_host: bool,
}

impl ResourceMetadataPlace {
    /// Returns the places to ask for the metadata of a server, in order: at most two. `stated` is the address that a challenge names.
    ///
    /// With such an address: that, then the well-known address of the server. Otherwise the two well-known addresses: with the path of the server,
    /// then without.
    ///
    /// # Errors
    /// The address of the server is not https, nor plain http to this machine, or has a user or a fragment.
    pub fn of(server: &str, stated: Option<&str>) -> Result<Vec<Self>, MetadataError> {
        let well_known = well_known_url(server).map_err(|_| MetadataError("the address of the server is not https"))?;
        let address = Address::parse(server).map_err(MetadataError)?;
        if address.has_user() {
            return Err(MetadataError("the address of the server has a user; tokens take its place"));
        }
        let Address { origin, path, query, .. } = address;
        let is_host = matches!(path, "" | "/") && query.is_none();
        let at =
            |address: &str, is_of_host| Self { address: address.to_owned(), resource: server.to_owned(), is_of_host };
        let of_host = [origin, WELL_KNOWN].concat();
        // A challenge may name the document of the host, which counts without that as well.
        let mut places: Vec<Self> = stated.map(|stated| at(stated, is_host || stated == of_host)).into_iter().collect();
        if stated != Some(&*well_known) {
            places.push(at(&well_known, is_host));
        }
        if stated.is_none() && !is_host {
            places.push(at(&of_host, true));
        }
        Ok(places)
    }
}

/// The metadata of a resource, as far as a client needs it.
#[derive(Clone, Debug)]
pub struct ResourceMetadata {
    resource: String,
    authorization_servers: Vec<String>,
    dpop_algorithms: Vec<String>,
    requires_bound_tokens: bool,
    map: ScopeMap,
}

impl ResourceMetadata {
    /// Reads the document of a place. It is read leniently, since many servers publish documents with faults; but it must be for this resource.
    ///
    /// # Errors
    /// The text is not JSON, the document is for another resource (RFC 9728 §3.3), or it names no authorization server.
    pub fn read(text: &str, place: &ResourceMetadataPlace) -> Result<Self, MetadataError> {
        let draft = Draft::read(text).map_err(|_| MetadataError("the metadata of the resource is not JSON"))?;
        if !draft.duplicates.is_empty() {
            return Err(MetadataError("the metadata of the resource has a member twice"));
        }
        let map = ScopeMap::of(&draft.document);
        let Document { resource, authorization_servers, .. } = draft.document;
        let requires_bound_tokens = draft.document.dpop_bound_access_tokens_required == Some(true);
        let dpop_algorithms = draft.document.dpop_signing_alg_values_supported;
        let resource = resource.ok_or(MetadataError("the metadata of the resource has no `resource`"))?;
        // For a whole host, both spellings name the same: with a slash at the end and without.
        let host = Address::parse(&place.resource).map(|address| address.origin).ok();
        let is_for_host = place.is_of_host && host == Some(resource.strip_suffix('/').unwrap_or(&resource));
        if resource != place.resource && !is_for_host {
            return Err(MetadataError("the metadata of the resource is for another resource (RFC 9728 §3.3)"));
        }
        if authorization_servers.is_empty() {
            return Err(MetadataError("the metadata of the resource names no authorization server"));
        }
        Ok(Self { resource, authorization_servers, dpop_algorithms, requires_bound_tokens, map })
    }

    /// Returns the resource identifier, which each request for a token names (RFC 8707).
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Returns the issuer identifiers of the authorization servers: at least one.
    #[must_use]
    pub fn authorization_servers(&self) -> &[String] {
        &self.authorization_servers
    }

    /// Returns the algorithms of proofs (RFC 9449) that the resource accepts. Empty: it does not say.
    #[must_use]
    pub fn dpop_algorithms(&self) -> &[String] {
        &self.dpop_algorithms
    }

    /// Returns whether the resource accepts only tokens that are bound to a key: `dpop_bound_access_tokens_required` (RFC 9728 §2).
    #[must_use]
    pub const fn requires_bound_tokens(&self) -> bool {
        self.requires_bound_tokens
    }

    /// Returns what the document says about scopes.
    #[must_use]
    pub const fn map(&self) -> &ScopeMap {
        &self.map
    }
}

/// The metadata of an authorization server, as far as a client needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerMetadata {
    /// `issuer`.
    pub issuer: String,
    /// `authorization_endpoint`.
    pub authorization_endpoint: Option<String>,
    /// `token_endpoint`.
    pub token_endpoint: Option<String>,
    /// `registration_endpoint` (RFC 7591).
    pub registration_endpoint: Option<String>,
    /// `scopes_supported`.
    pub scopes: Vec<String>,
    /// `grant_types_supported`.
    pub grant_types: Vec<String>,
    /// `code_challenge_methods_supported`.
    pub code_challenge_methods: Vec<String>,
    /// `token_endpoint_auth_methods_supported`. The default is `client_secret_basic`.
    pub token_endpoint_auth_methods: Vec<String>,
    /// `dpop_signing_alg_values_supported` (RFC 9449 §5.1). Empty: it does not say.
    pub dpop_algorithms: Vec<String>,
    /// `authorization_response_iss_parameter_supported` (RFC 9207 §3).
    pub states_issuer: bool,
    /// `client_id_metadata_document_supported`.
    pub client_id_documents: bool,
}

impl ServerMetadata {
    /// Returns the addresses of the metadata of an issuer, in the order that MCP 2026-07-28 ("Authorization Server Metadata Discovery") states: at
    /// most three.
    ///
    /// # Errors
    /// The issuer is not a URL, or has a query or a fragment (RFC 8414 §2).
    pub fn addresses(issuer: &str) -> Result<Vec<String>, MetadataError> {
        issuer_metadata_urls(issuer).map_err(|_| {
            MetadataError(
                "the authorization server that the metadata of the resource names is not a URL of an issuer (RFC 8414 §2)",
            )
        })
    }

    /// Reads the document of an issuer. Members of a wrong type count as missing.
    ///
    /// # Errors
    /// The text is not JSON, has a member twice, or states another issuer (RFC 8414 §3.3).
    pub fn read(text: &str, issuer: &str) -> Result<Self, MetadataError> {
        let json =
            Json::parse(text).map_err(|_| MetadataError("the metadata of the authorization server is not JSON"))?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(ToOwned::to_owned);
        let list = |name: &str, default: &[&str]| match json.get(name) {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(ToOwned::to_owned).collect(),
            _ => default.iter().map(|&item| item.to_owned()).collect::<Vec<String>>(),
        };
        if text("issuer").as_deref() != Some(issuer) {
            return Err(MetadataError(
                "the metadata of the authorization server states another issuer (RFC 8414 §3.3)",
            ));
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: text("authorization_endpoint"),
            token_endpoint: text("token_endpoint"),
            registration_endpoint: text("registration_endpoint"),
            scopes: list("scopes_supported", &[]),
            grant_types: list("grant_types_supported", &["authorization_code", "implicit"]),
            code_challenge_methods: list("code_challenge_methods_supported", &[]),
            token_endpoint_auth_methods: list("token_endpoint_auth_methods_supported", &["client_secret_basic"]),
            dpop_algorithms: list("dpop_signing_alg_values_supported", &[]),
            states_issuer: json.get("authorization_response_iss_parameter_supported") == Some(&Json::Bool(true)),
            client_id_documents: json.get("client_id_metadata_document_supported") == Some(&Json::Bool(true)),
        })
    }

    /// Returns whether the server lists token exchange (RFC 8693).
    #[must_use]
    pub fn exchanges_tokens(&self) -> bool {
        self.grant_types.iter().any(|grant| grant == TOKEN_EXCHANGE)
    }
}
