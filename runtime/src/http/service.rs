//! The layer's service: the order in which things are decided.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use http::{
    HeaderMap, HeaderValue, Method, Request, Response,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RANGE, TRANSFER_ENCODING,
        UPGRADE,
    },
    request::Parts,
};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::{Caller, Environment};

use super::{
    Call, Claims, Discovery, ResponseBody,
    body::{Unread, collect, collect_within},
    filter::{self, Events, Format},
    message::{self, Content, Era},
    origin::Origin,
    refusal::{Refusal, expose, state},
    server::Settings,
    session::Owner,
    token::{Credentials, Token, credentials},
    trace::{self, Step},
};

const SESSION: &str = "mcp-session-id";
const REPLAY: &str = "last-event-id";

/// A server behind the layer. Made by [`ResourceServer`](super::ResourceServer) as a tower layer.
#[derive(Clone)]
pub struct Secured<S> {
    settings: Arc<Settings>,
    inner: S,
}

impl<S> Secured<S> {
    pub(super) fn new(settings: Arc<Settings>, inner: S) -> Self {
        Self { settings, inner }
    }
}

impl<S: core::fmt::Debug> core::fmt::Debug for Secured<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Secured").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for Secured<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send> + Send + 'static,
    R: Body<Data: Send> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready goes; its clone may not be.
        let clone = self.inner.clone();
        let mut inner = core::mem::replace(&mut self.inner, clone);
        let settings = Arc::clone(&self.settings);
        Box::pin(trace::request(async move {
            let (mut parts, body) = request.into_parts();
            if settings.document.is_at(parts.uri.path()) {
                return Ok(settings.document.answer(&parts.method).map(ResponseBody::whole));
            }
            let origin = match settings.origins.of(&parts.headers) {
                Origin::Unseen => None,
                Origin::Allowed(origin) => Some(origin.clone()),
                Origin::Refused => return Ok(Refusal::origin().into_response(None).map(ResponseBody::whole)),
            };
            match settings.inward(&mut parts, body).await {
                Ok(Inward { body, reader }) => {
                    let request = Request::from_parts(parts, Full::new(body));
                    let response = inner.call(request).await?;
                    Ok(settings.outward(response, reader.as_ref(), origin.as_ref()).await)
                }
                Err(refusal) => Ok(refusal.into_response(origin.as_ref()).map(ResponseBody::whole)),
            }
        }))
    }
}

/// What goes on to the server behind the layer.
struct Inward {
    body: Bytes,
    /// Who will read the answer; `None` where nobody was asked to say who he is.
    reader: Option<Reader>,
}

/// Who will read an answer.
struct Reader {
    caller: Caller,
    /// What the token says, and the header that holds it.
    holder: Option<(Arc<Claims>, HeaderValue)>,
    era: Era,
}

impl Reader {
    fn claims(&self) -> Option<&Claims> {
        self.holder.as_ref().map(|(claims, _)| &**claims)
    }

    fn owner(&self) -> Owner<'_> {
        match &self.holder {
            None => Owner::Anonymous,
            // The whole header: for a token without a subject it is enough that it is the same one.
            Some((claims, header)) => Owner::Holder(claims, Token::new(header.to_str().unwrap_or_default())),
        }
    }
}

impl Settings {
    /// Steps 1 to 6: what goes on, if anything does.
    async fn inward<B: Body>(&self, parts: &mut Parts, body: B) -> Result<Inward, Refusal> {
        // Whatever stands there was not put there by this layer.
        parts.extensions.remove::<Caller>();
        parts.extensions.remove::<Arc<Claims>>();
        if parts.headers.contains_key(UPGRADE) {
            // Another protocol would go past every check.
            return Err(Refusal::upgrade());
        }
        if parts.method == Method::OPTIONS {
            // Preflights carry no token (Fetch, "CORS protocol"). Nor can anything else go this way: the body stays here.
            strip(&mut parts.headers);
            parts.headers.remove(CONTENT_LENGTH);
            return Ok(Inward { body: Bytes::new(), reader: None });
        }
        if !matches!(parts.method, Method::POST | Method::GET | Method::DELETE) {
            return Err(Refusal::method());
        }
        let mut reader = self.reader(parts).await?;
        let body = self.admitted(parts, body, &mut reader).await;
        let body = body.map_err(|refusal| refusal.by(reader.caller.environment()))?;
        strip(&mut parts.headers);
        if self.discovery == Discovery::Filtered {
            parts.headers.remove(ACCEPT_ENCODING);
            // Of a part of a list nobody can tell what it is a part of.
            parts.headers.remove(RANGE);
        }
        parts.extensions.insert(reader.caller);
        if let Some((claims, _)) = &reader.holder {
            parts.extensions.insert(Arc::clone(claims));
        }
        Ok(Inward { body, reader: Some(reader) })
    }

    /// Steps 4 to 7, for a caller who is known: the body that goes on.
    async fn admitted<B: Body>(&self, parts: &mut Parts, body: B, reader: &mut Reader) -> Result<Bytes, Refusal> {
        let body = if parts.method == Method::POST {
            self.message(parts, body, reader).await?
        } else {
            self.enter(&reader.caller)?;
            parts.headers.remove(CONTENT_LENGTH);
            Bytes::new()
        };
        self.session(&mut parts.headers, reader)?;
        Ok(body)
    }

    /// Steps 2 and 3: who calls, and in which environment.
    async fn reader(&self, parts: &Parts) -> Result<Reader, Refusal> {
        let holder = match credentials(&parts.uri, &parts.headers) {
            Credentials::None => None,
            Credentials::Malformed(wrong) => return Err(self.malformed(wrong)),
            Credentials::OtherScheme => return Err(self.unauthorized().at(Step::Token)),
            Credentials::Bearer(token) => {
                let claims = self.verify(token).await?;
                // There is exactly one.
                parts.headers.get(AUTHORIZATION).map(|header| (claims, header.clone()))
            }
        };
        let caller = self.caller(holder.as_ref().map(|(claims, _)| &**claims), &parts.headers)?;
        Ok(Reader { caller, holder, era: Era::Legacy })
    }

    /// Steps 4 to 6: what the body asks for.
    async fn message<B: Body>(&self, parts: &Parts, body: B, reader: &mut Reader) -> Result<Bytes, Refusal> {
        if !is_json(&parts.headers) {
            return Err(Refusal::media_type());
        }
        let anonymous = reader.caller.grant().is_anonymous();
        let limit = if anonymous { self.limits.anonymous_body.min(self.limits.body) } else { self.limits.body };
        let body = collect_within(body, limit, self.limits.time).await.map_err(|unread| match unread {
            Unread::TooLarge => Refusal::too_large(limit),
            Unread::Broken => Refusal::incomplete(),
            Unread::Late => Refusal::late(),
        })?;
        if !is_length(&parts.headers, body.len()) {
            return Err(Refusal::length());
        }
        let content = message::read(body.chunk(), self.batches).map_err(Refusal::fault)?;
        reader.era = self.check(parts, &content, reader).await?;
        Ok(body)
    }

    /// Checks every message of a body.
    async fn check(&self, parts: &Parts, content: &Content<'_>, reader: &Reader) -> Result<Era, Refusal> {
        let mut newest = Era::Legacy;
        let mut tools = Vec::new();
        for message in content.messages() {
            let of_message = |refusal: Refusal| refusal.about(self.named(message)).to(message);
            let era = message::agree(&parts.headers, message, self.mirrored(&reader.caller, message))
                .map_err(|wrong| of_message(Refusal::mismatch(wrong)))?;
            tools.push(self.admit(&reader.caller, message, era).map_err(of_message)?);
            if era == Era::Modern {
                newest = era;
            }
        }
        // What counts calls counts none of a batch that does not go on.
        for (message, tool) in content.messages().iter().zip(tools) {
            let of_message = |refusal: Refusal| refusal.about(self.named(message)).to(message);
            if tool.is_some() && reader.caller.environment() == Environment::Sandbox {
                self.pace.count(reader.owner()).map_err(|wait| of_message(Refusal::pace(wait)))?;
            }
            if let (Some(tool), Some(policy)) = (tool, &self.policy) {
                let call = Call { tool, caller: &reader.caller, claims: reader.claims(), message };
                policy.decide(call).await.map_err(|refusal| of_message(self.refused(&refusal)))?;
            }
            trace::passed(&message.method, tool, reader.caller.environment());
        }
        Ok(newest)
    }

    /// Step 7, for older revisions: the session has to be the caller's own.
    fn session(&self, headers: &mut HeaderMap, reader: &Reader) -> Result<(), Refusal> {
        let mut stated = headers.get_all(SESSION).iter();
        let Some(sealed) = stated.next() else {
            // Whose stream it is that goes on, only its session tells.
            return if headers.contains_key(REPLAY) { Err(Refusal::replay()) } else { Ok(()) };
        };
        if stated.next().is_some() {
            return Err(Refusal::session_header());
        }
        if reader.era == Era::Modern {
            // There are no sessions any more (MCP 2026-07-28, "Earlier Streamable HTTP Revisions").
            headers.remove(SESSION);
            headers.remove(REPLAY);
            return Ok(());
        }
        let sealed = sealed.to_str().map_err(|_| Refusal::no_session())?;
        let id =
            self.sessions.open(sealed, reader.owner(), reader.caller.environment()).ok_or_else(Refusal::no_session)?;
        let id = HeaderValue::from_str(id).map_err(|_| Refusal::no_session())?;
        headers.insert(SESSION, id);
        Ok(())
    }

    /// Step 8: the answer, as its reader may see it.
    async fn outward<R: Body>(
        &self,
        response: Response<R>,
        reader: Option<&Reader>,
        origin: Option<&HeaderValue>,
    ) -> Response<ResponseBody<R>> {
        let (mut parts, body) = response.into_parts();
        if let Some(reader) = reader {
            self.seal(&mut parts.headers, reader);
            state(&mut parts.headers, reader.caller.environment());
        }
        if origin.is_some() {
            expose(&mut parts.headers, origin);
        }
        let Some(reader) = reader else {
            // A preflight asks for headers, and nobody knows who asks.
            parts.headers.remove(CONTENT_LENGTH);
            return Response::from_parts(parts, ResponseBody::whole(Full::default()));
        };
        if self.discovery != Discovery::Filtered {
            return Response::from_parts(parts, ResponseBody::passed(body));
        }
        let body = match filter::format(&parts.headers) {
            Ok(Format::Other) => ResponseBody::passed(body),
            Ok(Format::Events) => {
                parts.headers.remove(CONTENT_LENGTH);
                ResponseBody::events(body, Events::new(reader.caller, self.limits.answer))
            }
            Ok(Format::Json) => {
                let filtered = collect(body, self.limits.answer).await.ok().and_then(|text| {
                    let filtered = filter::filtered(&text, &reader.caller).ok()?;
                    Some(filtered.map_or(text, Bytes::from))
                });
                let Some(text) = filtered else {
                    return unreadable(reader, origin);
                };
                parts.headers.remove(CONTENT_LENGTH);
                ResponseBody::whole(Full::new(text))
            }
            Err(_) => return unreadable(reader, origin),
        };
        Response::from_parts(parts, body)
    }

    /// Binds a session that begins to who begins it.
    fn seal(&self, headers: &mut HeaderMap, reader: &Reader) {
        let Some(id) = headers.remove(SESSION) else { return };
        let id = id.to_str().ok().filter(|_| reader.era == Era::Legacy);
        if let Some(sealed) = id.and_then(|id| {
            HeaderValue::try_from(self.sessions.seal(id, reader.owner(), reader.caller.environment())).ok()
        }) {
            headers.insert(SESSION, sealed);
        }
    }
}

/// The answer in place of one that cannot be read.
fn unreadable<R>(reader: &Reader, origin: Option<&HeaderValue>) -> Response<ResponseBody<R>> {
    let refusal = Refusal::unreadable().by(reader.caller.environment());
    refusal.into_response(origin).map(ResponseBody::whole)
}

/// Takes out what is not for the server behind the layer. A token is for this server alone: whoever has it could pass it on
/// (MCP 2026-07-28, "Token Passthrough").
fn strip(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    // The body has been read: it is whole.
    headers.remove(TRANSFER_ENCODING);
}

/// Whether a body has the length that its request says, if it says one. A server behind the layer that passes the request on
/// would tell the next one where it ends (RFC 9112 §6.3).
fn is_length(headers: &HeaderMap, len: usize) -> bool {
    headers.get_all(CONTENT_LENGTH).iter().all(|stated| {
        let digits = stated.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()) == Some(len)
    })
}

/// Whether a request says that its body is JSON in UTF-8, and not encoded. A server that decodes would read something else
/// than was checked.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let stated = types.next().and_then(|stated| stated.to_str().ok());
    let json = stated.is_some_and(|stated| {
        let (essence, parameters) = filter::media_type(stated);
        essence == "application/json" && filter::is_utf8(parameters)
    });
    json && types.next().is_none() && headers.get_all(CONTENT_ENCODING).iter().all(|encoding| encoding == "identity")
}
