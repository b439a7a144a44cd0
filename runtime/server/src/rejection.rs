//! The responses that the layer sends itself, without a call of the server behind it. `policies` has those of policies.

use core::fmt::Write as _;
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
    message::{Disagreement, Era, Kind, Message, MessageFault},
    token::TokenError,
    trace::{self, Mark, Step},
};

#[cfg(feature = "policies")]
mod policies;

/// Invalid request (JSON-RPC 2.0 §5.1).
const INVALID_REQUEST: i32 = -32600;
/// Method not found.
const METHOD_NOT_FOUND: i32 = -32601;
/// Invalid parameters. MCP uses it for a tool that does not exist.
const INVALID_PARAMS: i32 = -32602;
/// Internal error.
const INTERNAL: i32 = -32603;
/// `HeaderMismatch` (MCP 2026-07-28, "Error Codes").
const HEADER_MISMATCH: i32 = -32020;

/// A response that the layer sends itself: an HTTP status, and a JSON-RPC error in the body.
///
/// Rejections by authorization use the HTTP status as code: MCP requires that the codes of an implementation are outside of
/// the ranges that JSON-RPC and the specification reserve.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    code: i32,
    text: Cow<'static, str>,
    /// Whether the text is the whole body, and not the message of the error.
    is_body: bool,
    id: Option<Box<RawValue>>,
    /// The headers at each public name of the server. If there are fewer, the first are those of all names.
    headers: Vec<Headers>,
    environment: Option<Environment>,
    mark: Mark,
}

type Headers = Vec<(HeaderName, HeaderValue)>;

impl Rejection {
    // `cold` keeps rejections apart from the common path in the compiled code.
    #[cold]
    fn new(step: Step, status: StatusCode, code: i32, text: impl Into<Cow<'static, str>>) -> Self {
        let (text, mark) = (text.into(), Mark::at(step));
        let mark = if let Cow::Borrowed(reason) = text { mark.because(reason.into()) } else { mark };
        Self { status, code, text, is_body: false, id: None, headers: Vec::new(), environment: None, mark }
    }

    fn of_status(step: Step, status: StatusCode, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(step, status, i32::from(status.as_u16()), text)
    }

    pub(super) fn origin() -> Self {
        Self::of_status(Step::Request, StatusCode::FORBIDDEN, "requests of this origin are not accepted")
    }

    /// A path below `/.well-known/` other than that of the metadata.
    pub(super) fn no_document() -> Self {
        Self::of_status(Step::Request, StatusCode::NOT_FOUND, "no such document")
    }

    pub(super) fn method() -> Self {
        let text = "send POST, or GET and DELETE for a session";
        let rejection = Self::of_status(Step::Request, StatusCode::METHOD_NOT_ALLOWED, text);
        rejection.with(ALLOW, HeaderValue::from_static("POST, GET, DELETE"))
    }

    pub(super) fn upgrade() -> Self {
        let text = "the connection cannot be upgraded to another protocol";
        Self::of_status(Step::Request, StatusCode::BAD_REQUEST, text)
    }

    pub(super) fn unavailable(error: &TokenError) -> Self {
        let rejection = Self::of_status(Step::Token, StatusCode::SERVICE_UNAVAILABLE, error.to_string());
        rejection.because(error.reason().to_owned()).with(RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// The response with this challenge.
    pub(super) fn challenge(challenge: &Challenge<'_>, text: impl Into<Cow<'static, str>>) -> Self {
        let status = StatusCode::from_u16(challenge.status()).unwrap_or(StatusCode::FORBIDDEN);
        Self::of_status(Step::Scopes, status, text).and_challenge(challenge)
    }

    /// Adds a challenge after those that the response has.
    pub(super) fn and_challenge(self, challenge: &Challenge<'_>) -> Self {
        // INVARIANT: `Challenge` writes visible ASCII and spaces only.
        let value = HeaderValue::try_from(challenge.to_string()).unwrap_or(HeaderValue::from_static("Bearer"));
        self.with(WWW_AUTHENTICATE, value)
    }

    /// Sets the challenge at the next public name: that of another rejection.
    pub(super) fn and_at_next_name(mut self, other: Self) -> Self {
        self.headers.extend(other.headers);
        self
    }

    /// Selects the challenge of a public name. The first name has the place 0.
    pub(super) fn at_name(mut self, place: usize) -> Self {
        if place < self.headers.len() {
            self.headers.swap(0, place);
        }
        self
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

    /// The body did not arrive in time (RFC 9110 §15.5.9).
    pub(super) fn late() -> Self {
        let rejection = Self::of_status(Step::Body, StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time");
        rejection.with(CONNECTION, HeaderValue::from_static("close"))
    }

    /// The body's length differs from its `Content-Length`, so a server that relies on the header would find its end elsewhere.
    pub(super) fn length() -> Self {
        let text = "the body is not as long as `Content-Length` says";
        Self::new(Step::Body, StatusCode::BAD_REQUEST, INVALID_REQUEST, text)
    }

    pub(super) fn fault(fault: MessageFault) -> Self {
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
        let text = "this revision does not allow a client to send responses";
        Self::new(Step::Scopes, StatusCode::BAD_REQUEST, INVALID_REQUEST, text)
    }

    /// A method that this server does not have, or that this caller may not use.
    pub(super) fn no_method(message: &Message<'_>, era: Era) -> Self {
        let status = match (message.kind, era) {
            // A notification has no response, so only the status can report the error.
            (Kind::Notification | Kind::Response, _) => StatusCode::BAD_REQUEST,
            (Kind::Request, Era::Modern) => StatusCode::NOT_FOUND,
            // Older clients take 404 for the end of their session.
            (Kind::Request, Era::Legacy) => StatusCode::OK,
        };
        Self::new(Step::Scopes, status, METHOD_NOT_FOUND, "method not found")
    }

    /// A tool that this server does not have, or does not show. Both responses are identical byte for byte.
    pub(super) fn no_tool() -> Self {
        Self::new(Step::Scopes, StatusCode::OK, INVALID_PARAMS, "unknown tool")
    }

    /// A resource or prompt that no entry covers, or that is not shown.
    pub(super) fn no_content(message: &Message<'_>) -> Self {
        // A notification has no response, so only the status can report the error.
        let status = if message.kind == Kind::Request { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        Self::new(Step::Scopes, status, INVALID_PARAMS, "unknown resource or prompt")
    }

    /// A request that does not name its resource or prompt.
    pub(super) fn unnamed_content() -> Self {
        let text = "the request does not name the resource or the prompt";
        Self::new(Step::Scopes, StatusCode::BAD_REQUEST, INVALID_PARAMS, text)
    }

    /// A header that asks for an environment and is not valid here.
    pub(super) fn environment(wrong: &'static str) -> Self {
        Self::of_status(Step::Environment, StatusCode::BAD_REQUEST, wrong)
    }

    /// Too many calls in the sandbox.
    pub(super) fn rate_limited(wait: Duration) -> Self {
        let text = "too many calls in the sandbox within one minute";
        let seconds = wait.as_secs().saturating_add(1);
        let rejection = Self::of_status(Step::Environment, StatusCode::TOO_MANY_REQUESTS, text);
        rejection.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The event of a call could not be written, so the call does not run.
    #[cfg(feature = "audit")]
    pub(super) fn unaudited() -> Self {
        let text = "the call cannot be recorded now; retry later";
        let rejection = Self::of_status(Step::Policy, StatusCode::SERVICE_UNAVAILABLE, text);
        rejection.because("audit_unavailable").with(RETRY_AFTER, HeaderValue::from_static("5"))
    }

    #[cfg(feature = "audit")]
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    #[cfg(feature = "audit")]
    pub(super) const fn code(&self) -> i32 {
        self.code
    }

    #[cfg(feature = "audit")]
    pub(super) const fn mark(&self) -> &Mark {
        &self.mark
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

    /// A response of the server behind the layer whose list of tools cannot be read: it might show too much.
    pub(super) fn unreadable() -> Self {
        let text = "the server's answer could not be read, so it cannot be checked or filtered";
        Self::new(Step::Answer, StatusCode::BAD_GATEWAY, INTERNAL, text)
    }

    /// Sets the step that rejects, if the response alone does not state it.
    pub(super) fn at(mut self, step: Step) -> Self {
        self.mark = self.mark.step(step);
        self
    }

    /// Sets the reason for the server's log. It is a text of this program or its settings.
    pub(super) fn because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.mark = self.mark.because(reason.into());
        self
    }

    /// Sets the tool of the table that the rejection is about.
    pub(super) fn about(mut self, tool: Option<&'static str>) -> Self {
        self.mark = self.mark.tool(tool);
        self
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        match self.headers.first_mut() {
            Some(headers) => headers.push((name, value)),
            None => self.headers.push(vec![(name, value)]),
        }
        self
    }

    /// Addresses the response to a message.
    pub(super) fn to(mut self, message: &Message<'_>) -> Self {
        if message.kind == Kind::Request {
            self.id = message.id.map(ToOwned::to_owned);
        }
        self
    }

    /// Sets the environment in which the request was rejected.
    pub(super) fn by(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Returns the JSON-RPC error alone, for a stream.
    pub(super) fn into_text(self) -> String {
        trace::record_rejection(self.status, self.code, self.environment, &self.mark);
        self.text()
    }

    fn text(&self) -> String {
        if self.is_body {
            return self.text.clone().into_owned();
        }
        let mut answer = String::from("{\"jsonrpc\":\"2.0\",");
        if let Some(id) = &self.id {
            answer.extend(["\"id\":", id.get(), ","]);
        }
        // As a JSON string, because Rust's `Debug` escapes differently.
        let text = serde_json::Value::from(&*self.text);
        // A write to a string does not fail.
        let _ = write!(answer, "\"error\":{{\"code\":{},\"message\":{text}}}}}", self.code);
        answer
    }

    /// Returns the response. A page of an allowed origin can read it.
    pub(super) fn into_response(self, origin: Option<&HeaderValue>) -> Response<Full<Bytes>> {
        trace::record_rejection(self.status, self.code, self.environment, &self.mark);
        let mut response = Response::new(Full::new(Bytes::from(self.text())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in self.headers.into_iter().next().unwrap_or_default() {
            headers.append(name, value);
        }
        if let Some(environment) = self.environment {
            state(headers, environment);
        }
        expose(headers, origin);
        response
    }
}

static ENVIRONMENT: HeaderName = HeaderName::from_static("mcp-environment");

/// States the environment of the response in a header, which is this project's proposal.
pub(super) fn state(headers: &mut HeaderMap, environment: Environment) {
    headers.insert(&ENVIRONMENT, HeaderValue::from_static(environment.as_str()));
}

/// Exposes the headers that pages need to authenticate (Fetch, "CORS protocol").
pub(super) fn expose(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    // Appended to the headers that the server behind the layer exposes.
    headers.append(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id, Mcp-Environment"),
    );
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}
