//! Step 8: what goes out, as its reader may see it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_LENGTH};
use http_body::Body;
use http_body_util::Full;

use crate::Caller;

use super::{
    Claims, Discovery, ResponseBody,
    body::collect,
    filter::{self, Events, Format},
    message::Era,
    refusal::{Refusal, expose, state},
    server::Settings,
    service::SESSION,
    session::Owner,
    token::Token,
};

/// Who will read an answer.
pub(super) struct Reader {
    pub(super) caller: Caller,
    /// What the token says, and the header that holds it.
    pub(super) holder: Option<(Arc<Claims>, HeaderValue)>,
    pub(super) era: Era,
}

impl Reader {
    pub(super) fn claims(&self) -> Option<&Claims> {
        self.holder.as_ref().map(|(claims, _)| &**claims)
    }

    pub(super) fn owner(&self) -> Owner<'_> {
        match &self.holder {
            None => Owner::Anonymous,
            // The whole header: for a token without a subject it is enough that it is the same one.
            Some((claims, header)) => Owner::Holder(claims, Token::new(header.to_str().unwrap_or_default())),
        }
    }
}

/// What becomes of an answer.
pub(super) enum Outward<R> {
    /// It goes out.
    Ready(Response<ResponseBody<R>>),
    /// It has to be read before. Boxed, so that no other answer has to have room for it.
    List(Box<List<R>>),
}

/// An answer that may be a list of tools, and who will read it.
pub(super) struct List<R> {
    response: Response<R>,
    reader: Reader,
    origin: Option<HeaderValue>,
}

impl Settings {
    /// Step 8: the answer, as its reader may see it.
    pub(super) fn outward<R: Body>(
        &self,
        mut response: Response<R>,
        reader: Option<Reader>,
        origin: Option<HeaderValue>,
    ) -> Outward<R> {
        let headers = response.headers_mut();
        if let Some(reader) = &reader {
            self.seal(headers, reader);
            state(headers, reader.caller.environment());
        }
        if origin.is_some() {
            expose(headers, origin.as_ref());
        }
        let Some(reader) = reader else {
            // A preflight asks for headers, and nobody knows who asks.
            headers.remove(CONTENT_LENGTH);
            return Outward::Ready(response.map(|_| ResponseBody::whole(Full::default())));
        };
        if self.discovery != Discovery::Filtered {
            return Outward::Ready(response.map(ResponseBody::passed));
        }
        match filter::format(headers) {
            Ok(Format::Other) => Outward::Ready(response.map(ResponseBody::passed)),
            Ok(Format::Events) => {
                headers.remove(CONTENT_LENGTH);
                let events = Events::new(reader.caller, self.limits.answer);
                Outward::Ready(response.map(|body| ResponseBody::events(body, events)))
            }
            Ok(Format::Json) => Outward::List(Box::new(List { response, reader, origin })),
            Err(_) => Outward::Ready(unreadable(&reader, origin.as_ref())),
        }
    }

    /// Reads an answer that may be a list of tools.
    pub(super) async fn list<R: Body>(&self, list: Box<List<R>>) -> Response<ResponseBody<R>> {
        let List { response, reader, origin } = *list;
        let (mut parts, body) = response.into_parts();
        let filtered = collect(body, self.limits.answer).await.ok().and_then(|text| {
            let filtered = filter::filtered(&text, &reader.caller).ok()?;
            Some(filtered.map_or(text, Bytes::from))
        });
        let Some(text) = filtered else {
            return unreadable(&reader, origin.as_ref());
        };
        parts.headers.remove(CONTENT_LENGTH);
        Response::from_parts(parts, ResponseBody::whole(Full::new(text)))
    }

    /// Binds a session that begins to who begins it.
    fn seal(&self, headers: &mut HeaderMap, reader: &Reader) {
        // Answers have few headers: to look at all is less than to hash the name.
        if headers.keys().all(|name| *name != SESSION) {
            return;
        }
        let Some(id) = headers.remove(&SESSION) else { return };
        let id = id.to_str().ok().filter(|_| reader.era == Era::Legacy);
        if let Some(sealed) = id.and_then(|id| {
            HeaderValue::try_from(self.sessions.seal(id, reader.owner(), reader.caller.environment())).ok()
        }) {
            headers.insert(&SESSION, sealed);
        }
    }
}

/// The answer in place of one that cannot be read.
fn unreadable<R>(reader: &Reader, origin: Option<&HeaderValue>) -> Response<ResponseBody<R>> {
    let refusal = Refusal::unreadable().by(reader.caller.environment());
    refusal.into_response(origin).map(ResponseBody::whole)
}
