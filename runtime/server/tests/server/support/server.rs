//! A server behind the layer that records the requests that reach it and returns the configured answer.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use mcp_scopes::{Caller, mcp_tool, scope_table};
use mcp_scopes_server::{BuildError, Claims, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier};
use tower::{ServiceExt, service_fn};

pub(crate) const RESOURCE: &str = "https://files.example.com/mcp";
pub(crate) const DOCUMENT: &str = "https://files.example.com/.well-known/oauth-protected-resource/mcp";

/// Say how the server is
#[mcp_tool(public, risk = "minimal", examples("status"), grouped_with("list_files", "run"))]
fn status() {}
/// List a folder
#[mcp_tool(scope = "files:read", risk = "low", examples("list_files ."))]
fn list_files(folder: &str) {
    let _ = folder;
}
/// Change a file
#[mcp_tool(scope = "files:write", risk = "medium")]
fn write_file(path: &str) {
    let _ = path;
}
/// Run a command
#[mcp_tool(scope = all("system:execute", any("oncall", "admin")), risk = "high", prerequisites("files:read"))]
fn run(command: &str) {
    let _ = command;
}

scope_table! { pub(crate) static TOOLS = [status, list_files, write_file, run] with "tests/server/mcp-scopes.toml"; }

/// Accepts tokens by name.
pub(crate) struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let ada = Claims::builder("https://auth.example.com").subject("ada").audience([RESOURCE]);
        let claims = match token.expose_secret() {
            "reader" => Ok(ada.scope("openid files:read")),
            "writer" => Ok(ada.scope("files:write")),
            "runner" => Ok(ada.scope("system:execute oncall")),
            "listed" => Ok(ada.scp(["files:read", "files:write"])),
            "scopeless" => Ok(ada),
            "bob" => {
                Ok(Claims::builder("https://auth.example.com").subject("bob").audience([RESOURCE]).scope("files:read"))
            }
            "ada-elsewhere" => {
                Ok(Claims::builder("https://other.example.com").subject("ada").audience([RESOURCE]).scope("files:read"))
            }
            "expired" => Ok(ada.scope("files:read").expires_at(SystemTime::now() - Duration::from_secs(1))),
            "fresh" => Ok(ada.scope("files:read").expires_at(SystemTime::now() + Duration::from_secs(60))),
            "foreign" => Ok(Claims::builder("https://auth.example.com").audience(["https://files.example.com/mcp/"])),
            "without-audience" => Ok(Claims::builder("https://auth.example.com").scope("files:read")),
            "down" => Err(TokenError::unavailable("the keys are out of reach")),
            _ => Err(TokenError::invalid("it is not known")),
        };
        claims.map(|claims| Arc::new(claims.build()))
    }
}

/// Builds servers that fetch no keys, and so are built at once.
pub(crate) trait BuildNow {
    fn build_now(self) -> Result<ResourceServer, BuildError>;
}

impl BuildNow for ResourceServerBuilder {
    fn build_now(self) -> Result<ResourceServer, BuildError> {
        self.build().now_or_never().unwrap()
    }
}

/// A request that reached the server behind the layer.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) caller: Option<Caller>,
    pub(crate) subject: Option<String>,
}

/// The answer that the client receives.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The request that reached the server behind the layer, if any.
    pub(crate) seen: Option<Seen>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn challenge(&self) -> &str {
        assert!(self.headers.get_all("www-authenticate").iter().count() < 2, "more than one challenge");
        self.header("www-authenticate")
    }

    /// Returns all challenges, in order.
    pub(crate) fn challenges(&self) -> Vec<&str> {
        self.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns the status and the JSON-RPC code of a rejection. Panics if the request was forwarded.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, i64) {
        assert!(self.seen.is_none(), "the request was forwarded: {self:?}");
        let code = self.json()["error"]["code"].as_i64().unwrap();
        (self.status.as_u16(), code)
    }

    #[track_caller]
    pub(crate) fn passed(&self) -> &Seen {
        self.seen.as_ref().unwrap_or_else(|| panic!("the request was not forwarded: {self:?}"))
    }
}

/// The answer of the server behind the layer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    headers: Vec<(&'static str, &'static str)>,
    chunks: Vec<Bytes>,
}

impl Reply {
    pub(crate) fn json(text: &str) -> Self {
        Self::of("application/json", [text.to_owned()])
    }

    pub(crate) fn of(content_type: &'static str, chunks: impl IntoIterator<Item = impl Into<Bytes>>) -> Self {
        Self { headers: vec![("content-type", content_type)], chunks: chunks.into_iter().map(Into::into).collect() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        self
    }
}

/// The layer with a server behind it.
pub(crate) struct Server {
    layer: ResourceServer,
    reply: Reply,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder) -> Self {
        Self::around(set(ResourceServer::builder(&TOOLS).verifier(Tokens)))
    }

    pub(crate) fn around(builder: ResourceServerBuilder) -> Self {
        Self::with_layer(builder.build_now().unwrap())
    }

    pub(crate) fn with_layer(layer: ResourceServer) -> Self {
        Self { layer, reply: Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#) }
    }

    pub(crate) fn replying(mut self, reply: Reply) -> Self {
        self.reply = reply;
        self
    }

    pub(crate) async fn send(&self, request: Ask) -> Answer {
        let seen = Arc::new(Mutex::new(None));
        let inner = service_fn({
            let (seen, reply) = (Arc::clone(&seen), self.reply.clone());
            move |request: Request<Full<Bytes>>| {
                let (seen, reply) = (Arc::clone(&seen), reply.clone());
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let subject = parts
                        .extensions
                        .get::<Arc<Claims>>()
                        .map(|claims| claims.subject_or_client().unwrap_or_default().to_owned());
                    let caller = parts.extensions.get::<Caller>().copied();
                    *seen.lock().unwrap() =
                        Some(Seen { method: parts.method, headers: parts.headers, body, caller, subject });
                    let chunks = reply.chunks.into_iter().map(|chunk| Ok::<_, Infallible>(Frame::data(chunk)));
                    let mut response = Response::new(StreamBody::new(Chunks(chunks)));
                    for (name, value) in reply.headers {
                        response.headers_mut().append(name, HeaderValue::from_static(value));
                    }
                    Ok::<_, Infallible>(response)
                }
            }
        });
        let response = self.layer.layer().layer(inner).oneshot(request.0).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let seen = seen.lock().unwrap().take();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap(), seen }
    }

    pub(crate) fn layer(&self) -> &ResourceServer {
        &self.layer
    }
}

/// A stream of chunks that are all ready.
struct Chunks<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Chunks<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: core::pin::Pin<&mut Self>,
        _: &mut core::task::Context<'_>,
    ) -> core::task::Poll<Option<I::Item>> {
        core::task::Poll::Ready(self.0.next())
    }
}

/// A request under construction.
pub(crate) struct Ask(pub(crate) Request<Full<Bytes>>);

impl Ask {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self(Request::builder().method(method).uri(path).body(Full::default()).unwrap())
    }

    pub(crate) fn post(body: impl Into<Bytes>) -> Self {
        let mut ask = Self::new("POST", "/mcp").header("content-type", "application/json");
        *ask.0.body_mut() = Full::new(body.into());
        ask
    }

    /// Returns a request of 2025-11-25.
    pub(crate) fn method(method: &str) -> Self {
        Self::post(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{}}}}"#))
    }

    /// Returns a call of 2025-11-25.
    pub(crate) fn call(tool: &str) -> Self {
        Self::post(format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#
        ))
    }

    /// Returns a call of 2026-07-28.
    pub(crate) fn modern_call(tool: &str) -> Self {
        Self::modern("tools/call", &format!(r#""name":"{tool}","arguments":{{"folder":"home","depth":2}},"#))
            .header("mcp-name", tool)
    }

    /// Returns a request of 2026-07-28 with these parameters, each followed by a comma.
    pub(crate) fn modern(method: &str, params: &str) -> Self {
        Self::post(format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
        ))
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method)
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds a header value and keeps the existing ones.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).unwrap();
        self.0.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// Replaces all values of a header by this one, or removes them.
    pub(crate) fn only(mut self, name: &str, value: Option<&str>) -> Self {
        self.0.headers_mut().remove(name);
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    pub(crate) fn uri(mut self, uri: &str) -> Self {
        *self.0.uri_mut() = uri.parse().unwrap();
        self
    }

    pub(crate) fn verb(mut self, method: &str) -> Self {
        *self.0.method_mut() = method.parse().unwrap();
        self
    }
}
