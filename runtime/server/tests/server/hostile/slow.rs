//! Bodies that never end, and clients that disconnect.

use core::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::ResourceServer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};
use tower::{ServiceExt as _, service_fn};

use super::wire::{Behind, read, statuses};
use crate::server::{Ask, BuildNow as _, RESOURCE, TOOLS, Tokens};

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
fn list_files() {}

scope_table! { static BARE = [list_files]; }

const HEAD: &str =
    "POST /mcp HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: Bearer reader\r\n";
const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files"}}"#;

async fn connect(server: &Behind, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn returns_408_for_incomplete_bodies_after_the_timeout() {
    let server = Behind::new(|builder| builder.body_timeout(Duration::from_millis(200))).await;
    for rest in [
        "Content-Length: 77\r\n\r\n",
        "Content-Length: 77\r\n\r\n{\"jsonrpc\":\"2.0\",",
        "Transfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4d\r\n{\"json",
        "Expect: 100-continue\r\nContent-Length: 77\r\n\r\n",
    ] {
        let (mut stream, began) = (connect(&server, &format!("{HEAD}{rest}")).await, Instant::now());
        let answer = read(&mut stream).await;
        assert_eq!(statuses(&answer.replace("HTTP/1.1 100 Continue", "")), [408], "{rest}: {answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(server.ran(), 0);
}

#[tokio::test]
async fn returns_408_for_bodies_sent_byte_by_byte() {
    // Slowloris: each byte arrives in time, but the body is never complete.
    let server = Behind::new(|builder| builder.body_timeout(Duration::from_millis(300))).await;
    let (mut stream, began) = (connect(&server, &format!("{HEAD}Content-Length: 77\r\n\r\n")).await, Instant::now());
    let (mut reader, mut writer) = stream.split();
    let dribble = async {
        for byte in CALL.bytes() {
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        core::future::pending::<()>().await;
    };
    let mut answer = [0; 512];
    let len = tokio::select! {
        () = dribble => unreachable!("the body never ends"),
        len = reader.read(&mut answer) => len.unwrap(),
    };
    assert_eq!(statuses(&String::from_utf8_lossy(&answer[..len])), [408]);
    assert!(began.elapsed() < Duration::from_secs(6) && server.ran() == 0);
}

#[tokio::test]
async fn accepts_slow_bodies_within_the_timeout() {
    let server = Behind::new(|builder| builder.body_timeout(Duration::from_secs(10))).await;
    let head = format!("{HEAD}Connection: close\r\nContent-Length: {}\r\n\r\n", CALL.len());
    let mut stream = connect(&server, &head).await;
    for piece in CALL.as_bytes().chunks(10) {
        sleep(Duration::from_millis(10)).await;
        stream.write_all(piece).await.unwrap();
    }
    assert_eq!((statuses(&read(&mut stream).await), server.ran()), (vec![200], 1));
}

/// A body that never ends; counts its instances.
struct Endless {
    alive: Arc<AtomicUsize>,
    first: Option<Bytes>,
}

impl Endless {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::SeqCst);
        Self { alive: Arc::clone(alive), first: Some(Bytes::from_static(b"{\"jsonrpc\":\"2.0\",")) }
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.first.take().map_or(Poll::Pending, |first| Poll::Ready(Some(Ok(Frame::data(first)))))
    }
}

/// Sends a body that never ends through the layer. Returns the status and how often the server behind the layer ran.
async fn endless(builder: mcp_scopes_server::ResourceServerBuilder, alive: &Arc<AtomicUsize>) -> (u16, usize) {
    endless_with(builder, Ask::call("list_files").token("reader"), alive).await
}

async fn endless_with(
    builder: mcp_scopes_server::ResourceServerBuilder,
    ask: Ask,
    alive: &Arc<AtomicUsize>,
) -> (u16, usize) {
    let ran = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&ran);
    let inner = service_fn(move |_: Request<Full<Bytes>>| {
        count.fetch_add(1, Ordering::SeqCst);
        core::future::ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())))
    });
    let layer = builder.build_now().unwrap();
    let request = ask.0.map(|_| Endless::new(alive));
    let response = layer.layer().layer(inner).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    drop(response.into_body().collect().await);
    (status, ran.load(Ordering::SeqCst))
}

fn builder() -> mcp_scopes_server::ResourceServerBuilder {
    ResourceServer::builder(&TOOLS).verifier(Tokens)
}

#[tokio::test(start_paused = true)]
async fn limits_body_reads_to_30_seconds_by_default() {
    let (alive, began) = (Arc::default(), tokio::time::Instant::now());
    assert_eq!(endless(builder(), &alive).await, (408, 0));
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(30) && took < Duration::from_secs(31), "{took:?}");
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

/// Where no request without a token can succeed, its body is not read.
#[test]
fn challenges_requests_without_a_token_before_their_body() {
    let builder = || ResourceServer::builder(&BARE).resource(RESOURCE).authorization_server("https://auth.example.com");
    let alive = Arc::default();
    for (ask, expected) in [
        (Ask::call("list_files"), Some((401, 0))),
        (Ask::call("list_files").header("content-type", "text/plain"), Some((401, 0))),
        (Ask::call("list_files").token("unknown"), Some((401, 0))),
    ] {
        let answer =
            futures_util::future::FutureExt::now_or_never(endless_with(builder().verifier(Tokens), ask, &alive));
        assert_eq!(answer, expected);
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

#[test]
fn returns_408_at_once_without_a_runtime() {
    let answer = futures_util::future::FutureExt::now_or_never(endless(builder(), &Arc::default()));
    assert_eq!(answer, Some((408, 0)));
}

#[tokio::test]
async fn drops_bodies_of_clients_that_disconnect() {
    let alive = Arc::<AtomicUsize>::default();
    let clients: Vec<_> = (0..500)
        .map(|_| {
            let alive = Arc::clone(&alive);
            tokio::spawn(async move { endless(builder(), &alive).await })
        })
        .collect();
    while alive.load(Ordering::SeqCst) < 500 {
        tokio::task::yield_now().await;
    }
    for client in clients {
        client.abort();
        assert!(client.await.is_err_and(|error| error.is_cancelled()), "the request was answered");
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn rejects_calls_without_a_final_chunk() {
    let server = Behind::new(|builder| builder).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let idle = tasks();
    // The whole call without the final chunk.
    let whole = format!("{HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{CALL}\r\n", CALL.len());
    let stream = connect(&server, &whole).await;
    while tasks() == idle {
        sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    while tasks() > idle {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.ran(), 0);
    let mut stream = connect(&server, &format!("{whole}0\r\n\r\n")).await;
    assert_eq!((statuses(&read(&mut stream).await), server.ran()), (vec![200], 1));
}

/// Returns the resident memory in bytes, on systems that report it.
fn memory() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

#[tokio::test]
async fn releases_tasks_and_memory_of_closed_connections() {
    let server = Behind::new(|builder| builder).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let idle = tasks();
    let half = format!("{HEAD}Content-Length: 400000\r\n\r\n{}", " ".repeat(200_000));
    let mut used = Vec::new();
    for _ in 0..8 {
        let mut streams = Vec::new();
        for _ in 0..100 {
            streams.push(connect(&server, &half).await);
        }
        drop(streams);
        let waiting = Instant::now();
        while tasks() > idle {
            assert!(waiting.elapsed() < Duration::from_secs(20), "{} tasks are left", tasks() - idle);
            sleep(Duration::from_millis(5)).await;
        }
        used.extend(memory());
    }
    assert_eq!(server.ran(), 0);
    // The first rounds fill the caches of the allocator. Six rounds of leaked bodies would add 120 MB; other tests in this process
    // allocate memory as well.
    if let [_, second, .., last] = used[..] {
        assert!(last < second + 60_000_000, "{used:?}");
    }
    // The server still answers.
    let head = format!("{HEAD}Connection: close\r\nContent-Length: {}\r\n\r\n{CALL}", CALL.len());
    assert_eq!(statuses(&read(&mut connect(&server, &head).await).await), [200]);
}
