//! The public names of a server: its resource identifiers, each with its own metadata document.
//!
//! A request is matched to a name for two answers only: which metadata document it receives, and which one a challenge points
//! to. Path and host of a request come from the client or a proxy, so they only choose among the configured names. No address
//! is made from them, and no decision about a token depends on them: its audience decides.

use bytes::Bytes;
use http::{HeaderMap, Response, header::HOST, request::Parts, uri::Authority};
use http_body_util::Full;
use mcp_scopes_model::address::Address;

use super::metadata::{self, ServedMetadata};

/// The public names of a server. There is at least one.
#[derive(Clone, Debug)]
pub(super) struct PublicNames {
    first: PublicName,
    others: Vec<PublicName>,
}

/// A resource identifier and its metadata document.
#[derive(Clone, Debug)]
pub(super) struct PublicName {
    /// Without the port, in lower case.
    host: String,
    port: Option<u16>,
    path: String,
    document: ServedMetadata,
}

impl PublicName {
    pub(super) fn new(resource: &str, document: ServedMetadata) -> Self {
        let authority = Address::parse(resource).ok().and_then(|address| {
            let scheme = format!("{}://", address.scheme);
            address.origin.get(scheme.len()..)?.parse::<Authority>().ok()
        });
        let path = Address::parse(resource).map_or("/", |address| address.path);
        Self {
            host: authority.as_ref().map_or_else(String::new, |authority| authority.host().to_ascii_lowercase()),
            port: authority.and_then(|authority| authority.port_u16()),
            path: path.trim_end_matches('/').to_owned(),
            document,
        }
    }

    /// Returns how well a host fits: 2 for host and port, 1 for the host alone, because a proxy may remove the port.
    fn host_rank(&self, host: Option<&Authority>) -> u8 {
        match host {
            Some(host) if host.host().eq_ignore_ascii_case(&self.host) => 1 + u8::from(host.port_u16() == self.port),
            _ => 0,
        }
    }

    /// Returns whether a path is that of the name, or below it.
    fn contains(&self, path: &str) -> bool {
        let below = path.strip_prefix(&*self.path);
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}

impl PublicNames {
    pub(super) fn new(first: PublicName, others: Vec<PublicName>) -> Self {
        Self { first, others }
    }

    /// Returns the document of the first name.
    pub(super) fn document(&self) -> &ServedMetadata {
        &self.first.document
    }

    /// Returns the documents of all names.
    pub(super) fn documents(&self) -> impl Iterator<Item = &ServedMetadata> {
        self.all().map(|name| &name.document)
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &PublicName> {
        core::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the place of the name that a request is sent to: by host and path, else by path, else by host, else the first.
    pub(super) fn place_of(&self, parts: &Parts) -> usize {
        if self.others.is_empty() {
            return 0;
        }
        let host = host_of(parts);
        let rank = |name: &PublicName| {
            let (fits, host) = (name.contains(parts.uri.path()), name.host_rank(host.as_ref()));
            // Every path is below a name without a path, so that is the weakest hint.
            let length = if fits { name.path.len() } else { 0 };
            (fits && host > 0, length, host, fits)
        };
        // Of several that fit as well, the first.
        let places = self.all().map(rank).enumerate();
        places.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(place, _)| place)
    }

    /// Returns the document that a request asks for: by host and path, else by path.
    pub(super) fn document_at(&self, parts: &Parts) -> Option<&ServedMetadata> {
        let path = parts.uri.path();
        if self.others.is_empty() {
            return self.first.document.is_at(path).then_some(&self.first.document);
        }
        let host = host_of(parts);
        let rank = |name: &PublicName| {
            let host = name.host_rank(host.as_ref());
            (host > 0, name.document.is_exactly_at(path), host)
        };
        let fitting = self.all().filter(|name| name.document.is_at(path)).map(|name| (rank(name), name));
        let best = fitting.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, name)| &name.document)
    }

    /// Answers a request for metadata. Answers a request for another document below `/.well-known/` with 404, because clients
    /// without a token look for documents that this server does not have.
    pub(super) fn answer_metadata(&self, parts: &Parts) -> Option<Response<Full<Bytes>>> {
        match self.document_at(parts) {
            Some(document) => Some(document.answer(&parts.method)),
            None => metadata::no_document(parts),
        }
    }
}

/// Returns the host that a request states: `:authority` of HTTP/2, or else its only `Host`.
fn host_of(parts: &Parts) -> Option<Authority> {
    parts.uri.authority().cloned().or_else(|| host_header(&parts.headers))
}

fn host_header(headers: &HeaderMap) -> Option<Authority> {
    let mut values = headers.get_all(HOST).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    Authority::try_from(value.as_bytes()).ok()
}
