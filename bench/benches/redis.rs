//! Measures a decision of the policy engine on Redis against `PING` on the same connection, interleaved. Starts the server itself:
//! `redis-server`, or `valkey-server` where that is missing. `cargo bench -p mcp-scopes-bench --bench redis`.
#![expect(clippy::expect_used, reason = "a bench may panic")]

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{Call, Decision, Facts, RedisSessions, RedisStore, Rules, SessionKey, Settings};

/// The most that a decision may take, as a multiple of `PING`.
const MARK: f64 = 2.0;
const ROUNDS: usize = 20_000;

fn main() {
    // `cargo test` runs this too, without the argument `--bench`. In that case it only checks the decisions.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 20 };
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let Some(server) = Server::start(folder.path()) else {
        println!("!!! SKIPPED: neither redis-server nor valkey-server starts here");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let rules = Arc::new(rules());
        let store = RedisStore::builder().timeout(Duration::from_secs(10)).connect(&server.url);
        let store = store.await.expect("the server is ready").with_rules(Arc::clone(&rules));
        println!("{:<56} {:>8} {:>8} {:>6} {:>8} {:>8} {:>6}", "µs", "p50", "PING", "ratio", "p99", "PING", "ratio");
        for latches in [0, 10, 60] {
            let key = key(&latches.to_string());
            for number in 0..latches {
                let calls = [call(&rules, &format!("tool{}", number / 3), number % 3)];
                let decision = store.decide(&key, &calls, &Facts::default()).await;
                assert_eq!(decision.expect("the store decides"), Decision::Allowed);
            }
            measure(&store, &key, &[call(&rules, "tool25", 3)], rounds, latches).await;
        }
    });
}

/// Prints what a decision takes in a session with that many latches.
async fn measure(store: &RedisSessions, key: &SessionKey, calls: &[Call], rounds: usize, latches: usize) {
    let (mut pings, mut decisions) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for _ in 0..rounds {
        let begin = Instant::now();
        store.store().ping().await.expect("the server answers");
        pings.push(begin.elapsed());
        let begin = Instant::now();
        let decision = store.decide(key, calls, &Facts::default()).await;
        decisions.push(begin.elapsed());
        assert_eq!(decision.expect("the store decides"), Decision::Allowed);
    }
    print!("{:<56}", format!("a call of a tool with a limit and 3 conditions, {latches} latches"));
    for percent in [50, 99] {
        let [decision, ping] = [&mut decisions, &mut pings].map(|times| {
            times.sort_unstable();
            times.get(times.len() * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1e6)
        });
        print!(" {decision:>8.1} {ping:>8.1} {:>6.2}", decision / ping);
    }
    println!("   (at most {MARK:.1})");
}

/// 30 tools with 90 patterns: each tool has a limit, and is blocked after three patterns of the next one.
fn rules() -> Rules {
    let names: Vec<_> = (0..30).map(|tool| format!("tool{tool}")).collect();
    let pattern = |tool: usize, number: usize| format!("tool{}:/secret/{number}/*", (tool + 1) % 30);
    let patterns: Vec<Vec<_>> = (0..30).map(|tool| (0..3).map(|number| pattern(tool, number)).collect()).collect();
    let texts: Vec<Vec<_>> = patterns.iter().map(|patterns| patterns.iter().map(String::as_str).collect()).collect();
    let tools: Vec<_> = (names.iter().zip(&texts))
        .map(|(name, blocked_after)| {
            let policy = Policy { blocked_after, max_calls_per_session: Some(u32::MAX), ..Policy::NONE };
            Tool { policy, ..Tool::new(name, Risk::Low) }
        })
        .collect();
    Rules::compile(&tools, &Settings::default()).expect("the policies are sound")
}

/// A call that matches the pattern with that number, with 1 KB of other arguments.
fn call(rules: &Rules, tool: &str, number: usize) -> Call {
    let mut reader = rules.call(rules.tool(tool).expect("the tool exists"));
    reader.argument("path", &format!("/secret/{number}/key"));
    reader.argument("text", &"The quick brown fox jumps over the lazy dog. ".repeat(23));
    reader.finish()
}

fn key(subject: &str) -> SessionKey {
    SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://auth.example.com", &[subject])
}

struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(folder: &Path) -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("the listener is bound");
        drop(listener);
        let port = address.port().to_string();
        let spawn = |program: &str| {
            let mut command = Command::new(program);
            command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--dir"]).arg(folder);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        };
        let process = spawn("redis-server").or_else(|| spawn("valkey-server"))?;
        let server = Self { process, url: format!("redis://{address}") };
        for _ in 0..500 {
            if TcpStream::connect(address).is_ok() {
                return Some(server);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
