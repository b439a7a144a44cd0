//! The layer's service: the order in which things are decided.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, Uri,
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, RANGE, TRANSFER_ENCODING},
    request::Parts,
};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use mcp_scopes::{Caller, Environment};

use super::{
    Call, Claims, Discovery, PolicyHook, ResponseBody, Token,
    authorize::is_call,
    body::{self, Unread},
    filter,
    head::{Head, HeaderValues},
    message::{self, Content, Disagreement, Era, Kept, Kind, Message, ParamHeaders},
    metadata,
    origin::Origin,
    refusal::Refusal,
    replay::Unopened,
    response::Reader,
    server::Settings,
    token::{Credentials, credentials},
    trace::{self, Step},
};

pub(super) static SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
static REPLAY: HeaderName = HeaderName::from_static("last-event-id");

/// Opens a stream of notifications (MCP 2026-07-28, "Subscriptions").
const LISTEN: &str = "subscriptions/listen";

/// A server behind the layer. Made by [`ResourceServer`](super::ResourceServer) as a tower layer.
#[derive(Clone)]
pub struct ResourceServerService<S> {
    settings: Arc<Settings>,
    params: Arc<ParamHeaders>,
    inner: S,
}

impl<S> ResourceServerService<S> {
    pub(super) fn new(settings: Arc<Settings>, params: Arc<ParamHeaders>, inner: S) -> Self {
        Self { settings, params, inner }
    }
}

impl<S: core::fmt::Debug> core::fmt::Debug for ResourceServerService<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ResourceServerService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for ResourceServerService<S>
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
        // The service that is ready is called; its clone may not be ready.
        let clone = self.inner.clone();
        let inner = core::mem::replace(&mut self.inner, clone);
        let (settings, params) = (Arc::clone(&self.settings), Arc::clone(&self.params));
        Box::pin(trace::request(async move { settings.handle(&params, inner, request).await }))
    }
}

/// What is forwarded to the server behind the layer.
struct Inward {
    body: Bytes,
    /// Who will read the answer; `None` for a preflight.
    reader: Option<Reader>,
    /// The session, by the id that the server has given it.
    session: Option<HeaderValue>,
    /// The id of the last event that the client has received, as the server wrote it.
    replay: Option<HeaderValue>,
    params: Kept,
}

impl Settings {
    /// All steps, in order.
    async fn handle<S, B, R>(
        self: &Arc<Self>,
        params: &ParamHeaders,
        mut inner: S,
        request: Request<B>,
    ) -> Result<Response<ResponseBody<R>>, S::Error>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>>,
        B: Body,
        R: Body,
    {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path();
        if self.document.is_at(path) {
            return Ok(self.document.answer(&parts.method).map(ResponseBody::whole));
        }
        if metadata::is_well_known(path) && matches!(parts.method, Method::GET | Method::HEAD) {
            // Discovery: clients ask for documents that this server does not have before they have a token.
            return Ok(Refusal::no_document().into_response(None).map(ResponseBody::whole));
        }
        let origin = match self.origins.of(&parts.headers) {
            Origin::Unchecked => None,
            Origin::Accepted(origin) => Some(origin.clone()),
            Origin::Rejected => return Ok(Refusal::origin().into_response(None).map(ResponseBody::whole)),
        };
        let inward = match self.inward(params, &parts, body).await {
            Ok(inward) => inward,
            Err(refusal) => return Ok(refusal.into_response(origin.as_ref()).map(ResponseBody::whole)),
        };
        self.prepare(&mut parts, &inward);
        let response = inner.call(Request::from_parts(parts, Full::new(inward.body))).await?;
        Ok(self.outward(response, inward.reader, origin).await)
    }

    /// Steps 1 to 7: what is forwarded, if anything is.
    async fn inward<B: Body>(&self, params: &ParamHeaders, parts: &Parts, body: B) -> Result<Inward, Refusal> {
        let head = Head::of(&parts.headers, self.environments.header());
        if head.upgrade {
            // Another protocol would bypass every check.
            return Err(Refusal::upgrade());
        }
        if parts.method == Method::OPTIONS {
            // Preflights carry no token (Fetch, "CORS protocol"), so nothing else passes with them: no body, no session, no replay.
            let params = params.without_call();
            return Ok(Inward { body: Bytes::new(), reader: None, session: None, replay: None, params });
        }
        if !matches!(parts.method, Method::POST | Method::GET | Method::DELETE) {
            return Err(Refusal::method());
        }
        let holder = match self.token(&parts.uri, &head)? {
            None => None,
            Some((token, header)) => {
                let claims = self.verified(self.verifier.verify(token).await)?;
                Some((claims, header.clone()))
            }
        };
        let caller = self.caller(holder.as_ref().map(|(claims, _)| &**claims), &head)?;
        let reader = Reader { caller, holder, era: Era::Legacy, session: None, listens: false };
        let admitted = match parts.method {
            Method::POST => self.admit_post(params, &head, body, reader).await,
            _ => self.admit_without_body(params, parts.method == Method::GET, &head, reader),
        };
        admitted.map_err(|refusal| refusal.by(caller.environment()))
    }

    /// Steps 4 to 7 for a POST, which carries messages.
    async fn admit_post<B: Body>(
        &self,
        params: &ParamHeaders,
        head: &Head<'_>,
        body: B,
        mut reader: Reader,
    ) -> Result<Inward, Refusal> {
        if reader.caller.grant().is_anonymous() && !self.admits_anonymous_posts() {
            // Whatever the body holds: clients probe with an empty one.
            return Err(self.unauthorized());
        }
        if !is_json(head) {
            return Err(Refusal::media_type());
        }
        let limit = self.limits.body_of(&reader.caller);
        let body = body::read(body, limit, self.limits.time).await.map_err(|unread| match unread {
            Unread::TooLarge => Refusal::too_large(limit),
            Unread::Broken => Refusal::incomplete(),
            Unread::Late => Refusal::late(),
        })?;
        if !is_length(head, body.len()) {
            return Err(Refusal::length());
        }
        let content = message::read(&body, self.batches).map_err(Refusal::fault)?;
        let kept = self.check(params, head, &content, &mut reader)?;
        match &self.policy {
            // Boxed, since few servers have a policy.
            Some(policy) => Box::pin(self.decide(&**policy, content, &reader)).await?,
            None => self.count(&content, &reader)?,
        }
        let session = self.session(head, &mut reader)?;
        self.replay(head, &reader)?;
        Ok(Inward { body, reader: Some(reader), session, replay: None, params: kept })
    }

    /// The same steps for a GET, which opens or replays a stream, and for a DELETE, which ends a session.
    fn admit_without_body(
        &self,
        params: &ParamHeaders,
        opens_stream: bool,
        head: &Head<'_>,
        mut reader: Reader,
    ) -> Result<Inward, Refusal> {
        reader.listens = opens_stream;
        reader.era = message::era_of(head).map_err(Refusal::mismatch)?;
        self.enter(&reader.caller)?;
        let session = self.session(head, &mut reader)?;
        let replay = self.replay(head, &reader)?.filter(|_| opens_stream);
        Ok(Inward { body: Bytes::new(), reader: Some(reader), session, replay, params: params.without_call() })
    }

    /// Makes of a request that may be forwarded what the server behind the layer receives.
    fn prepare(&self, parts: &mut Parts, inward: &Inward) {
        let Parts { method, headers, extensions, .. } = parts;
        // A token is for this server alone: a server that receives it could pass it on (MCP 2026-07-28, "Token Passthrough").
        headers.remove(AUTHORIZATION);
        // The body has been read: it is whole.
        headers.remove(TRANSFER_ENCODING);
        if *method != Method::POST {
            // The body of any other method is not forwarded.
            headers.remove(CONTENT_LENGTH);
        }
        for (name, id) in [(&SESSION, &inward.session), (&REPLAY, &inward.replay)] {
            match id {
                None => drop(headers.remove(name)),
                Some(id) => drop(headers.insert(name, id.clone())),
            }
        }
        inward.params.retain_in(headers);
        if inward.reader.is_some() {
            // Event ids cannot be sealed, and lists not filtered, in what is compressed.
            headers.remove(ACCEPT_ENCODING);
            if self.discovery == Discovery::Filtered {
                // A part of a list does not tell what it is a part of.
                headers.remove(RANGE);
            }
        }
        // Extensions of these types that another layer has left do not come from a verified token.
        match &inward.reader {
            Some(reader) => drop(extensions.insert(reader.caller)),
            None => drop(extensions.remove::<Caller>()),
        }
        match inward.reader.as_ref().and_then(|reader| reader.holder.as_ref()) {
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

    /// Steps 4 and 5, for every message of a body: nothing is forwarded of a body with a message that may not be forwarded. Notes
    /// the era and whether the answer is a stream to listen to.
    fn check(
        &self,
        params: &ParamHeaders,
        head: &Head<'_>,
        content: &Content<'_>,
        reader: &mut Reader,
    ) -> Result<Kept, Refusal> {
        let messages = content.messages();
        for message in messages {
            let era = match message::agree(head, message) {
                Ok(era) => self.admit(&reader.caller, message, era).map(|()| era),
                Err(wrong) => Err(Refusal::mismatch(wrong)),
            };
            if era.map_err(|refusal| self.refusal_to(message, refusal))? == Era::Modern {
                reader.era = Era::Modern;
            }
        }
        let mut requests = messages.iter().filter(|message| message.kind == Kind::Request).peekable();
        reader.listens = requests.peek().is_some() && requests.all(|message| message.method == LISTEN);
        // Arguments are searched only for a caller that may call the tool. Headers are required from 2026-07-28 on.
        let called = |message: &Message<'_>| self.called(message).map(|tool| tool.tool().name);
        let required = |message: &Message<'_>| reader.era == Era::Modern && message.kind == Kind::Request;
        let calls = messages.iter().map(|message| (called(message), message, required(message)));
        params.compare_all(head, calls).map_err(|(message, wrong)| {
            let refusal = Refusal::mismatch(Disagreement::Header(wrong));
            self.refusal_to(message, refusal)
        })
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

    /// Step 7, for older revisions: the session has to be the caller's.
    fn session(&self, head: &Head<'_>, reader: &mut Reader) -> Result<Option<HeaderValue>, Refusal> {
        let sealed = match head.session {
            HeaderValues::Absent => return Ok(None),
            HeaderValues::Multiple => return Err(Refusal::session_header()),
            // There are no sessions any more (MCP 2026-07-28, "Earlier Streamable HTTP Revisions").
            HeaderValues::Single(_) if reader.era == Era::Modern => return Ok(None),
            HeaderValues::Single(sealed) => sealed,
        };
        let sealed = sealed.to_str().map_err(|_| Refusal::no_session())?;
        let opened = self.sessions.open(sealed, reader.owner(), reader.caller.environment());
        let id = opened.ok_or_else(Refusal::no_session)?;
        let forwarded = HeaderValue::from_str(id).map_err(|_| Refusal::no_session())?;
        reader.session = Some(id.to_owned());
        Ok(Some(forwarded))
    }

    /// Step 7: the id of the last event that the client has received, which has to be of a stream of the same caller.
    fn replay(&self, head: &Head<'_>, reader: &Reader) -> Result<Option<HeaderValue>, Refusal> {
        let sealed = match head.replay {
            HeaderValues::Absent => return Ok(None),
            // Only a GET replays, and there is none for it any more but in servers that offer more than the revision asks for.
            _ if reader.era == Era::Modern && !reader.listens => return Ok(None),
            HeaderValues::Multiple => return Err(Refusal::replay()),
            HeaderValues::Single(sealed) => core::str::from_utf8(sealed.as_bytes()).map_err(|_| Refusal::replay())?,
        };
        match self.sessions.open_event(sealed, reader.owner(), &reader.caller, reader.session.as_deref()) {
            Ok(id) => HeaderValue::from_bytes(id.as_bytes()).map(Some).map_err(|_| Refusal::replay()),
            Err(Unopened::Foreign) => Err(Refusal::replay()),
            Err(Unopened::Uncovered(scopes)) => Err(self.uncovered(&scopes).at(Step::Session)),
        }
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
    let HeaderValues::Single(stated) = head.content_type else { return false };
    // As nearly all of them write it.
    let json = stated == "application/json"
        || stated.to_str().is_ok_and(|stated| {
            let (essence, parameters) = filter::media_type(stated);
            essence.eq_ignore_ascii_case("application/json") && filter::is_utf8(parameters)
        });
    json && head.all_of(head.content_encoding, &CONTENT_ENCODING, |encoding| encoding == "identity")
}
