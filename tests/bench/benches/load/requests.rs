//! Requests per second of a server on axum, bare and behind the layer, with 64 connections that `wrk` keeps busy.
//!
//! `wrk` and the server share the machine. On tokio's runtime as `#[tokio::main]` starts it, the server takes what cores there
//! are; on one thread it is the one that all wait for, which shows more of what the layer adds.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, exit},
    thread,
};

use axum::Router;
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot};

use super::servers::{HOST, Pair, all};

/// As long as one of RS256 with a few claims.
const TOKEN_BYTES: usize = 900;
const CONNECTIONS: usize = 64;
/// Each is two seconds of both, in an order in which a machine that slows down slows both.
const ROUNDS: usize = 21;
/// How much of its requests a server has to keep.
const TARGET: f64 = 0.95;

/// What a client of that revision sends along.
const HEADERS: [(&str, &str); 5] = [
    ("Host", HOST),
    ("Accept", "application/json, text/event-stream"),
    ("Content-Type", "application/json"),
    ("MCP-Protocol-Version", "2025-11-25"),
    ("User-Agent", "a-client/1.0"),
];

/// Compares them, in turns.
pub(crate) fn run() {
    if Command::new("wrk").arg("--version").output().is_err() {
        eprintln!("`wrk` is needed: install the package of that name");
        exit(2);
    }
    let token = "t".repeat(TOKEN_BYTES);
    let script = script(&token);
    println!("{CONNECTIONS} connections, calls of {} bytes:", body().len());
    for runtime in [Runtime::Threads, Runtime::OneThread] {
        for Pair { name, bare, behind } in all(&token) {
            let (bare, behind) = (serve(bare, runtime), serve(behind, runtime));
            for server in [bare, behind] {
                check(&called(&token, server));
            }
            let rounds = (0..ROUNDS).map(|_| {
                let [first, second, third, last] = [bare, behind, behind, bare].map(|server| rate(&script, server));
                (f64::midpoint(first, last), f64::midpoint(second, third))
            });
            let (alone, layered): (Vec<_>, Vec<_>) = rounds.unzip();
            let ratio = middle(layered.iter().zip(&alone).map(|(layered, alone)| layered / alone));
            let (alone, layered) = (middle(alone), middle(layered));
            println!("{name}, {}: alone {alone:.0} requests a second, behind the layer {layered:.0}", runtime.name());
            let more = 1e6 / layered - 1e6 / alone;
            println!("  {ratio:.3} of them (at least {TARGET}); {more:.1} microseconds more for each");
        }
    }
}

/// That all servers answer the call rightly, and that those behind the layer want the token for it.
pub(crate) fn look() {
    let token = "t".repeat(TOKEN_BYTES);
    for Pair { bare, behind, .. } in all(&token) {
        let (bare, behind) = (serve(bare, Runtime::OneThread), serve(behind, Runtime::OneThread));
        check(&called(&token, bare));
        check(&called(&token, behind));
        check(&called("another", bare));
        assert!(called("another", behind).starts_with("HTTP/1.1 401 "), "nobody else is let in");
    }
}

fn check(answer: &str) {
    let is_right = answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"900 characters\"");
    assert!(is_right, "both have to answer the call: {answer}");
}

/// What a server runs on.
#[derive(Clone, Copy)]
enum Runtime {
    /// What `#[tokio::main]` starts.
    Threads,
    OneThread,
}

impl Runtime {
    fn name(self) -> &'static str {
        match self {
            Self::Threads => "as `#[tokio::main]` runs it",
            Self::OneThread => "on one thread",
        }
    }

    fn start(self) -> tokio::runtime::Runtime {
        let mut builder = match self {
            Self::Threads => tokio::runtime::Builder::new_multi_thread(),
            Self::OneThread => tokio::runtime::Builder::new_current_thread(),
        };
        builder.enable_all().build().expect("a runtime")
    }
}

/// Serves on threads of its own.
fn serve(app: Router, runtime: Runtime) -> SocketAddr {
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        runtime.start().block_on(async {
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
    let params = json!({"name": "count_characters", "arguments": {"note": note}});
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string()
}

/// What a server answers it with.
fn called(token: &str, server: SocketAddr) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let body = body();
    let mut request = String::from("POST /mcp HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in HEADERS {
        request.extend([name, ": ", value, "\r\n"]);
    }
    write!(stream, "{request}Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

/// What `wrk` sends.
fn script(token: &str) -> PathBuf {
    let body = body();
    let mut text =
        format!("wrk.method = 'POST'\nwrk.body = [[{body}]]\nwrk.headers['Authorization'] = 'Bearer {token}'\n");
    for (name, value) in HEADERS {
        text.extend(["wrk.headers['", name, "'] = '", value, "'\n"]);
    }
    text.push_str(
        "done = function(summary, latency, requests)\n\
         local e = summary.errors\n\
         io.write(string.format('\\nTOLD %d %d %d\\n', summary.requests, summary.duration, \
         e.connect + e.read + e.write + e.status + e.timeout))\nend\n",
    );
    let target = env::var_os("CARGO_TARGET_TMPDIR").map_or_else(env::temp_dir, |folder| Path::new(&folder).to_owned());
    let path = target.join("mcp-scopes-load.lua");
    fs::write(&path, text).expect("the script is written");
    path
}

/// Requests a second. All of them have to be answered well.
fn rate(script: &Path, server: SocketAddr) -> f64 {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--duration", "1s"])
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

fn middle(rates: impl IntoIterator<Item = f64>) -> f64 {
    let mut rates: Vec<_> = rates.into_iter().collect();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
