//! The client in front of rmcp's: it asks for what a refused request needs, and sends the request again.
//!
//! ```no_run
//! # use mcp_scopes_client::{ScopeMap, Settings, StepUpClient, http::{ClientIdentity, HttpAuthorizer}};
//! # use rmcp::{ServiceExt as _, transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig}};
//! # async fn ask(_: String) -> Option<String> { None }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let address = "https://notes.example.com/mcp";
//! let login = HttpAuthorizer::for_user(address, ClientIdentity::register("Example client"), "http://127.0.0.1:4567/callback", ask)?;
//! // It stays with the application, for `forget_refusals`.
//! let step_up = StepUpClient::new(Settings::user(), ScopeMap::default(), login);
//! let config = StreamableHttpClientTransportConfig::with_uri(address);
//! let transport = StreamableHttpClientTransport::with_client(step_up.over(reqwest::Client::new()), config);
//! let client = ().serve(transport).await?;
//! # Ok(()) }
//! ```
//!
//! rmcp hands over one `WWW-Authenticate` header of a response, the first. Where a server sends several headers, such as one for `Bearer` and one
//! for `DPoP`, the others are not seen; several challenges in one header are. rmcp also hands over no header that is not text, and for a 401
//! or 403 without that header a different error, so such a response is returned as it is: a server that answers 401 without a challenge never leads to
//! a login here.
//!
//! Only requests lead to requests for tokens. Responses to the server, notifications, the end of a session (DELETE) and requests for streams (GET) are sent
//! with the newest token, and a refusal of them is returned as it is: rmcp gives them up after some seconds, in which no user can log in, or repeats
//! them without limit. If the server refuses a stream, rmcp ends it. The next request obtains the token that is needed; a stream that has ended is
//! opened again with the next session.
//!
//! A bound token is sent with a [proof](Authorizer::proof), which requires an HTTP client that sends custom headers, as rmcp's do. rmcp does not hand over
//! the header `DPoP-Nonce` (RFC 9449 §9), so an MCP server that requires nonces is not served by this wrapper. The nonces of authorization servers are.

use core::{error::Error, fmt, future::Future};
use std::{collections::HashMap, io, sync::Arc};

use futures_util::stream::BoxStream;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use mcp_scopes_model::address::Shown;
use rmcp::{
    model::{ClientJsonRpcMessage, ClientRequest},
    service::ClientInitializeError,
    transport::streamable_http_client::{
        SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse, StreamableHttpResponseLimits,
    },
};
use sse_stream::Sse;

use crate::{
    address,
    authorizer::Authorizer,
    challenge::Challenges,
    client::{Reply, StepUpClient, Stopped},
    step_up::Stop,
    tokens::{AccessToken, MemoryStore, TokenStore},
};

/// An HTTP client of rmcp whose requests have the newest token. A clone shares tokens and state.
pub struct StepUpHttp<C, A, S = MemoryStore> {
    http: C,
    step_up: StepUpClient<A, S>,
}

impl<A: Authorizer, S: TokenStore> StepUpClient<A, S> {
    /// Puts this client in front of an HTTP client of rmcp, for `StreamableHttpClientTransport::with_client`.
    ///
    /// The transport must be for the [resource](Authorizer::resource) of the tokens. Requests to another address are I/O errors, and are not sent.
    ///
    /// An operation that [stops](Stop) is an [I/O error](StreamableHttpError::Io) of the transport; [`stop_of`] finds the reason in an error of
    /// rmcp. Its source is what the server has answered, so `auth_challenge` of rmcp's errors still returns the challenge.
    pub fn over<C: StreamableHttpClient + Sync>(&self, http: C) -> StepUpHttp<C, A, S> {
        StepUpHttp { http, step_up: self.clone() }
    }
}

impl<C: Clone, A, S> Clone for StepUpHttp<C, A, S> {
    fn clone(&self) -> Self {
        Self { http: self.http.clone(), step_up: self.step_up.clone() }
    }
}

impl<C, A, S> fmt::Debug for StepUpHttp<C, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUpHttp").finish_non_exhaustive()
    }
}

/// Returns why an operation ended without success, from an error of rmcp such as `ServiceError` or `ClientInitializeError`.
#[must_use]
pub fn stop_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Stop> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(refused) = inner.and_then(|inner| inner.downcast_ref::<Refused>()) {
            return Some(&refused.stop);
        }
        next = match error.downcast_ref() {
            // It does not name this as its source.
            Some(ClientInitializeError::TransportError { error, .. }) => Some(error),
            _ => error.source(),
        };
    }
    None
}

/// Why an operation ended, and what the server has answered.
#[derive(Debug)]
struct Refused {
    stop: Stop,
    answer: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stop.fmt(f)
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.answer)
    }
}

/// A request to another server than that of the tokens.
#[derive(Debug)]
struct OtherServer {
    resource: String,
    uri: String,
}

impl fmt::Display for OtherServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (resource, uri) = (Shown(&self.resource), Shown(&self.uri));
        write!(
            f,
            "the tokens of this client are for {resource}, and the transport is for {uri}; create a client for each server"
        )
    }
}

impl Error for OtherServer {}

type Answer<T, E> = Result<T, StreamableHttpError<E>>;
type Headers = HashMap<HeaderName, HeaderValue>;

/// One operation.
struct Operation<'o> {
    /// What it does, and the tool that it calls.
    label: &'o str,
    tool: Option<&'o str>,
    method: &'o str,
    uri: &'o str,
    /// The token of the transport's configuration, for requests without a token of this client.
    configured: Option<String>,
    headers: Headers,
}

impl<'o> Operation<'o> {
    const fn new(
        (method, uri): (&'o str, &'o str),
        (label, tool): (&'o str, Option<&'o str>),
        configured: Option<String>,
        headers: Headers,
    ) -> Self {
        Self { label, tool, method, uri, configured, headers }
    }
}

impl<C: StreamableHttpClient + Sync, A: Authorizer, S: TokenStore> StepUpHttp<C, A, S> {
    async fn run<T, R>(
        &self,
        operation: &Operation<'_>,
        send: impl Fn(Option<String>, Headers) -> R,
    ) -> Answer<T, C::Error>
    where
        R: Future<Output = Answer<T, C::Error>>,
    {
        self.check(operation.uri)?;
        let answer = self.step_up.run(operation.label, operation.tool, |token: Option<AccessToken>| {
            let (token, headers) = self.authorized(token, operation);
            let response = send(token, headers);
            async move { reply(response.await) }
        });
        match answer.await {
            Ok(answer) | Err(Stopped { response: answer @ Ok(_), .. }) => answer,
            Err(Stopped { stop, response: Err(answer) }) => {
                Err(StreamableHttpError::Io(io::Error::other(Refused { stop, answer: answer.into() })))
            }
        }
    }
}

impl<C: StreamableHttpClient + Sync, A: Authorizer, S: TokenStore> StepUpHttp<C, A, S> {
    /// Sends a message: a request as an operation, and every other one with the newest token.
    async fn post<T, R>(
        &self,
        (uri, message): (&str, &ClientJsonRpcMessage),
        configured: Option<String>,
        headers: Headers,
        send: impl Fn(Option<String>, Headers) -> R,
    ) -> Answer<T, C::Error>
    where
        R: Future<Output = Answer<T, C::Error>>,
    {
        let Some((label, tool)) = operation(message) else {
            let (token, headers) = self.newest(("POST", uri), configured, headers)?;
            return send(token, headers).await;
        };
        self.run(&Operation::new(("POST", uri), (&label, tool), configured, headers), send).await
    }
}

impl<C, A: Authorizer, S: TokenStore> StepUpHttp<C, A, S> {
    /// Returns the token and the headers of a request.
    fn authorized(&self, token: Option<AccessToken>, operation: &Operation<'_>) -> (Option<String>, Headers) {
        let mut headers = operation.headers.clone();
        let token = match token {
            Some(token) if token.is_bound() => {
                headers.extend(self.bound(&token, operation));
                None
            }
            Some(token) => Some(token.secret().to_owned()),
            None => operation.configured.clone(),
        };
        (token, headers)
    }

    /// Returns the token and the headers of what must not lead to a request for a token. The server's refusal is returned unchanged: rmcp repeats a
    /// stream that has ended without limit until it receives that.
    fn newest<E>(
        &self,
        (method, uri): (&str, &str),
        configured: Option<String>,
        headers: Headers,
    ) -> Result<(Option<String>, Headers), StreamableHttpError<E>>
    where
        E: Error + Send + Sync + 'static,
    {
        self.check(uri)?;
        let operation = Operation::new((method, uri), ("", None), configured, headers);
        Ok(self.authorized(self.step_up.access_token(), &operation))
    }

    /// Rejects requests to another server than that of the tokens, which would receive them, and whose challenges would lead to logins at this one.
    fn check<E: Error + Send + Sync + 'static>(&self, uri: &str) -> Result<(), StreamableHttpError<E>> {
        match self.step_up.authorizer().resource() {
            Some(resource) if !address::is_same(resource, uri) => {
                let error = OtherServer { resource: resource.to_owned(), uri: uri.to_owned() };
                Err(StreamableHttpError::Io(io::Error::other(error)))
            }
            _ => Ok(()),
        }
    }

    /// Returns the headers of a request with a bound token: rmcp itself sends tokens as `Bearer`.
    fn bound(&self, token: &AccessToken, operation: &Operation<'_>) -> Headers {
        let proof = self.step_up.authorizer().proof(token, operation.method, operation.uri);
        let headers = [(AUTHORIZATION, Some(token.authorization())), (HeaderName::from_static("dpop"), proof)];
        let headers = headers.into_iter().filter_map(|(name, value)| {
            let mut value = HeaderValue::from_str(&value?).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        });
        headers.collect()
    }
}

/// Reads the challenge of an error of rmcp.
fn reply<T, E: Error + Send + Sync + 'static>(response: Answer<T, E>) -> Reply<Answer<T, E>> {
    let (status, header) = match &response {
        Err(StreamableHttpError::AuthRequired(error)) => (401, Some(&error.www_authenticate_header)),
        Err(StreamableHttpError::InsufficientScope(error)) => (403, Some(&error.www_authenticate_header)),
        _ => (200, None),
    };
    Reply { status, challenges: Challenges::parse(header), response }
}

/// Returns what a request does, and the tool that it calls. `None` for a response, an error and a notification.
fn operation(message: &ClientJsonRpcMessage) -> Option<(String, Option<&str>)> {
    let ClientJsonRpcMessage::Request(request) = message else { return None };
    let request = &request.request;
    let (subject, tool) = match request {
        ClientRequest::CallToolRequest(call) => (&*call.params.name, Some(&*call.params.name)),
        ClientRequest::ReadResourceRequest(read) => (&*read.params.uri, None),
        ClientRequest::GetPromptRequest(get) => (&*get.params.name, None),
        _ => ("", None),
    };
    Some((format!("{} {subject}", request.method()).trim_end().to_owned(), tool))
}

impl<C: StreamableHttpClient + Sync, A: Authorizer, S: TokenStore> StreamableHttpClient for StepUpHttp<C, A, S> {
    type Error = C::Error;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: Headers,
    ) -> Answer<StreamableHttpPostResponse, C::Error> {
        self.post((&uri, &message), auth_header, custom_headers, |token, headers| {
            self.http.post_message(uri.clone(), message.clone(), session_id.clone(), token, headers)
        })
        .await
    }

    async fn post_message_with_max_sse_event_size(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: Headers,
        limit: usize,
    ) -> Answer<StreamableHttpPostResponse, C::Error> {
        self.post((&uri, &message), auth_header, custom_headers, |token, headers| {
            let (uri, message, session_id) = (uri.clone(), message.clone(), session_id.clone());
            self.http.post_message_with_max_sse_event_size(uri, message, session_id, token, headers, limit)
        })
        .await
    }

    async fn post_message_with_response_limits(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: Headers,
        limits: StreamableHttpResponseLimits,
    ) -> Answer<StreamableHttpPostResponse, C::Error> {
        self.post((&uri, &message), auth_header, custom_headers, |token, headers| {
            let (uri, message, session_id) = (uri.clone(), message.clone(), session_id.clone());
            self.http.post_message_with_response_limits(uri, message, session_id, token, headers, limits)
        })
        .await
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session_id: Arc<str>,
        auth_header: Option<String>,
        custom_headers: Headers,
    ) -> Answer<(), C::Error> {
        let (token, headers) = self.newest(("DELETE", &uri), auth_header, custom_headers)?;
        self.http.delete_session(uri, session_id, token, headers).await
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        auth_header: Option<String>,
        custom_headers: Headers,
    ) -> Answer<BoxStream<'static, Result<Sse, SseError>>, C::Error> {
        let (token, headers) = self.newest(("GET", &uri), auth_header, custom_headers)?;
        self.http.get_stream(uri, session_id, last_event_id, token, headers).await
    }

    async fn get_stream_with_max_sse_event_size(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        auth_header: Option<String>,
        custom_headers: Headers,
        limit: usize,
    ) -> Answer<BoxStream<'static, Result<Sse, SseError>>, C::Error> {
        let (token, headers) = self.newest(("GET", &uri), auth_header, custom_headers)?;
        self.http.get_stream_with_max_sse_event_size(uri, session_id, last_event_id, token, headers, limit).await
    }
}
