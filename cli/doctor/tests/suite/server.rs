//! A small MCP server with every fault that the doctor knows, each behind a flag. Without a flag it is sound.

mod answer;
mod calls;
mod documents;
mod fixture;
mod mcp;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, Response},
};
use serde_json::Value;

/// The faults. Each member is one.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings of a test server")]
pub(crate) struct Faults {
    /// The names of the faults that are on.
    pub(crate) on: Vec<&'static str>,
    /// Not faults: how the server speaks.
    pub(crate) with_sessions: bool,
    pub(crate) with_events: bool,
    pub(crate) filtered: bool,
    /// Whether every request needs the scope `notes:read`.
    pub(crate) gated: bool,
    /// Whether it refuses web pages that are not on this machine.
    pub(crate) local_pages_only: bool,
    /// The revision of sessions. Default: the newest one.
    pub(crate) revision: Option<&'static str>,
    /// The origin of a server whose certificate is not trusted.
    pub(crate) untrusted: String,
    /// The tool whose calls never end.
    pub(crate) endless_tool: Option<&'static str>,
    /// Whether it serves the fixture of the official suite.
    pub(crate) fixture: bool,
    /// The number of further tools that are never called.
    pub(crate) more_tools: usize,
    pub(crate) page_size: usize,
    /// How many requests it answers before it refuses all others for their number.
    pub(crate) answers: Option<usize>,
    /// Where the endpoint redirects to.
    pub(crate) redirect_to: Option<String>,
}

impl Faults {
    pub(crate) fn one(name: &'static str) -> Self {
        Self { on: vec![name], ..Self::default() }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.on.contains(&name)
    }
}

/// A request that the server received.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

pub(crate) struct Served {
    pub(crate) faults: Faults,
    /// Scheme, host and port.
    pub(crate) origin: String,
    pub(crate) seen: Mutex<Vec<Seen>>,
    /// Counts lists, for faults in time.
    lists: AtomicUsize,
    calls: AtomicUsize,
    sessions: Mutex<Vec<(String, String)>>,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) served: Arc<Served>,
}

impl Server {
    pub(crate) async fn start(faults: Faults) -> Self {
        Self::start_as("127.0.0.1", faults).await
    }

    /// Starts a server whose documents name this host.
    pub(crate) async fn start_as(host: &str, faults: Faults) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(listener, host, faults)
    }

    /// Answers the connections of a listener.
    pub(crate) fn serve(listener: tokio::net::TcpListener, host: &str, faults: Faults) -> Self {
        let origin = format!("http://{host}:{}", listener.local_addr().unwrap().port());
        let served = Arc::new(Served {
            faults,
            origin: origin.clone(),
            seen: Mutex::default(),
            lists: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            sessions: Mutex::default(),
        });
        let router = Router::new().fallback(handle).with_state(served.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url: format!("{origin}/mcp"), served }
    }

    /// Returns the requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.served.seen.lock().unwrap().clone()
    }
}

impl Served {
    pub(crate) fn has(&self, fault: &str) -> bool {
        self.faults.has(fault)
    }

    fn next_list(&self) -> usize {
        self.lists.fetch_add(1, Ordering::Relaxed)
    }
}

async fn handle(State(served): State<Arc<Served>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let seen = Seen { method: parts.method, uri: parts.uri.to_string(), headers: parts.headers, body };
    let number = {
        let mut all = served.seen.lock().unwrap();
        all.push(seen.clone());
        all.len()
    };
    let is_limited = served.faults.answers.is_some_and(|most| number > most);
    if is_limited || (served.has("limits bursts") && number % 2 == 0) {
        return answer::with(answer::status(429), "retry-after", "0");
    }
    let path = seen.uri.split('?').next().unwrap().to_owned();
    if path == "/mcp" { mcp::answer(&served, &seen).await } else { documents::answer(&served, &seen, &path) }
}
