//! The answers that the layer gives itself. Behind each of them nothing has run.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE,
        RETRY_AFTER, VARY, WWW_AUTHENTICATE,
    },
};
use http_body_util::Full;
use serde_json::value::RawValue;

use mcp_scopes::{Challenge, Environment};

use super::{
    environment,
    message::{Disagreement, Era, Fault, Kind, Message},
    token::TokenError,
    trace::{self, Mark, Step},
};

/// Invalid request (JSON-RPC 2.0 §5.1).
const INVALID_REQUEST: i32 = -32600;
/// Method not found.
const METHOD_NOT_FOUND: i32 = -32601;
/// Invalid parameters; what MCP answers for a tool that does not exist.
const INVALID_PARAMS: i32 = -32602;
/// Internal error.
const INTERNAL: i32 = -32603;
/// `HeaderMismatch` (MCP 2026-07-28, "Error Codes").
const HEADER_MISMATCH: i32 = -32020;

/// An answer that the layer gives itself: an HTTP status, and a JSON-RPC error in the body.
///
/// Refusals of authorization have the status for their code as well: MCP wants codes of an implementation outside of the
/// ranges that JSON-RPC and the specification keep for themselves.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: i32,
    text: Cow<'static, str>,
    id: Option<Box<RawValue>>,
    /// Boxed: it is most of a refusal's size, and refusals are handed through.
    header: Option<Box<(HeaderName, HeaderValue)>>,
    environment: Option<Environment>,
    mark: Mark,
}

impl Refusal {
    // The compiler then keeps whatever leads here apart from what most requests run through.
    #[cold]
    fn new(step: Step, status: StatusCode, code: i32, text: impl Into<Cow<'static, str>>) -> Self {
        let (text, mark) = (text.into(), Mark::at(step));
        let mark = if let Cow::Borrowed(reason) = text { mark.because(reason) } else { mark };
        Self { status, code, text, id: None, header: None, environment: None, mark }
    }

    fn of_status(step: Step, status: StatusCode, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(step, status, i32::from(status.as_u16()), text)
    }

    pub(super) fn origin() -> Self {
        Self::of_status(Step::Request, StatusCode::FORBIDDEN, "requests of this origin are not accepted")
    }

    /// A path below `/.well-known/` that is not the metadata's.
    pub(super) fn no_document() -> Self {
        Self::of_status(Step::Request, StatusCode::NOT_FOUND, "no such document")
    }

    pub(super) fn method() -> Self {
        let text = "send POST, or GET and DELETE for a session";
        let refusal = Self::of_status(Step::Request, StatusCode::METHOD_NOT_ALLOWED, text);
        refusal.with(ALLOW, HeaderValue::from_static("POST, GET, DELETE"))
    }

    pub(super) fn upgrade() -> Self {
        let text = "the connection cannot be upgraded to another protocol";
        Self::of_status(Step::Request, StatusCode::BAD_REQUEST, text)
    }

    pub(super) fn unavailable(error: TokenError) -> Self {
        let refusal = Self::of_status(Step::Token, StatusCode::SERVICE_UNAVAILABLE, error.to_string());
        refusal.because(error.reason()).with(RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// What a challenge says.
    pub(super) fn challenge(challenge: &Challenge<'_>, text: impl Into<Cow<'static, str>>) -> Self {
        let status = StatusCode::from_u16(challenge.status()).unwrap_or(StatusCode::FORBIDDEN);
        // INVARIANT: `Challenge` writes visible ASCII and spaces only.
        let value = HeaderValue::try_from(challenge.to_string()).unwrap_or(HeaderValue::from_static("Bearer"));
        Self::of_status(Step::Scopes, status, text).with(WWW_AUTHENTICATE, value)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        let text = format!("the body is larger than {limit} bytes");
        Self::of_status(Step::Body, StatusCode::PAYLOAD_TOO_LARGE, text).because("the body is larger than its limit")
    }

    pub(super) fn media_type() -> Self {
        let text = "send `Content-Type: application/json`, in UTF-8 and not encoded";
        Self::of_status(Step::Body, StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
    }

    pub(super) fn incomplete() -> Self {
        Self::new(Step::Body, StatusCode::BAD_REQUEST, INVALID_REQUEST, "the body did not arrive in full")
    }

    /// The body takes too long (RFC 9110 §15.5.9).
    pub(super) fn late() -> Self {
        let refusal = Self::of_status(Step::Body, StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time");
        refusal.with(CONNECTION, HeaderValue::from_static("close"))
    }

    /// The body has another length than it says: whoever counts would find its end elsewhere.
    pub(super) fn length() -> Self {
        let text = "the body is not as long as `Content-Length` says";
        Self::new(Step::Body, StatusCode::BAD_REQUEST, INVALID_REQUEST, text)
    }

    pub(super) fn fault(fault: Fault) -> Self {
        Self::new(Step::Body, StatusCode::BAD_REQUEST, fault.code(), fault.text())
    }

    pub(super) fn mismatch(wrong: Disagreement) -> Self {
        let (code, text): (_, Cow<'static, str>) = match wrong {
            Disagreement::Header(text) => (HEADER_MISMATCH, text.into()),
            Disagreement::Meta(text) => (INVALID_PARAMS, text.into()),
        };
        Self::new(Step::Body, StatusCode::BAD_REQUEST, code, text).because("the headers do not agree with the body")
    }

    pub(super) fn not_a_call() -> Self {
        let text = "a call of a tool needs an `id` and the tool's `name`";
        Self::new(Step::Scopes, StatusCode::BAD_REQUEST, INVALID_REQUEST, text)
    }

    pub(super) fn response() -> Self {
        let text = "this revision knows no responses sent by a client";
        Self::new(Step::Scopes, StatusCode::BAD_REQUEST, INVALID_REQUEST, text)
    }

    /// A method that this server does not have, or not for this caller.
    pub(super) fn no_method(message: &Message<'_>, era: Era) -> Self {
        let status = match (message.kind, era) {
            // A notification has no answer: only the status can tell.
            (Kind::Notification | Kind::Response, _) => StatusCode::BAD_REQUEST,
            (Kind::Request, Era::Modern) => StatusCode::NOT_FOUND,
            // To older clients 404 says that their session is gone.
            (Kind::Request, Era::Legacy) => StatusCode::OK,
        };
        Self::new(Step::Scopes, status, METHOD_NOT_FOUND, "method not found")
    }

    /// A tool that this server does not have, or does not show: byte for byte the same.
    pub(super) fn no_tool() -> Self {
        Self::new(Step::Scopes, StatusCode::OK, INVALID_PARAMS, "unknown tool")
    }

    /// A header that asks for an environment, and cannot.
    pub(super) fn environment(wrong: &'static str) -> Self {
        Self::of_status(Step::Environment, StatusCode::BAD_REQUEST, wrong)
    }

    /// Too many calls in the sandbox.
    pub(super) fn pace(wait: Duration) -> Self {
        let text = "too many calls in the sandbox; the live server has a limit of its own";
        let seconds = wait.as_secs().saturating_add(1);
        let refusal = Self::of_status(Step::Environment, StatusCode::TOO_MANY_REQUESTS, text);
        refusal.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    pub(super) fn no_session() -> Self {
        Self::of_status(Step::Session, StatusCode::NOT_FOUND, "no such session; begin a new one")
    }

    pub(super) fn session_header() -> Self {
        let text = "there is more than one session id; send one";
        Self::of_status(Step::Session, StatusCode::BAD_REQUEST, text)
    }

    pub(super) fn replay() -> Self {
        let text = "`Last-Event-ID` is not of a stream of this caller; open a new stream without it";
        Self::of_status(Step::Session, StatusCode::BAD_REQUEST, text)
    }

    /// An answer of the server behind the layer that holds a list of tools nobody can read: it might show too much.
    pub(super) fn unreadable() -> Self {
        let text = "the server's answer could not be read, so it is not known what it shows";
        Self::new(Step::Answer, StatusCode::BAD_GATEWAY, INTERNAL, text)
    }

    /// The step that refuses, where the answer alone does not tell.
    pub(super) fn at(mut self, step: Step) -> Self {
        self.mark = self.mark.step(step);
        self
    }

    /// Why, for the server's own log: in words of this program.
    pub(super) fn because(mut self, reason: &'static str) -> Self {
        self.mark = self.mark.because(reason);
        self
    }

    /// The tool of the table that it is about.
    pub(super) fn about(mut self, tool: Option<&'static str>) -> Self {
        self.mark = self.mark.tool(tool);
        self
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    /// The answer to that message.
    pub(super) fn to(mut self, message: &Message<'_>) -> Self {
        if message.kind == Kind::Request {
            self.id = message.id.map(ToOwned::to_owned);
        }
        self
    }

    /// The environment that refuses.
    pub(super) fn by(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// The JSON-RPC error alone, for a stream.
    pub(super) fn into_text(self) -> String {
        trace::refused(self.status, self.code, self.environment, self.mark);
        self.text()
    }

    fn text(&self) -> String {
        let id = self.id.as_ref().map(|id| format!("\"id\":{id},")).unwrap_or_default();
        // A JSON string: `Debug` of Rust escapes in another way.
        let text = serde_json::Value::from(&*self.text);
        format!("{{\"jsonrpc\":\"2.0\",{id}\"error\":{{\"code\":{},\"message\":{text}}}}}", self.code)
    }

    /// The answer. A page of an allowed origin has to be able to read it.
    pub(super) fn into_response(self, origin: Option<&HeaderValue>) -> Response<Full<Bytes>> {
        trace::refused(self.status, self.code, self.environment, self.mark);
        let mut response = Response::new(Full::new(Bytes::from(self.text())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(header) = self.header {
            let (name, value) = *header;
            headers.insert(name, value);
        }
        if let Some(environment) = self.environment {
            state(headers, environment);
        }
        expose(headers, origin);
        response
    }
}

static ENVIRONMENT: HeaderName = HeaderName::from_static("mcp-environment");

/// Says which environment answers: this project's proposal.
pub(super) fn state(headers: &mut HeaderMap, environment: Environment) {
    headers.insert(&ENVIRONMENT, HeaderValue::from_static(environment::name(environment)));
}

/// Lets pages read what they need to authenticate (Fetch, "CORS protocol").
pub(super) fn expose(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    // Beside what the server behind the layer lets them read.
    headers.append(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id, Mcp-Environment"),
    );
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}
