//! Step 1: answers requests for the protected resource metadata (RFC 9728 §3).

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
    },
    request::Parts,
};
use http_body_util::Full;
use mcp_scopes_model::address::Address;

use mcp_scopes::{
    __private::v1,
    Caller, Environment, ScopeTable,
    metadata::{Metadata, WELL_KNOWN},
};

use super::{Discovery, rejection::Rejection};

/// Where clients look for metadata (RFC 8615).
pub(super) const BELOW_WELL_KNOWN: &str = "/.well-known/";

/// The metadata document, rendered once.
#[derive(Clone, Debug)]
pub(super) struct ServedMetadata {
    /// Its address (RFC 9728 §3.1), which challenges contain.
    pub(super) url: Arc<str>,
    /// The path of that address.
    path: String,
    text: Bytes,
    cache: HeaderValue,
}

impl ServedMetadata {
    pub(super) fn new(metadata: &Metadata, max_age: u32) -> Self {
        let url = metadata.well_known_url();
        let path = Address::parse(&url).map_or(WELL_KNOWN, |address| address.path).to_owned();
        let cache = HeaderValue::try_from(format!("public, max-age={max_age}"));
        Self {
            url: url.into(),
            path,
            text: Bytes::from(metadata.to_json_pretty()),
            // INVARIANT: a number is a valid header value.
            cache: cache.unwrap_or(HeaderValue::from_static("no-cache")),
        }
    }

    /// Returns the part of a document that unauthenticated callers may see. It names scopes with this prefix.
    pub(super) fn disclosed(
        metadata: &Metadata,
        table: &'static ScopeTable,
        scope_prefix: &str,
        discovery: Discovery,
    ) -> Metadata {
        if discovery != Discovery::Filtered {
            return metadata.clone();
        }
        let baseline = table.outline().config.baseline.unwrap_or(&[]);
        let grant = table.grant_scp(baseline.iter().map(|scope| scope.text));
        let caller = Caller::new(grant, Environment::Live);
        metadata.disclose(&|tool| v1::caller_reaches(&caller, tool), &|scope| {
            scope.strip_prefix(scope_prefix).is_some_and(|scope| grant.holds(scope))
        })
    }

    /// Returns the path of its address (RFC 9728 §3.1).
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Returns whether a path is that of its address, or the root, which clients try next.
    pub(super) fn is_at(&self, path: &str) -> bool {
        self.is_exactly_at(path) || path == WELL_KNOWN
    }

    /// Returns whether a path is that of its address.
    pub(super) fn is_exactly_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// Returns the response with the document. Every page may read it, because it is public.
    pub(super) fn answer(&self, method: &Method) -> Response<Full<Bytes>> {
        let (status, body) = match *method {
            Method::GET => (StatusCode::OK, self.text.clone()),
            // The same headers as for GET, without the body (RFC 9110 §9.3.2).
            Method::HEAD => (StatusCode::OK, Bytes::new()),
            Method::OPTIONS => (StatusCode::NO_CONTENT, Bytes::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, Bytes::new()),
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        match status {
            StatusCode::OK => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                headers.insert(CONTENT_LENGTH, HeaderValue::from(self.text.len()));
                headers.insert(CACHE_CONTROL, self.cache.clone());
            }
            StatusCode::NO_CONTENT => {
                // Clients in a browser send `MCP-Protocol-Version`, which requires a preflight.
                headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
                headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
            }
            _ => {
                headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
            }
        }
        response
    }
}

/// Answers a request for a document below `/.well-known/` that this server does not have.
pub(super) fn no_document(parts: &Parts) -> Option<Response<Full<Bytes>>> {
    let other = parts.uri.path().starts_with(BELOW_WELL_KNOWN) && matches!(parts.method, Method::GET | Method::HEAD);
    other.then(|| Rejection::no_document().into_response(None))
}
