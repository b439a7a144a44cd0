//! Step 8: what goes out, as its reader may see it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_LENGTH};
use http_body::Body;
use http_body_util::Full;

use mcp_scopes::Caller;

use super::{
    Claims, Discovery, ResponseBody,
    body::{StreamToken, collect},
    filter::{self, EventRules, Events, Format, Unreadable},
    message::Era,
    refusal::{Refusal, expose, state},
    server::Settings,
    service::SESSION,
    session::Owner,
    stream::TokenWatch,
    token::bearer,
};

/// Who will read an answer.
pub(super) struct Reader {
    pub(super) caller: Caller,
    /// What the token says, and the header that holds it.
    pub(super) holder: Option<(Arc<Claims>, HeaderValue)>,
    pub(super) era: Era,
    /// The session of the request, by the id that the server behind the layer has given it.
    pub(super) session: Option<String>,
    /// Whether the answer is a stream that was opened to listen: it answers no call.
    pub(super) listens: bool,
}

impl Reader {
    pub(super) fn claims(&self) -> Option<&Claims> {
        self.holder.as_ref().map(|(claims, _)| &**claims)
    }

    pub(super) fn owner(&self) -> Owner<'_> {
        match &self.holder {
            None => Owner::Anonymous,
            Some((claims, header)) => Owner::Holder(claims, bearer(header)),
        }
    }
}

impl Settings {
    /// Step 8: the answer, as its reader may see it. `reader` is `None` for a preflight, which has no caller.
    pub(super) async fn outward<R: Body>(
        self: &Arc<Self>,
        mut response: Response<R>,
        reader: Option<Reader>,
        origin: Option<HeaderValue>,
    ) -> Response<ResponseBody<R>> {
        let headers = response.headers_mut();
        let Some(mut reader) = reader else {
            if origin.is_some() {
                expose(headers, origin.as_ref());
            }
            // A preflight asks for headers alone.
            headers.remove(CONTENT_LENGTH);
            return response.map(|_| ResponseBody::whole(Full::default()));
        };
        self.seal_session(headers, &mut reader);
        state(headers, reader.caller.environment());
        if origin.is_some() {
            expose(headers, origin.as_ref());
        }
        let filters = self.discovery == Discovery::Filtered;
        match filter::format(headers) {
            Ok(Format::Events) => {
                headers.remove(CONTENT_LENGTH);
                let events = self.events(&reader, filters);
                let token = self.stream_token(&reader);
                response.map(|body| ResponseBody::events(body, events, token))
            }
            Ok(Format::Json) if filters => self.list(response, &reader, origin.as_ref()).await,
            // Of known length it is complete: no stream.
            Ok(Format::Json | Format::Other) if reader.listens && response.body().size_hint().exact().is_none() => {
                let token = self.stream_token(&reader);
                response.headers_mut().remove(CONTENT_LENGTH);
                response.map(|body| ResponseBody::listened(body, token))
            }
            // Events cannot be sealed, and lists not filtered, in what cannot be read.
            Err(Unreadable { events }) if events || filters => unreadable(&reader, origin.as_ref()),
            Ok(Format::Json | Format::Other) | Err(_) => response.map(ResponseBody::passed),
        }
    }

    /// The token of a stream, where there is one.
    fn stream_token(self: &Arc<Self>, reader: &Reader) -> Option<StreamToken> {
        let (claims, header) = reader.holder.as_ref()?;
        let watch = TokenWatch::new(self, claims, bearer(header)?);
        Some(StreamToken { watch, listens: reader.listens, is_done: false })
    }

    /// What reads and writes the events of a stream.
    fn events(&self, reader: &Reader, filters: bool) -> Events {
        let seal = self.sessions.event_seal(reader.owner(), &reader.caller, reader.session.as_deref());
        let rules = EventRules::new(reader.caller.environment(), filters.then_some(reader.caller), seal);
        Events::new(rules, self.limits.answer)
    }

    /// Reads an answer that may be a list of tools.
    async fn list<R: Body>(
        &self,
        response: Response<R>,
        reader: &Reader,
        origin: Option<&HeaderValue>,
    ) -> Response<ResponseBody<R>> {
        let (mut parts, body) = response.into_parts();
        let filtered = collect(body, self.limits.answer).await.ok().and_then(|text| {
            let filtered = filter::filtered(&text, &reader.caller).ok()?;
            Some(filtered.map_or(text, Bytes::from))
        });
        let Some(text) = filtered else {
            return unreadable(reader, origin);
        };
        parts.headers.remove(CONTENT_LENGTH);
        Response::from_parts(parts, ResponseBody::whole(Full::new(text)))
    }

    /// Binds a session that begins to its owner.
    fn seal_session(&self, headers: &mut HeaderMap, reader: &mut Reader) {
        // Answers have few headers: to look at all is less than to hash the name.
        if headers.keys().all(|name| *name != SESSION) {
            return;
        }
        let Some(id) = headers.remove(&SESSION) else { return };
        let Some(id) = id.to_str().ok().filter(|_| reader.era == Era::Legacy) else { return };
        let sealed = self.sessions.seal(id, reader.owner(), reader.caller.environment());
        if let Ok(sealed) = HeaderValue::try_from(sealed) {
            headers.insert(&SESSION, sealed);
            reader.session = Some(id.to_owned());
        }
    }
}

/// The answer in place of one that cannot be read.
fn unreadable<R>(reader: &Reader, origin: Option<&HeaderValue>) -> Response<ResponseBody<R>> {
    let refusal = Refusal::unreadable().by(reader.caller.environment());
    refusal.into_response(origin).map(ResponseBody::whole)
}
