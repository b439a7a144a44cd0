//! Measures requests per second of a server on rmcp: alone, behind the layer, and behind a middleware that a user would
//! otherwise write. `wrk` keeps 64 connections busy.
//!
//! `wrk` and the server share the machine. On the default runtime of `#[tokio::main]`, the server uses all cores. On
//! one thread, the server is the bottleneck, which makes the overhead of the layer more visible.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, exit},
    thread,
};

use axum::Router;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};

use super::{
    limited::limited,
    servers::{HOST, Issuer, Servers, echo, rmcp},
};

const CONNECTIONS: usize = 64;
/// The number of rounds with and without a target.
const ROUNDS: usize = 21;
const FEW_ROUNDS: usize = 7;
/// The share of the bare server's throughput that the layer must keep.
const OF_BARE: f64 = 0.88;
/// The multiple of the middleware's throughput that the layer must reach.
const OF_MIDDLEWARE: f64 = 1.25;

/// The share of the throughput of the layer that it must keep with policies.
const OF_LAYER: f64 = 0.95;

/// The headers of a client of that revision.
const HEADERS: [(&str, &str); 5] = [
    ("Host", HOST),
    ("Accept", "application/json, text/event-stream"),
    ("Content-Type", "application/json"),
    ("MCP-Protocol-Version", "2025-11-25"),
    ("User-Agent", "a-client/1.0"),
];

/// Compares the servers, alternating between them.
pub(crate) fn run() {
    let issuer = Issuer::new();
    let load = Load::new(&issuer);
    println!("{CONNECTIONS} connections, calls of {} bytes, tokens of {} bytes:", call().len(), load.token.len());
    for (runtime, rounds, marks) in
        [(Runtime::Threads, ROUNDS, [Some(OF_BARE), Some(OF_MIDDLEWARE)]), (Runtime::OneThread, FEW_ROUNDS, [None; 2])]
    {
        let Servers { bare, layer, middleware } = rmcp(&issuer);
        let [bare, layer, middleware] = load.rates([bare, layer, middleware], runtime, rounds);
        println!("rmcp, {}: alone {bare}, layer {layer}, middleware {middleware} requests per second", runtime.name());
        println!("  layer of alone: {}", layer.of(&bare).marked(marks[0]));
        println!("  layer of middleware: {}", layer.of(&middleware).marked(marks[1]));
        println!("  the layer adds {:.1} microseconds to each request", 1e6 / layer.median() - 1e6 / bare.median());
    }
    for runtime in [Runtime::Threads, Runtime::OneThread] {
        let [bare, layer] = load.rates(echo(&issuer), runtime, FEW_ROUNDS);
        println!("an echo by hand on axum, {}: alone {bare}, layer {layer} requests per second", runtime.name());
        println!("  layer of alone: {}", layer.of(&bare).marked(None));
        println!("  the layer adds {:.1} microseconds to each request", 1e6 / layer.median() - 1e6 / bare.median());
    }
}

/// Compares the layer with and without policies.
pub(crate) fn run_policies() {
    let issuer = Issuer::new();
    let load = Load::new(&issuer);
    for (runtime, rounds, mark) in [(Runtime::Threads, ROUNDS, Some(OF_LAYER)), (Runtime::OneThread, FEW_ROUNDS, None)]
    {
        let [layer, limited] = load.rates([rmcp(&issuer).layer, limited(&issuer)], runtime, rounds);
        println!("rmcp, {}: layer {layer}, with policies {limited} requests per second", runtime.name());
        println!("  with policies of without: {}", limited.of(&layer).marked(mark));
        println!("  policies add {:.1} microseconds to each request", 1e6 / limited.median() - 1e6 / layer.median());
    }
}

/// Checks without timing that all servers answer correctly, and that both secured ones enforce the same rules.
pub(crate) fn look() {
    let issuer = Issuer::new();
    let (reader, writer) = (issuer.token("notes:read"), issuer.token("notes:read notes:write"));
    let other = Issuer::new().token("notes:read notes:write");
    let forget = message("tools/call", &json!({"name": "forget_note", "arguments": {}}));
    let list = message("tools/list", &json!({}));
    let Servers { bare, layer, middleware } = rmcp(&issuer);
    let bare = serve(bare, Runtime::OneThread);
    assert_counted(&ask(None, &call(), bare));
    for app in [layer, middleware, limited(&issuer)] {
        let server = serve(app, Runtime::OneThread);
        for token in [None, Some("t"), Some(&*other)] {
            assert_eq!(ask(token, &call(), server).0, 401, "{token:?}");
        }
        assert_counted(&ask(Some(&reader), &call(), server));
        assert_eq!(ask(Some(&reader), &forget, server).0, 403);
        assert_eq!(ask(Some(&writer), &forget, server).0, 200);
        assert_eq!(names(&ask(Some(&writer), &list, server).1), ["count_characters", "forget_note"]);
        assert_eq!(names(&ask(Some(&reader), &list, server).1), ["count_characters"]);
    }
    assert_eq!(names(&ask(None, &list, bare).1), ["count_characters", "forget_note"]);
    let [_, layer] = echo(&issuer);
    let server = serve(layer, Runtime::OneThread);
    assert_counted(&ask(Some(&reader), &call(), server));
    assert_eq!(ask(None, &call(), server).0, 401);
}

/// The tools of a list.
fn names(listed: &str) -> Vec<String> {
    let listed: Value = serde_json::from_str(listed).expect("JSON");
    let tools = listed.pointer("/result/tools").and_then(Value::as_array).expect("a list of tools");
    tools.iter().filter_map(|tool| tool.get("name")?.as_str().map(str::to_owned)).collect()
}

fn assert_counted((status, body): &(u16, String)) {
    assert!(*status == 200 && body.contains("\"900 characters\""), "{status} {body}");
}

/// The runtime of a server.
#[derive(Clone, Copy)]
enum Runtime {
    /// The default of `#[tokio::main]`.
    Threads,
    OneThread,
}

impl Runtime {
    fn name(self) -> &'static str {
        match self {
            Self::Threads => "multi-threaded runtime",
            Self::OneThread => "one thread",
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

/// Serves on separate threads.
fn serve(app: Router, runtime: Runtime) -> SocketAddr {
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        runtime.start().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            tell.send(listener.local_addr().expect("an address")).expect("the receiver waits");
            axum::serve(listener, app).await.expect("it serves");
        });
    });
    told.blocking_recv().expect("the address")
}

fn message(method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

/// A call of one kilobyte.
fn call() -> String {
    message("tools/call", &json!({"name": "count_characters", "arguments": {"note": "x".repeat(900)}}))
}

/// Returns status and body of the response to one request.
fn ask(token: Option<&str>, body: &str, server: SocketAddr) -> (u16, String) {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let mut request = String::from("POST /mcp HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in HEADERS {
        request.extend([name, ": ", value, "\r\n"]);
    }
    if let Some(token) = token {
        request.extend(["Authorization: Bearer ", token, "\r\n"]);
    }
    write!(stream, "{request}Content-Length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}

/// Writes the request that `wrk` sends.
fn script(token: &str) -> PathBuf {
    let body = call();
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

/// The request that all servers receive.
struct Load {
    script: PathBuf,
    token: String,
}

impl Load {
    fn new(issuer: &Issuer) -> Self {
        if Command::new("wrk").arg("--version").output().is_err() {
            eprintln!("`wrk` is missing: install the package of that name");
            exit(2);
        }
        let token = issuer.token("notes:read");
        Self { script: script(&token), token }
    }

    /// Measures the requests per second of each server. A round runs each server for two seconds, in an order in which
    /// a slowdown of the machine affects all of them.
    fn rates<const N: usize>(&self, apps: [Router; N], runtime: Runtime, rounds: usize) -> [Figures; N] {
        let servers = apps.map(|app| serve(app, runtime));
        for server in servers {
            assert_counted(&ask(Some(&self.token), &call(), server));
        }
        let mut figures = [const { Figures(Vec::new()) }; N];
        for _ in 0..rounds {
            let there = servers.map(|server| self.rate(server));
            let mut back = servers;
            back.reverse();
            let mut back = back.map(|server| self.rate(server));
            back.reverse();
            for (figures, (one, other)) in figures.iter_mut().zip(there.into_iter().zip(back)) {
                figures.0.push(f64::midpoint(one, other));
            }
        }
        figures
    }

    /// Measures requests per second. All responses must be successful.
    fn rate(&self, server: SocketAddr) -> f64 {
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--duration", "1s"])
            .arg("--script")
            .arg(&self.script)
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
}

/// One value per round: requests per second, or ratios of them.
struct Figures(Vec<f64>);

impl Figures {
    /// Returns the ratios to another server's values, round by round.
    fn of(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one / other).collect())
    }

    /// Returns the value below which that share of all values lies.
    fn quantile(&self, hundredths: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len().saturating_sub(1) * hundredths / 100).copied().unwrap_or(f64::NAN)
    }

    fn median(&self) -> f64 {
        self.quantile(50)
    }

    /// Formats the value as a ratio, with its spread and its target.
    fn marked(&self, mark: Option<f64>) -> String {
        let [low, middle, high] = [25, 50, 75].map(|hundredths| self.quantile(hundredths));
        let mark = mark.map(|mark| format!(", at least {mark}")).unwrap_or_default();
        format!("{middle:.3} (half of the rounds between {low:.3} and {high:.3}{mark})")
    }
}

impl core::fmt::Display for Figures {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:.0}", self.median())
    }
}
