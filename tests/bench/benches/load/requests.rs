//! Requests per second of a server on axum, bare and behind the layer, with 64 connections that `wrk` keeps busy.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, exit},
    sync::Arc,
    thread,
};

use axum::{Json, Router, routing::post};
use mcp_scopes::http::{Claims, ResourceServer, Token, TokenError, TokenVerifier, Verification, token::TokenCache};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};
use tower::Layer as _;

/// As long as one of RS256 with a few claims.
const TOKEN_BYTES: usize = 900;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 9;
const SECONDS: usize = 4;
/// How much of its requests a server has to keep.
const TARGET: f64 = 0.95;

struct OneToken(String);

impl TokenVerifier for OneToken {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        let claims = if token.expose_secret() == self.0 {
            let claims = Claims::new("https://auth.brokerage.example.com").subject("ada");
            Ok(Arc::new(claims.audience(["https://brokerage.example.com/mcp"]).scope("general")))
        } else {
            Err(TokenError::invalid("it is not known"))
        };
        Box::pin(async move { claims })
    }
}

/// Compares them, in turns.
pub(crate) fn run() {
    if Command::new("wrk").arg("--version").output().is_err() {
        eprintln!("`wrk` is needed: install the package of that name");
        exit(2);
    }
    let token = "t".repeat(TOKEN_BYTES);
    let verifier = TokenCache::new(OneToken(token.clone()));
    let layer = ResourceServer::new(&brokerage::TOOLS).verifier(verifier).policies_enforced_elsewhere().build();
    let layer = layer.expect("the settings are sound");
    let bare = serve(app());
    let behind = serve(Router::new().fallback_service(layer.layer(app())));
    let script = script(&token);
    for server in [bare, behind] {
        assert!(called(&token, server).contains("900 characters"), "both have to answer the call");
    }
    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rates.0.push(rate(&script, bare));
        rates.1.push(rate(&script, behind));
    }
    let (bare, behind) = (middle(&mut rates.0), middle(&mut rates.1));
    println!("{CONNECTIONS} connections: alone {bare:.0} requests a second, behind the layer {behind:.0}");
    println!("  {:.3} of them (at least {TARGET})", behind / bare);
}

/// A server of one tool, written by hand.
fn app() -> Router {
    Router::new().route(
        "/mcp",
        post(|Json(message): Json<Value>| async move {
            let note = message.pointer("/params/arguments/note").and_then(Value::as_str).unwrap_or_default().len();
            let content = json!([{"type": "text", "text": format!("{note} characters")}]);
            Json(json!({"jsonrpc": "2.0", "id": message.get("id"), "result": {"content": content}}))
        }),
    )
}

/// Serves on a thread of its own.
fn serve(app: Router) -> SocketAddr {
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
            axum::serve(listener, app).await.expect("it serves");
        });
    });
    told.blocking_recv().expect("the address")
}

/// A call of one kilobyte.
fn body() -> String {
    let note = "x".repeat(900);
    let params = json!({"name": "sharelist_popular", "arguments": {"note": note}});
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string()
}

/// What a server answers it with.
fn called(token: &str, server: SocketAddr) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let body = body();
    write!(
        stream,
        "POST /mcp HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

/// What `wrk` sends.
fn script(token: &str) -> PathBuf {
    let body = body();
    let text = format!(
        "wrk.method = 'POST'\nwrk.body = [[{body}]]\nwrk.headers['Content-Type'] = 'application/json'\n\
         wrk.headers['Authorization'] = 'Bearer {token}'\n\
         done = function(summary, latency, requests)\n\
         local e = summary.errors\n\
         io.write(string.format('\\nTOLD %d %d %d\\n', summary.requests, summary.duration, \
         e.connect + e.read + e.write + e.status + e.timeout))\nend\n"
    );
    let target = env::var_os("CARGO_TARGET_TMPDIR").map_or_else(env::temp_dir, |folder| Path::new(&folder).to_owned());
    let path = target.join("mcp-scopes-load.lua");
    fs::write(&path, text).expect("the script is written");
    path
}

/// Requests a second. All of them have to be answered well.
fn rate(script: &Path, server: SocketAddr) -> f64 {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--duration", &format!("{SECONDS}s")])
        .arg("--script")
        .arg(script)
        .arg(format!("http://{server}/mcp"))
        .output()
        .expect("`wrk` runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told: Vec<f64> = text
        .lines()
        .find_map(|line| line.strip_prefix("TOLD "))
        .expect("`wrk` runs the script")
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    let &[requests, microseconds, errors] = told.as_slice() else { return f64::NAN };
    assert!(errors == 0.0 && requests > 0.0, "{text}");
    requests / microseconds * 1e6
}

fn middle(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
