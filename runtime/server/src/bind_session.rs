//! Step 6: checks that the transport session and the events of a request belong to its requester.

use http::{HeaderName, HeaderValue, Method};

use super::{
    challenges::Challenges,
    head::{Head, HeaderValues},
    message::Era,
    rejection::Rejection,
    replay::Unopened,
    requester::Requester,
    session::Sessions,
};

pub(super) static SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// Opens the sealed ids of a request.
pub(super) struct SessionBinder {
    pub(super) sessions: Sessions,
    pub(super) challenges: Challenges,
}

/// The ids that a request forwards, as the server behind the layer has written them.
#[derive(Clone, Debug, Default)]
pub(super) struct BoundSession {
    /// `Mcp-Session-Id`.
    pub(super) id: Option<HeaderValue>,
    /// `Last-Event-ID`.
    pub(super) last_event_id: Option<HeaderValue>,
}

impl SessionBinder {
    /// Returns the ids that the request forwards. Sets the session of the requester.
    ///
    /// # Errors
    /// 404 for a session of another requester; 400 for an event id of another requester or stream, 403 for one of a larger grant.
    pub(super) fn bind_session(
        &self,
        method: &Method,
        head: &Head<'_>,
        requester: &mut Requester,
    ) -> Result<BoundSession, Rejection> {
        let id = self.open_session(head, requester)?;
        let last_event_id = self.open_event(head, requester)?;
        // Only a GET replays.
        Ok(BoundSession { id, last_event_id: last_event_id.filter(|_| *method == Method::GET) })
    }

    fn open_session(&self, head: &Head<'_>, requester: &mut Requester) -> Result<Option<HeaderValue>, Rejection> {
        let sealed = match head.session {
            HeaderValues::Absent => return Ok(None),
            HeaderValues::Multiple => return Err(Rejection::session_header()),
            // This revision has no sessions (MCP 2026-07-28, "Earlier Streamable HTTP Revisions").
            HeaderValues::Single(_) if requester.era == Era::Modern => return Ok(None),
            HeaderValues::Single(sealed) => sealed,
        };
        let sealed = sealed.to_str().map_err(|_| Rejection::no_session())?;
        let opened = self.sessions.open(sealed, requester.owner(), requester.caller.environment());
        let id = opened.ok_or_else(Rejection::no_session)?;
        let forwarded = HeaderValue::from_str(id).map_err(|_| Rejection::no_session())?;
        requester.session = Some(id.to_owned());
        Ok(Some(forwarded))
    }

    /// Returns the id of the last event that the client has received.
    fn open_event(&self, head: &Head<'_>, requester: &Requester) -> Result<Option<HeaderValue>, Rejection> {
        let sealed = match head.replay {
            HeaderValues::Absent => return Ok(None),
            // 2026-07-28 replays nothing, but a server may offer more than the revision requires.
            _ if requester.era == Era::Modern && !requester.listens => return Ok(None),
            HeaderValues::Multiple => return Err(Rejection::replay()),
            HeaderValues::Single(sealed) => core::str::from_utf8(sealed.as_bytes()).map_err(|_| Rejection::replay())?,
        };
        match self.sessions.open_event(sealed, requester.owner(), &requester.caller, requester.session.as_deref()) {
            Ok(id) => HeaderValue::from_bytes(id.as_bytes()).map(Some).map_err(|_| Rejection::replay()),
            Err(Unopened::Foreign) => Err(Rejection::replay()),
            Err(Unopened::Uncovered(scopes)) => Err(self.challenges.replay_scopes(&scopes, requester.scheme())),
        }
    }
}
