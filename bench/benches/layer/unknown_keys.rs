//! Measures how a flood of requests whose tokens have unknown keys affects requests with valid tokens: `-- unknown-keys`.
//!
//! All of them are requests to one resource server. The keys belong to a local issuer that responds late, so that the whole flood waits
//! for it. A separate thread sends requests with valid tokens: a cached one, and now and then a new one.

use std::{
    convert::Infallible,
    future::{Future, Ready, poll_fn, ready},
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::Full;
use mcp_scopes_server::{ResourceServer, ResourceServerService, token::Issuer};
use serde_json::json;
use tokio::runtime::Runtime;
use tower::Service;

const RESOURCE: &str = "https://brokerage.example.com/mcp";
const ISSUER: &str = "https://auth.brokerage.example.com";
/// A new valid token follows after this many requests with the cached one.
const REMEMBERED_PER_NEW: usize = 50;
/// The maximum slowdown of a request with a valid token during a flood.
const TARGET: f64 = 3.0;

/// The size of the bench.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) rounds: usize,
    pub(crate) flood: usize,
    /// How long the issuer delays the flood, and how long requests with valid tokens are sent without a flood.
    pub(crate) time: Duration,
}

impl Extent {
    pub(crate) const TIMED: Self = Self { rounds: 7, flood: 5_000, time: Duration::from_millis(300) };
    /// Enough for a test.
    pub(crate) const CHECK: Self = Self { rounds: 1, flood: 500, time: Duration::from_millis(20) };
}

/// The phase in which a request with a valid token is sent.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Phase {
    Alone,
    Arriving,
    Waiting,
    Ending,
    Over,
}

const PHASES: [(&str, Phase); 4] = [
    ("alone", Phase::Alone),
    ("while the flood arrives", Phase::Arriving),
    ("while it waits", Phase::Waiting),
    ("while it is rejected", Phase::Ending),
];

pub(crate) fn run(extent: Extent) {
    let runtime = Runtime::new().expect("a runtime");
    let key = Ed25519KeyPair::generate().expect("a key");
    let issuer = LateIssuer::start(&key);
    let service = runtime.block_on(server(&issuer)).layer().layer(Empty);
    let good = token(&key, "1", 0);
    assert_eq!(runtime.block_on(status(&service, &good)), 200, "the token is valid");

    let mut times = [const { [const { Vec::new() }; 2] }; PHASES.len()];
    let mut arrivals = Vec::new();
    for round in 0..extent.rounds {
        let flood: Vec<_> =
            (0..extent.flood).map(|number| token(&key, &format!("unknown-{round}-{number}"), number)).collect();
        let fresh: Vec<_> =
            (0..2 * extent.flood).map(|number| token(&key, "1", 1 + round * 1_000_000 + number)).collect();
        let phase = Arc::new(AtomicUsize::new(Phase::Alone as usize));
        let measuring = thread::spawn({
            let (service, good, phase) = (service.clone(), good.clone(), Arc::clone(&phase));
            move || measure(&service, &good, &fresh, &phase)
        });
        thread::sleep(extent.time);
        arrivals.push(send(&runtime, &service, flood, &issuer, &phase, extent.time));
        for (all, found) in times.iter_mut().zip(measuring.join().expect("valid tokens are accepted")) {
            all.iter_mut().zip(found).for_each(|(all, found)| all.extend(found));
        }
    }
    assert_eq!(
        issuer.asked.load(Ordering::SeqCst),
        1 + extent.rounds,
        "the issuer received more than one request for a flood"
    );

    println!(
        "{} requests whose tokens have unknown keys, in progress after {:.1?}:",
        extent.flood,
        median(&mut arrivals)
    );
    for (which, name) in ["a request with a cached valid token", "one with a new valid token"].into_iter().enumerate() {
        let mut alone = Times::default();
        for ((when, phase), all) in PHASES.into_iter().zip(&mut times) {
            let found = all.get_mut(which).map(|times| Times::of(times)).unwrap_or_default();
            match phase {
                Phase::Alone => {
                    alone = found;
                    println!("  {name}, {when}: {found}");
                }
                _ => println!("  {name}, {when}: {found}; {:.2} times as long (at most {TARGET})", found.ratio(alone)),
            }
        }
    }
}

/// Sends a flood, and returns how long it takes to arrive.
fn send(
    runtime: &Runtime,
    service: &Layered,
    flood: Vec<String>,
    issuer: &LateIssuer,
    phase: &AtomicUsize,
    time: Duration,
) -> Duration {
    issuer.is_late.store(true, Ordering::SeqCst);
    let (count, arrived) = (flood.len(), Arc::new(AtomicUsize::new(0)));
    let now = |now: Phase| phase.store(now as usize, Ordering::SeqCst);
    now(Phase::Arriving);
    let start = Instant::now();
    let flood: Vec<_> = flood
        .into_iter()
        .map(|text| {
            let (mut answer, arrived) = (status(service, &text), Arc::clone(&arrived));
            runtime.spawn(async move {
                let mut is_first = true;
                let answered = poll_fn(|context| {
                    let polled = answer.as_mut().poll(context);
                    arrived.fetch_add(usize::from(core::mem::take(&mut is_first)), Ordering::SeqCst);
                    polled
                });
                answered.await
            })
        })
        .collect();
    while arrived.load(Ordering::SeqCst) < count {
        thread::sleep(Duration::from_micros(100));
    }
    let took = start.elapsed();
    now(Phase::Waiting);
    thread::sleep(time);
    assert!(flood.iter().all(|one| !one.is_finished()), "a request of the flood did not wait for the issuer");
    now(Phase::Ending);
    issuer.is_late.store(false, Ordering::SeqCst);
    for one in flood {
        assert_eq!(runtime.block_on(one).expect("a task that ends"), 401);
    }
    now(Phase::Over);
    took
}

/// Sends requests with valid tokens until the flood is over. Returns the duration of each by phase, for the cached token and for new
/// ones.
fn measure(service: &Layered, good: &str, fresh: &[String], phase: &AtomicUsize) -> [[Vec<Duration>; 2]; PHASES.len()] {
    let mut times = [const { [const { Vec::new() }; 2] }; PHASES.len()];
    let mut fresh = fresh.iter();
    loop {
        let Some([remembered, new]) = times.get_mut(phase.load(Ordering::Relaxed)) else { return times };
        for _ in 0..REMEMBERED_PER_NEW {
            remembered.push(time(service, good));
        }
        if let Some(token) = fresh.next() {
            new.push(time(service, token));
        }
    }
}

/// Returns the duration of one request. The future is always ready.
fn time(service: &Layered, token: &str) -> Duration {
    let mut context = Context::from_waker(Waker::noop());
    let start = Instant::now();
    let answered = status(service, token).as_mut().poll(&mut context);
    let took = start.elapsed();
    assert_eq!(answered, Poll::Ready(200), "a valid token passes at once");
    took
}

/// A summary of many durations.
#[derive(Clone, Copy, Default)]
struct Times {
    median: Duration,
    mean: Duration,
    most: Duration,
}

impl Times {
    fn of(times: &mut [Duration]) -> Self {
        let count = u32::try_from(times.len()).unwrap_or(u32::MAX).max(1);
        let mean = times.iter().sum::<Duration>() / count;
        Self { median: median(times), mean, most: times.iter().max().copied().unwrap_or_default() }
    }

    fn ratio(self, alone: Self) -> f64 {
        self.mean.as_secs_f64() / alone.mean.as_secs_f64()
    }
}

impl core::fmt::Display for Times {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { median, mean, most } = self;
        write!(f, "mean {mean:.2?}, median {median:.2?}, at most {most:.1?}")
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Returns a server that trusts the issuer, and has fetched its keys.
async fn server(issuer: &LateIssuer) -> ResourceServer {
    let trusted = Issuer::jwks(ISSUER, &issuer.url).fetch_pause(Duration::ZERO);
    let builder = ResourceServer::builder(&brokerage::TOOLS).resource(RESOURCE).policies_enforced_elsewhere();
    builder.issuer(trusted).build().await.expect("the settings are sound")
}

/// Sends a request, and returns the status.
fn status(service: &Layered, token: &str) -> Pin<Box<dyn Future<Output = u16> + Send>> {
    const PING: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let request = Request::post("/mcp").header("authorization", format!("Bearer {token}"));
    let request = request.header(CONTENT_TYPE, "application/json");
    let request = request.body(Full::new(Bytes::from_static(PING))).expect("a request");
    let answer = service.clone().call(request);
    Box::pin(async move {
        let Ok(response) = answer.await;
        response.status().as_u16()
    })
}

type Layered = ResourceServerService<Empty>;

/// The server behind the layer.
#[derive(Clone)]
struct Empty;

impl Service<Request<Full<Bytes>>> for Empty {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(Response::new(Full::default())))
    }
}

/// Publishes one key, and responds only while it is not delayed.
struct LateIssuer {
    url: String,
    is_late: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl LateIssuer {
    fn start(key: &Ed25519KeyPair) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/jwks", listener.local_addr().expect("an address"));
        let (is_late, asked) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": BASE64.encode(key.public_key())}]})
            .to_string();
        thread::spawn({
            let (is_late, asked) = (Arc::clone(&is_late), Arc::clone(&asked));
            move || {
                for stream in listener.incoming() {
                    let mut stream = stream.expect("a connection");
                    let lines = BufReader::new(&stream).lines();
                    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                    asked.fetch_add(1, Ordering::SeqCst);
                    while is_late.load(Ordering::SeqCst) {
                        thread::sleep(Duration::from_millis(1));
                    }
                    let length = set.len();
                    write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{set}")
                        .expect("a client that reads");
                }
            }
        });
        Self { url, is_late, asked }
    }
}

/// A token that is valid if the issuer has the key of that name.
fn token(key: &Ed25519KeyPair, kid: &str, number: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let claims = json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "jti": number.to_string(), "exp": now + 3600, "scope": "general",
        "padding": "p".repeat(400),
    });
    let header = json!({"alg": "EdDSA", "kid": kid}).to_string();
    let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims.to_string()));
    format!("{signed}.{}", BASE64.encode(key.sign(signed.as_bytes())))
}
