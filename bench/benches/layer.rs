//! Measures the overhead of the resource server in front of a server that answers immediately. Prints ratios and
//! differences from one run. `cargo bench -p mcp-scopes-bench --bench layer [-- unknown-keys]`.
#![expect(clippy::expect_used, reason = "a bench may panic")]

use std::{
    convert::Infallible,
    future::{Ready, ready},
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::Full;
use mcp_scopes::{ScopeTable, ToolHandle, mcp_tool, scope_table};
use mcp_scopes_server::{
    Claims, Discovery, HiddenTools, ResourceServer, ResourceServerBuilder, Token, TokenError, TokenVerifier,
    token::TokenCache,
};
use tower::Service;

mod layer {
    pub(crate) mod new_token;
    pub(crate) mod unknown_keys;
}
use layer::{
    new_token,
    unknown_keys::{self, Extent},
};

/// Look at an account
#[mcp_tool(scope = "general", risk = "low")]
fn look() {}
/// Reset an account
#[mcp_tool(scope = any("admin", all("account.write", "account.read"), all("trade.write", "support")), risk = "critical")]
fn reset_account() {}

scope_table! { static ALTERNATIVES = [look, reset_account] with "benches/alternatives.toml"; }

const RESOURCE: &str = "https://brokerage.example.com/mcp";
const ROUNDS: usize = 9;
const CALLS: u32 = 20_000;
/// As long as an RS256 token with a few claims.
const TOKEN_BYTES: usize = 900;

fn main() {
    // `cargo test` runs this too, without the argument `--bench`. In that case it only checks the responses.
    let timed = std::env::args().any(|argument| argument == "--bench");
    let extent = if timed { Extent::TIMED } else { Extent::CHECK };
    if std::env::args().any(|argument| argument == "unknown-keys") {
        return unknown_keys::run(extent);
    }
    let (calls, rounds) = if timed { (CALLS, ROUNDS) } else { (3, 1) };
    let bench = Bench { calls, rounds, token: "t".repeat(TOKEN_BYTES) };
    bench.call();
    bench.list();
    bench.hidden();
    new_token::run(rounds, calls / 10 + 1);
    unknown_keys::run(extent);
}

/// A verifier that knows one token. The bench measures the cache in front of it.
struct OneToken(String);

impl TokenVerifier for OneToken {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        if token.expose_secret() == self.0 {
            let claims = Claims::builder("https://auth.brokerage.example.com").subject("ada").audience([RESOURCE]);
            Ok(Arc::new(claims.scope("general watchlist account.read").build()))
        } else {
            Err(TokenError::invalid("it is not known"))
        }
    }
}

/// A server with a prepared response.
#[derive(Clone)]
struct Bare(Bytes, Arc<AtomicUsize>);

impl Service<Request<Full<Bytes>>> for Bare {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        black_box(request);
        self.1.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(Full::new(self.0.clone()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        ready(Ok(response))
    }
}

struct Bench {
    calls: u32,
    rounds: usize,
    token: String,
}

impl Bench {
    fn server(&self, set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder) -> ResourceServer {
        set(self.builder(&brokerage::TOOLS))
            .build()
            .now_or_never()
            .expect("nothing is fetched")
            .expect("the settings are sound")
    }

    fn builder(&self, table: &'static ScopeTable) -> ResourceServerBuilder {
        let verifier = TokenCache::new(OneToken(self.token.clone()));
        let builder = ResourceServer::builder(table).verifier(verifier).policies_enforced_elsewhere();
        builder.resource(RESOURCE).authorization_server("https://auth.brokerage.example.com")
    }

    /// A call of one kilobyte, with a cached token.
    fn call(&self) {
        let text = "x".repeat(900);
        let call = message("tools/call", &format!(r#""name":"sharelist_popular","arguments":{{"note":"{text}"}}"#));
        let inner = Arc::new(AtomicUsize::new(0));
        let bare =
            Bare(Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}"), Arc::clone(&inner));
        let (mut behind, mut alone) = (self.server(|builder| builder).layer().layer(bare.clone()), bare);
        let statuses = (run(&mut behind, self.request(&call)), run(&mut alone, self.request(&call)));
        assert_eq!((statuses, inner.load(Ordering::Relaxed)), ((200, 200), 2), "both have been called");
        let (alone, behind) =
            self.compare(|| run(&mut alone, self.request(&call)), || run(&mut behind, self.request(&call)));
        println!("a call of {} bytes: alone {alone:.2?}, behind the layer {behind:.2?}", call.len());
        self.print("  added", behind.saturating_sub(alone), Duration::from_micros(3));
    }

    /// A list of all tools of a real server.
    fn list(&self) {
        let list = list();
        let bare = Bare(Bytes::from(list.clone()), Arc::default());
        let ask = message("tools/list", "");
        let mut open = self.server(|builder| builder).layer().layer(bare.clone());
        let filters = |builder: ResourceServerBuilder| builder.discovery(Discovery::Filtered);
        let mut filtered = self.server(filters).layer().layer(bare.clone());
        let mut described = self.server(|builder| filters(builder).describe_lists()).layer().layer(bare);
        for server in [&mut open, &mut filtered, &mut described] {
            assert_eq!(run(server, self.request(&ask)), 200);
        }
        let (described, _) = self.compare(|| run(&mut described, self.request(&ask)), || 0);
        let (open, filtered) =
            self.compare(|| run(&mut open, self.request(&ask)), || run(&mut filtered, self.request(&ask)));
        let parse = || u16::from(serde_json::from_slice::<serde_json::Value>(black_box(list.as_bytes())).is_ok());
        let (parse, _) = self.compare(parse, || 0);
        let filter = filtered.saturating_sub(open);
        println!(
            "a list of {} tools, {} bytes: filtered {filter:.1?}, parsed {parse:.1?}",
            brokerage::TOOLS.tools().len(),
            list.len()
        );
        println!("  {:.2} of a parse (at most 1.5)", ratio(filter, parse));
        println!("  {:.2} of a parse, also described (at most 1.5)", ratio(described.saturating_sub(open), parse));
    }

    /// Measures how well a client can distinguish hidden from unknown tools by their response times.
    fn hidden(&self) {
        let trades = |tool: &ToolHandle| tool.alternatives().flatten().any(|scope| scope == "trade.write");
        let hidden = brokerage::TOOLS.tools().find(trades).expect("one trades").tool().name;
        let unknown: String = hidden.chars().rev().collect();
        let call = |name: &str| message("tools/call", &format!(r#""name":"{name}""#));
        self.tell_apart("a hidden tool", &brokerage::TOOLS, [call(hidden), call(&unknown)]);
        let pair = ["reset_account", "tnuocca_teser"].map(call);
        self.tell_apart("a hidden tool with three alternatives", &ALTERNATIVES, pair);
        let pair = ["app://accounts/1", "app://stnuocca/1"];
        let pair = pair.map(|uri| message("resources/read", &format!(r#""uri":"{uri}""#)));
        self.tell_apart("a hidden resource with three alternatives", &ALTERNATIVES, pair);
    }

    fn tell_apart(&self, what: &str, table: &'static ScopeTable, [hidden, unknown]: [String; 2]) {
        let bare = Bare(Bytes::new(), Arc::default());
        let hides =
            |builder: ResourceServerBuilder| builder.discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown);
        let mut server = hides(self.builder(table))
            .build()
            .now_or_never()
            .expect("nothing is fetched")
            .expect("the settings are sound")
            .layer()
            .layer(bare);
        let mut other = server.clone();
        // The layer answers, without a challenge.
        assert_eq!((run(&mut server, self.request(&hidden)), run(&mut other, self.request(&unknown))), (200, 200));
        let (hidden, unknown) =
            self.compare(|| run(&mut server, self.request(&hidden)), || run(&mut other, self.request(&unknown)));
        println!("{what} {hidden:.2?}, an unknown one {unknown:.2?}: both have the same answer");
        println!("  {:.2} of one another, the ratio that a client could measure", ratio(hidden, unknown));
    }

    fn request(&self, body: &str) -> Request<Full<Bytes>> {
        Request::post("/mcp")
            .header(CONTENT_TYPE, "application/json")
            .header("authorization", format!("Bearer {}", self.token))
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .expect("a request")
    }

    /// Returns the best time of each, measured alternately.
    fn compare(&self, mut one: impl FnMut() -> u16, mut other: impl FnMut() -> u16) -> (Duration, Duration) {
        let mut best = (Duration::MAX, Duration::MAX);
        for _ in 0..self.rounds {
            best.0 = best.0.min(self.time(&mut one));
            best.1 = best.1.min(self.time(&mut other));
        }
        best
    }

    fn time(&self, what: &mut impl FnMut() -> u16) -> Duration {
        let start = Instant::now();
        for _ in 0..self.calls {
            black_box(what());
        }
        start.elapsed() / self.calls
    }

    #[expect(clippy::unused_self, reason = "a method like the others")]
    fn print(&self, what: &str, found: Duration, limit: Duration) {
        println!("{what} {found:.2?} (at most {limit:.0?})");
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn message(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#)
}

/// The `tools/list` response of that server.
fn list() -> String {
    let tools: Vec<_> = brokerage::TOOLS
        .tools()
        .map(|tool| {
            let mut properties = serde_json::Map::new();
            tool.parameters.for_each(&mut |parameter| {
                let schema = serde_json::json!({"type": "string", "description": "What the call is about", "default": null});
                properties.insert(parameter.name.to_owned(), schema);
            });
            serde_json::json!({
                "name": tool.tool().name,
                "description": tool.description,
                "inputSchema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties},
                "annotations": {"readOnlyHint": true, "openWorldHint": false},
            })
        })
        .collect();
    serde_json::json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": tools, "ttlMs": 60000, "cacheScope": "public"}})
        .to_string()
}

/// Sends one request. The future is always ready.
fn run<S, B>(service: &mut S, request: Request<Full<Bytes>>) -> u16
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
{
    let mut context = Context::from_waker(Waker::noop());
    let mut answer = Box::pin(service.call(request));
    match answer.as_mut().poll(&mut context) {
        Poll::Ready(Ok(response)) => black_box(response).status().as_u16(),
        Poll::Pending => 0,
    }
}
