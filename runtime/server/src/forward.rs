//! Step 8: the request that the server behind the layer receives.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request,
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, RANGE, TRANSFER_ENCODING},
    request::Parts,
};
use http_body_util::Full;
use mcp_scopes::Caller;

use super::{
    Claims, OwnedToken,
    bind_session::{BoundSession, SESSION},
    message::Kept,
    outcome::OpenCalls,
    requester::{Credential, Requester},
};

static DPOP: HeaderName = HeaderName::from_static("dpop");
/// Headers that state a hash of the body (RFC 9530, RFC 3230, RFC 1864).
static HASHES: [HeaderName; 4] = [
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-md5"),
];
static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What is forwarded of a request besides its parts.
pub(super) struct AdmittedRequest {
    pub(super) body: Bytes,
    /// Whether it is another one than the client has sent.
    pub(super) is_rewritten: bool,
    pub(super) session: BoundSession,
    pub(super) params: Kept,
    /// The calls whose outcome is observed.
    pub(super) calls: OpenCalls,
}

impl AdmittedRequest {
    /// A preflight carries no token (Fetch, "CORS protocol"), so nothing else is forwarded: no body, session, replay
    /// or argument.
    pub(super) fn preflight() -> Self {
        Self {
            body: Bytes::new(),
            is_rewritten: false,
            session: BoundSession::default(),
            params: Kept::Declared(Vec::new()),
            calls: OpenCalls::default(),
        }
    }
}

/// What the settings say about forwarded requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forwarding {
    /// Whether lists of tools in the responses are read.
    pub(super) reads_lists: bool,
    /// Whether the server behind the layer receives the token.
    pub(super) exposes_token: bool,
}

impl Forwarding {
    /// Returns an admitted request as it is forwarded. `requester` is `None` for a preflight, which has no caller.
    pub(super) fn forwarded(
        self,
        mut parts: Parts,
        admitted: AdmittedRequest,
        requester: Option<&Requester>,
    ) -> Request<Full<Bytes>> {
        set_headers(&mut parts, &admitted, requester, self.reads_lists);
        set_extensions(&mut parts, requester, self.exposes_token);
        Request::from_parts(parts, Full::new(admitted.body))
    }
}

fn set_headers(parts: &mut Parts, admitted: &AdmittedRequest, requester: Option<&Requester>, reads_lists: bool) {
    let Parts { method, headers, .. } = parts;
    // The token is for this server only: another server that receives it could pass it on (MCP 2026-07-28, "Token
    // Passthrough"). `danger_expose_token` does not change that: an extension is not forwarded by accident.
    headers.remove(AUTHORIZATION);
    headers.remove(&DPOP);
    // The whole body has been read.
    headers.remove(TRANSFER_ENCODING);
    if *method != Method::POST {
        // The body of any other method is not forwarded.
        headers.remove(CONTENT_LENGTH);
    }
    if admitted.is_rewritten {
        for name in &HASHES {
            headers.remove(name);
        }
        if headers.contains_key(CONTENT_LENGTH) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(admitted.body.len()));
        }
    }
    for (name, id) in [(&SESSION, &admitted.session.id), (&LAST_EVENT_ID, &admitted.session.last_event_id)] {
        match id {
            None => drop(headers.remove(name)),
            Some(id) => drop(headers.insert(name, id.clone())),
        }
    }
    admitted.params.retain_in(headers);
    if requester.is_some() {
        // Neither sealing nor filtering is possible in a compressed response.
        headers.remove(ACCEPT_ENCODING);
        if reads_lists {
            // A part of a list can be neither filtered nor described.
            headers.remove(RANGE);
        }
    }
}

fn set_extensions(parts: &mut Parts, requester: Option<&Requester>, exposes_token: bool) {
    let extensions = &mut parts.extensions;
    // Extensions of these types that another layer has set do not come from a verified token.
    match requester {
        Some(requester) => drop(extensions.insert(requester.caller)),
        None => drop(extensions.remove::<Caller>()),
    }
    let credential = requester.and_then(|requester| requester.credential.as_ref());
    match credential.filter(|_| exposes_token).and_then(Credential::token) {
        Some(token) => drop(extensions.insert(token.to_owned_token())),
        None => drop(extensions.remove::<OwnedToken>()),
    }
    match credential {
        Some(credential) => drop(extensions.insert(Arc::clone(&credential.claims))),
        None => drop(extensions.remove::<Arc<Claims>>()),
    }
}
