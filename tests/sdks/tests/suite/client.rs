//! A scripted client for a server behind the layer, and a record of the requests that reach that server.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use mcp_scopes_sdks::{tokens::Tokens, tools::TOOLS};
use mcp_scopes_server::{Environments, ResourceServer, ResourceServerBuilder};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt};

use crate::{Era, Subject};

/// The requests that reached the server behind the layer.
type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A server behind the layer.
pub(crate) struct Server {
    layer: ResourceServer,
    inner: Router,
    seen: Seen,
    era: Era,
}

impl Server {
    pub(crate) fn new(subject: Subject) -> Self {
        Self::with(subject, |builder| builder)
    }

    pub(crate) fn with(subject: Subject, set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder) -> Self {
        let environments = Environments::new().by_claim("env");
        let layer = set(ResourceServer::builder(&TOOLS).verifier(Tokens).environments(environments))
            .build()
            .now_or_never()
            .unwrap()
            .unwrap();
        let seen = Seen::default();
        let inner = (subject.make)(&layer, subject.answers).layer(from_fn_with_state(Arc::clone(&seen), note));
        Self { layer, inner, seen, era: subject.era }
    }

    /// A request of this client's revision.
    pub(crate) fn ask(&self, method: &str, params: &Value) -> Ask {
        let mut params = params.clone();
        let mut headers = vec![];
        if self.era == Era::Modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": "suite", "version": "1"},
            });
            headers.push(("mcp-protocol-version", "2026-07-28".to_owned()));
            headers.push(("mcp-method", method.to_owned()));
            if let Some(name) = params.get("name").and_then(Value::as_str) {
                headers.push(("mcp-name", name.to_owned()));
            }
        }
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        headers.iter().fold(Ask::post(body.to_string()), |ask, (name, value)| ask.header(name, value))
    }

    pub(crate) fn call(&self, tool: &str) -> Ask {
        let arguments = if tool == "status" { json!({}) } else { json!({"path": "notes.txt"}) };
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    /// Sends a request through the layer. Before 2026-07-28, servers with sessions require one, which the token's
    /// holder starts.
    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        let ask = match (self.era, ask.session) {
            (Era::Legacy, true) => self.in_session(ask).await,
            _ => ask,
        };
        self.deliver(self.layer.layer().layer(self.inner.clone()).oneshot(ask.request).await.unwrap()).await
    }

    /// Sends a request directly to the server, without the layer.
    pub(crate) async fn send_past_the_layer(&self, ask: Ask) -> Answer {
        let response = self.inner.clone().oneshot(ask.request).await.unwrap();
        self.deliver(response).await
    }

    /// Starts a session for a token. Returns its id, if the server has sessions.
    pub(crate) async fn begin(&self, token: Option<&str>) -> Option<HeaderValue> {
        let params = json!({
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "suite", "version": "1"},
        });
        let handshake = self.ask("initialize", &params).token(token).alone();
        let answer = Box::pin(self.send(handshake)).await;
        let id = answer.headers.get("mcp-session-id").cloned()?;
        let ready = Ask::post(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        Box::pin(self.send(ready.token(token).session_id(&id))).await;
        self.seen.lock().unwrap().clear();
        Some(id)
    }

    async fn in_session(&self, ask: Ask) -> Ask {
        let token = ask.token.clone();
        match self.begin(token.as_deref()).await {
            Some(id) => ask.session_id(&id),
            None => ask,
        }
    }

    async fn deliver<B>(&self, response: http::Response<B>) -> Answer
    where
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = response.into_parts();
        let body = to_bytes(Body::new(body), 1 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        Answer { status: parts.status, headers: parts.headers, body, seen }
    }
}

/// Records the requests that reach the server, and forwards them.
async fn note(State(seen): State<Seen>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    seen.lock().unwrap().push((parts.headers.clone(), body.clone()));
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// A request.
pub(crate) struct Ask {
    request: Request,
    token: Option<String>,
    /// Whether it requires a session.
    session: bool,
}

impl Ask {
    pub(crate) fn post(body: impl Into<Body>) -> Self {
        let mut request = Request::new(body.into());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = "/mcp".parse().unwrap();
        Self { request, token: None, session: true }
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("host", "files.example.com")
    }

    pub(crate) fn get(path: &str) -> Self {
        let mut ask = Self::post("").alone();
        *ask.request.method_mut() = http::Method::GET;
        *ask.request.uri_mut() = path.parse().unwrap();
        ask
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).unwrap();
        self.request.headers_mut().insert(name, HeaderValue::try_from(value).unwrap());
        self
    }

    pub(crate) fn token<'t>(mut self, token: impl Into<Option<&'t str>>) -> Self {
        let Some(token) = token.into() else { return self };
        self.token = Some(token.to_owned());
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn session_id(mut self, id: &HeaderValue) -> Self {
        self.request.headers_mut().insert("mcp-session-id", id.clone());
        self.alone().header("mcp-protocol-version", "2025-11-25")
    }

    /// Removes the session.
    pub(crate) fn alone(mut self) -> Self {
        self.session = false;
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        *self.request.body_mut() = Body::from(body.to_owned());
        self
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The requests that reached the server behind the layer.
    pub(crate) seen: Vec<(HeaderMap, Bytes)>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the message, from JSON or from an event of a stream.
    pub(crate) fn message(&self) -> Value {
        let mut events = self.body.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
        let text = events.rfind(|data| !data.is_empty()).unwrap_or(&self.body);
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the text of a tool's result.
    #[track_caller]
    pub(crate) fn said(&self) -> String {
        let message = self.message();
        assert!(message["result"]["isError"] != true, "{self:?}");
        message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// Returns the tools of a list.
    #[track_caller]
    pub(crate) fn names(&self) -> Vec<String> {
        let message = self.message();
        let tools = message["result"]["tools"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns status and challenge of a rejection, after checking that nothing reached the server.
    #[track_caller]
    pub(crate) fn expect_rejection(&self) -> (u16, &str) {
        assert!(self.seen.is_empty(), "it reached the server: {self:?}");
        assert!(self.headers.get_all("www-authenticate").iter().count() < 2, "{self:?}");
        (self.status.as_u16(), self.header("www-authenticate"))
    }
}
