//! The layer's service: the order in which things are decided.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::TryFutureExt as _;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, Uri,
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, RANGE, TRANSFER_ENCODING},
    request::Parts,
};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::{Caller, Environment};

use super::{
    Call, Claims, Discovery, PolicyHook, ResponseBody, Token,
    answer::{Outward, Reader},
    body::{Arriving, Unread},
    filter,
    gate::is_call,
    head::{Head, Stated},
    message::{self, Content, Era, Message},
    origin::Origin,
    refusal::Refusal,
    server::Settings,
    token::{Credentials, credentials},
    trace::{self, Step},
};

pub(super) static SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
static REPLAY: HeaderName = HeaderName::from_static("last-event-id");

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
        // Out here: what is taken apart inside is kept twice.
        let (mut parts, body) = request.into_parts();
        // The box first: what would stand elsewhere when it comes is moved into it, most of which says nothing yet.
        let place = Box::new_uninit();
        let handling = Box::write(
            place,
            trace::request(async move {
                if settings.document.is_at(parts.uri.path()) {
                    return Ok(settings.document.answer(&parts.method).map(ResponseBody::whole));
                }
                let origin = match settings.origins.of(&parts.headers) {
                    Origin::Unseen => None,
                    Origin::Allowed(origin) => Some(origin.clone()),
                    Origin::Refused => return Ok(Refusal::origin().into_response(None).map(ResponseBody::whole)),
                };
                let outward = {
                    let inward = match settings.inward(&parts, body).await {
                        Ok(inward) => inward,
                        Err(refusal) => return Ok(refusal.into_response(origin.as_ref()).map(ResponseBody::whole)),
                    };
                    settings.pass(&mut parts, inward.session, inward.reader.as_ref());
                    let answering = inner.call(Request::from_parts(parts, Full::new(inward.body)));
                    answering.map_ok(|response| settings.outward(response, inward.reader, origin))
                };
                let list = match outward.await {
                    Ok(Outward::Ready(response)) => return Ok(response),
                    Ok(Outward::List(list)) => list,
                    Err(error) => return Err(error),
                };
                Ok(Box::pin(settings.list(list)).await)
            }),
        );
        Box::into_pin(handling)
    }
}

/// What goes on to the server behind the layer.
struct Inward {
    body: Bytes,
    /// Who will read the answer; `None` where nobody was asked to say who he is.
    reader: Option<Reader>,
    session: Session,
}

/// What the server behind the layer is told of a session.
enum Session {
    /// Nothing, or whatever stands there: a request that nothing was asked of.
    Untouched,
    /// Nothing: its revision has none.
    Dropped,
    /// Its own id.
    Opened(HeaderValue),
}

// What is kept of a request while something is awaited is written and read once more when the caches have forgotten it, so it is
// kept small: an `async fn` has room for its arguments twice, and for whatever was moved out of a variable whose scope goes on.
#[expect(clippy::manual_async_fn, reason = "the comment above")]
impl Settings {
    /// Steps 1 to 7: what goes on, if anything does.
    fn inward<B: Body>(&self, parts: &Parts, body: B) -> impl Future<Output = Result<Inward, Refusal>> {
        async move {
            let head = Head::of(&parts.headers, self.environments.header());
            if head.upgrade {
                // Another protocol would go past every check.
                return Err(Refusal::upgrade());
            }
            if parts.method == Method::OPTIONS {
                // Preflights carry no token (Fetch, "CORS protocol"). Nor can anything else go this way: the body stays here.
                return Ok(Inward { body: Bytes::new(), reader: None, session: Session::Untouched });
            }
            if !matches!(parts.method, Method::POST | Method::GET | Method::DELETE) {
                return Err(Refusal::method());
            }
            let mut reader = {
                let token = self.token(&parts.uri, &head)?;
                let holder = match token {
                    None => None,
                    Some((token, header)) => {
                        let claims = self.verified(self.verifier.verify(token).await)?;
                        Some((claims, header.clone()))
                    }
                };
                let caller = self.caller(holder.as_ref().map(|(claims, _)| &**claims), &head)?;
                Reader { caller, holder, era: Era::Legacy }
            };
            match self.admitted(&parts.method, &head, body, &mut reader).await {
                Ok((body, session)) => Ok(Inward { body, reader: Some(reader), session }),
                Err(refusal) => Err(refusal.by(reader.caller.environment())),
            }
        }
    }

    /// Steps 4 to 7, for a caller who is known: the body that goes on.
    fn admitted<B: Body>(
        &self,
        method: &Method,
        head: &Head<'_>,
        body: B,
        reader: &mut Reader,
    ) -> impl Future<Output = Result<(Bytes, Session), Refusal>> {
        async move {
            if *method != Method::POST {
                self.enter(&reader.caller)?;
                return Ok((Bytes::new(), self.session(head, reader)?));
            }
            if !is_json(head) {
                return Err(Refusal::media_type());
            }
            let limit = self.limits.body_of(&reader.caller);
            let body = Arriving::new(body, limit, self.limits.time).await.map_err(|unread| match unread {
                Unread::TooLarge => Refusal::too_large(limit),
                Unread::Broken => Refusal::incomplete(),
                Unread::Late => Refusal::late(),
            })?;
            if !is_length(head, body.len()) {
                return Err(Refusal::length());
            }
            let content = message::read(body.chunk(), self.batches).map_err(Refusal::fault)?;
            reader.era = self.check(head, &content, reader)?;
            match &self.policy {
                // Boxed: it would have its place in what is kept of every request, and few servers have a policy.
                Some(policy) => Box::pin(self.decide(&**policy, content, reader)).await?,
                None => self.count(&content, reader)?,
            }
            let session = self.session(head, reader)?;
            Ok((body, session))
        }
    }

    /// Makes of a request that may go on what the server behind the layer gets to see.
    fn pass(&self, parts: &mut Parts, session: Session, reader: Option<&Reader>) {
        let Parts { method, headers, extensions, .. } = parts;
        // A token is for this server alone: whoever has it could pass it on (MCP 2026-07-28, "Token Passthrough").
        headers.remove(AUTHORIZATION);
        // The body has been read: it is whole.
        headers.remove(TRANSFER_ENCODING);
        if *method != Method::POST {
            // Of any other the body stays here.
            headers.remove(CONTENT_LENGTH);
        }
        match session {
            Session::Untouched => {}
            Session::Dropped => {
                headers.remove(&SESSION);
                headers.remove(&REPLAY);
            }
            Session::Opened(id) => {
                headers.insert(&SESSION, id);
            }
        }
        if reader.is_some() && self.discovery == Discovery::Filtered {
            headers.remove(ACCEPT_ENCODING);
            // Of a part of a list nobody can tell what it is a part of.
            headers.remove(RANGE);
        }
        // Whatever stands there was not put there by this layer.
        match reader {
            Some(reader) => drop(extensions.insert(reader.caller)),
            None => drop(extensions.remove::<Caller>()),
        }
        match reader.and_then(|reader| reader.holder.as_ref()) {
            Some((claims, _)) => drop(extensions.insert(Arc::clone(claims))),
            None => drop(extensions.remove::<Arc<Claims>>()),
        }
    }

    /// Step 2: the token of a request, if it has one, and the header that holds it.
    fn token<'h>(&self, uri: &Uri, head: &Head<'h>) -> Result<Option<(Token<'h>, &'h HeaderValue)>, Refusal> {
        match credentials(uri, head.authorization) {
            Credentials::None => Ok(None),
            Credentials::Malformed(wrong) => Err(self.malformed(wrong)),
            Credentials::OtherScheme => Err(self.unauthorized().at(Step::Token)),
            Credentials::Bearer(token, header) => Ok(Some((token, header))),
        }
    }

    /// Steps 4 and 5, for every message of a body: nothing of a body goes on of which one message may not.
    fn check(&self, head: &Head<'_>, content: &Content<'_>, reader: &Reader) -> Result<Era, Refusal> {
        let mut latest = Era::Legacy;
        for message in content.messages() {
            let admitted = match message::agree(head, message, self.mirrored(&reader.caller, message)) {
                Ok(era) => self.admit(&reader.caller, message, era).map(|()| era),
                Err(wrong) => Err(Refusal::mismatch(wrong)),
            };
            if admitted.map_err(|refusal| self.refusal_to(message, refusal))? == Era::Modern {
                latest = Era::Modern;
            }
        }
        Ok(latest)
    }

    /// Step 6 where there is no policy.
    fn count(&self, content: &Content<'_>, reader: &Reader) -> Result<(), Refusal> {
        for message in content.messages() {
            self.count_one(message, reader)?;
            trace::passed(&message.method, || self.called(message), reader.caller.environment());
        }
        Ok(())
    }

    /// Step 6 with a policy.
    async fn decide(&self, policy: &dyn PolicyHook, content: Content<'_>, reader: &Reader) -> Result<(), Refusal> {
        for message in content.messages() {
            self.count_one(message, reader)?;
            if is_call(message) {
                // One that is not known is not here any more; were it, no policy could say anything about it.
                let tool = self.called(message).ok_or_else(|| self.refusal_to(message, Refusal::no_tool()))?;
                let call = Call { tool, caller: &reader.caller, claims: reader.claims(), message };
                let decided = policy.decide(call).await;
                decided.map_err(|refusal| self.refusal_to(message, self.refused(&refusal)))?;
            }
            trace::passed(&message.method, || self.called(message), reader.caller.environment());
        }
        Ok(())
    }

    /// Counts a call in the sandbox.
    fn count_one(&self, message: &Message<'_>, reader: &Reader) -> Result<(), Refusal> {
        if reader.caller.environment() != Environment::Sandbox || !is_call(message) {
            return Ok(());
        }
        self.pace.count(reader.owner()).map_err(|wait| self.refusal_to(message, Refusal::pace(wait)))
    }

    /// A refusal, as the answer to a message.
    fn refusal_to(&self, message: &Message<'_>, refusal: Refusal) -> Refusal {
        refusal.about(self.called(message).map(|tool| tool.tool().name)).to(message)
    }

    /// Step 7, for older revisions: the session has to be the caller's own.
    fn session(&self, head: &Head<'_>, reader: &Reader) -> Result<Session, Refusal> {
        let sealed = match head.session {
            // Whose stream it is that goes on, only its session tells.
            Stated::Never if head.replay => return Err(Refusal::replay()),
            Stated::Never => return Ok(Session::Untouched),
            Stated::Often => return Err(Refusal::session_header()),
            // There are no sessions any more (MCP 2026-07-28, "Earlier Streamable HTTP Revisions").
            Stated::Once(_) if reader.era == Era::Modern => return Ok(Session::Dropped),
            Stated::Once(sealed) => sealed,
        };
        let sealed = sealed.to_str().map_err(|_| Refusal::no_session())?;
        let id =
            self.sessions.open(sealed, reader.owner(), reader.caller.environment()).ok_or_else(Refusal::no_session)?;
        HeaderValue::from_str(id).map(Session::Opened).map_err(|_| Refusal::no_session())
    }
}

/// Whether a body has the length that its request says, if it says one. A server behind the layer that passes the request on
/// would tell the next one where it ends (RFC 9112 §6.3).
fn is_length(head: &Head<'_>, len: usize) -> bool {
    head.all_of(head.content_length, &CONTENT_LENGTH, |stated| {
        let digits = stated.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()) == Some(len)
    })
}

/// Whether a request says that its body is JSON in UTF-8, and not encoded. A server that decodes would read something else
/// than was checked.
fn is_json(head: &Head<'_>) -> bool {
    let Stated::Once(stated) = head.content_type else { return false };
    // As nearly all of them write it.
    let json = stated == "application/json"
        || stated.to_str().is_ok_and(|stated| {
            let (essence, parameters) = filter::media_type(stated);
            essence.eq_ignore_ascii_case("application/json") && filter::is_utf8(parameters)
        });
    json && head.all_of(head.content_encoding, &CONTENT_ENCODING, |encoding| encoding == "identity")
}
