//! Hostile servers: the doctor ends, within its bounds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mcp_scopes_doctor::{Examination, Limits, Options, examine};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::{options, rules, run};

/// What a hostile server answers to every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attack {
    /// An endless body of zeros, as fast as it can.
    Endless,
    /// A gigabyte is announced, and sent.
    Gigabyte,
    /// Events without an end.
    Events,
    /// A byte every hundred milliseconds.
    Slow,
    /// Nothing at all.
    Silent,
    /// The connection is closed after the head.
    Cut,
    /// A redirect to itself.
    Redirects,
    /// JSON that nests deeply.
    Deep,
    /// Headers without an end.
    Headers,
    /// Bytes that are no HTTP.
    Garbage,
    /// A challenge of a megabyte.
    Challenge,
    /// A page of a list that names the next one forever.
    Pages,
    /// The same, always with another name.
    Cursors,
    /// Twenty thousand tools.
    Tools,
    /// The answer takes its time.
    Late,
    /// A page.
    Page,
    /// Nothing is found.
    NotFound,
}

/// Numbers what must differ.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// Returns the answer of a server that anyone may use. `members` are further ones of the result.
fn open_answer(members: &str) -> String {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"supportedVersions":["2026-07-28"]{members}}}}}"#);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

async fn attack(kind: Attack, request: &str, stream: &mut TcpStream) -> std::io::Result<()> {
    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let zeros = vec![b'0'; 1 << 16];
    match kind {
        Attack::Endless => {
            stream.write_all(format!("{HEAD}connection: close\r\n\r\n").as_bytes()).await?;
            loop {
                stream.write_all(&zeros).await?;
            }
        }
        Attack::Gigabyte => {
            stream.write_all(format!("{HEAD}content-length: {}\r\n\r\n", 1 << 30).as_bytes()).await?;
            for _ in 0..(1 << 30) / zeros.len() {
                stream.write_all(&zeros).await?;
            }
            Ok(())
        }
        Attack::Events => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
                .await?;
            loop {
                stream.write_all(b"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n").await?;
            }
        }
        Attack::Slow => {
            stream.write_all(format!("{HEAD}content-length: 100000\r\n\r\n").as_bytes()).await?;
            loop {
                stream.write_all(b"0").await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Attack::Silent => std::future::pending().await,
        Attack::Cut => stream.write_all(format!("{HEAD}content-length: 100\r\n\r\n{{").as_bytes()).await,
        Attack::Redirects => {
            stream
                .write_all(b"HTTP/1.1 302 Found\r\nlocation: /mcp\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await
        }
        Attack::Deep => {
            let body = "[".repeat(1 << 20);
            let head = format!("{HEAD}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await
        }
        Attack::Headers => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                stream.write_all(b"x-header: a\r\n").await?;
            }
        }
        Attack::Garbage => stream.write_all(&[0xff; 1000]).await,
        Attack::Challenge => {
            let value = "Bearer scope=\"a\", ".repeat(2_000);
            let head = format!(
                "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: {value}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await
        }
        Attack::Pages => stream.write_all(open_answer(r#","tools":[{"name":"a"}],"nextCursor":"a""#).as_bytes()).await,
        Attack::Cursors => {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let members = format!(r#","tools":[{{"name":"t{number}"}}],"nextCursor":"{number}""#);
            stream.write_all(open_answer(&members).as_bytes()).await
        }
        Attack::Tools if request.contains("mcp-method: tools/list") => {
            let tools: Vec<String> = (0..20_000)
                .map(|number| format!(r#"{{"name":"t{number}","annotations":{{"readOnlyHint":true}}}}"#))
                .collect();
            stream.write_all(open_answer(&format!(r#","tools":[{}]"#, tools.join(","))).as_bytes()).await
        }
        Attack::Tools => stream.write_all(open_answer("").as_bytes()).await,
        Attack::Page => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n";
            stream.write_all(format!("{head}content-length: 13\r\n\r\n<html></html>").as_bytes()).await
        }
        Attack::NotFound => {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await
        }
        Attack::Late => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.write_all(open_answer(r#","tools":[]"#).as_bytes()).await
        }
    }
}

async fn start(kind: Attack) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&head[..read]).to_lowercase();
                // The doctor closes the connection when it has enough.
                let _ = attack(kind, &request, &mut stream).await;
            });
        }
    });
    url
}

fn short(url: &str) -> Options {
    let timeout = Duration::from_millis(300);
    let limits = Limits { timeout, wait: Duration::ZERO, max_requests: 60, ..Limits::default() };
    Options { limits, ..options(url) }
}

async fn examined(kind: Attack) -> Examination {
    run(&short(&start(kind).await)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ends_on_hostile_servers() {
    for kind in [
        Attack::Endless,
        Attack::Gigabyte,
        Attack::Events,
        Attack::Slow,
        Attack::Cut,
        Attack::Redirects,
        Attack::Challenge,
        Attack::Pages,
    ] {
        let begin = Instant::now();
        let examination = examined(kind).await;
        assert!(examination.report.has_errors(), "{kind:?}");
        assert!(begin.elapsed() < Duration::from_secs(60), "{kind:?}: {:?}", begin.elapsed());
        let unreadable = [Attack::Endless, Attack::Gigabyte, Attack::Events, Attack::Slow, Attack::Cut, Attack::Deep];
        assert_eq!(rules(&examination).contains(&"unreadable-answer"), unreadable.contains(&kind), "{kind:?}");
    }
}

fn has_skipped(examination: &Examination, why: &str) -> bool {
    examination.skipped.iter().any(|skipped| skipped.why.contains(why))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_lists_up_to_a_bound() {
    for (kind, why) in [
        (Attack::Tools, "a list is read up to 10000 tools"),
        (Attack::Cursors, "a list is read up to 50 pages"),
        (Attack::Pages, "a page names itself as the next one"),
    ] {
        let examination = examined(kind).await;
        assert!(has_skipped(&examination, why), "{kind:?}: {:#?}", examination.skipped);
        // Not all of them are known.
        assert!(examination.tools.is_none(), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stops_after_a_time_and_after_a_size() {
    let url = start(Attack::Late).await;
    let limits = Limits { max_time: Duration::from_millis(200), ..Limits::default() };
    let examination = run(&Options { limits, ..options(&url) }).await;
    assert!(has_skipped(&examination, "`--max-time`"), "{:#?}", examination.skipped);
    assert!(examination.requests <= 5, "{} requests of 50 ms each", examination.requests);
    let url = start(Attack::Pages).await;
    let limits = Limits { max_bytes: 1000, ..Limits::default() };
    let examination = run(&Options { limits, ..options(&url) }).await;
    assert!(has_skipped(&examination, "larger than 1000 bytes in all"), "{:#?}", examination.skipped);
    // An answer of the attack has 150 bytes without its headers.
    assert!(examination.requests <= 10, "{} requests", examination.requests);
}

/// A server that gives no answer at all is an error of the run, not a finding.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fails_without_an_answer() {
    for kind in [Attack::Silent, Attack::Headers, Attack::Garbage] {
        let url = start(kind).await;
        let error = examine(&short(&url), Arc::new(AtomicUsize::new(0))).await.unwrap_err();
        assert!(error.to_string().starts_with("the server "), "{kind:?}: {error}");
    }
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = examine(&short(&format!("http://{unused}/mcp")), Arc::new(AtomicUsize::new(0))).await.unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

/// A page of a gateway, or a mistyped path.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fails_where_nothing_speaks_mcp() {
    for (kind, answer) in [
        (Attack::Page, "get 200 and `text/html`"),
        (Attack::NotFound, "get 404"),
        (Attack::Deep, "get 200 and `application/json`"),
    ] {
        let url = start(kind).await;
        let error = examine(&short(&url), Arc::new(AtomicUsize::new(0))).await.unwrap_err();
        assert!(error.to_string().starts_with("the server has no MCP endpoint at this address: "), "{kind:?}: {error}");
        assert!(error.to_string().ends_with(answer), "{kind:?}: {error}");
    }
}

#[tokio::test]
async fn requires_https_or_permission() {
    let options = Options::new("http://files.example.invalid/mcp");
    let error = examine(&options, Arc::new(AtomicUsize::new(0))).await.unwrap_err();
    assert!(error.to_string().contains("in the clear") && error.help().contains("--allow-http"), "{error}");
}
