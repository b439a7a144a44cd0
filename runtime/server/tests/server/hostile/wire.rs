//! Raw bytes over a socket, which HTTP client libraries would not send.
//!
//! The layer receives what hyper has parsed. These tests check both together.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::Request};
use http_body_util::BodyExt as _;
use mcp_scopes_server::{ResourceServer, ResourceServerBuilder};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::server::{BuildNow as _, TOOLS, Tokens};

/// A loopback server on axum with the layer in front; counts the requests that reach it.
pub(super) struct Behind {
    pub(super) address: SocketAddr,
    pub(super) ran: Arc<AtomicUsize>,
}

impl Behind {
    pub(super) async fn new(set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder) -> Self {
        let ran = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&ran);
        let handler = move |request: Request| {
            let count = Arc::clone(&count);
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                // Reads the body, as a server would before it runs a tool.
                let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
                Body::from(format!("ran with {} bytes", body.unwrap_or_default().len()))
            }
        };
        let layer = set(ResourceServer::builder(&TOOLS).verifier(Tokens)).build_now().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(handler).layer(layer.layer());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, ran }
    }

    pub(super) fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    /// Sends bytes and reads until the server ends the connection.
    async fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        read(&mut stream).await
    }
}

/// Reads until the connection ends.
pub(super) async fn read(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset also ends the connection; a connection that stays open is a failure.
    let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Returns the statuses of all answers on a connection.
pub(super) fn statuses(answer: &str) -> Vec<u16> {
    let lines = answer.match_indices("HTTP/1.").filter_map(|(at, _)| answer.get(at + 9..at + 12)?.parse().ok());
    lines.collect()
}

/// Name, request, expected statuses, and how often the server behind the layer runs.
pub(super) struct Wire(&'static str, &'static str, &'static [u16], usize);

const READ: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files"}}"#;

/// `\n` is a line end, `{READ}` a call that the token `reader` opens, `{LEN}` its length. Each row is a POST to `/mcp` on a
/// connection that closes afterwards; the text of the row is appended to the head of the request.
#[rustfmt::skip]
pub(super) const ROWS: [Wire; 39] = [
    Wire("a valid request", "Authorization: Bearer reader\nContent-Length: {LEN}\n\n{READ}", &[200], 1),
    Wire("a valid request in chunks", "Authorization: Bearer reader\nTransfer-Encoding: chunked\n\n4d\n{READ}\n0\n\n", &[200], 1),
    Wire("two Authorization headers", "Authorization: Bearer reader\nauthorization: Bearer runner\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("Authorization over two lines", "Authorization: Bearer\n reader\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a space before the colon", "Authorization : Bearer reader\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a space before the name", " Authorization: Bearer reader\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a zero byte in a header", "Authorization: Bearer rea\0der\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a carriage return without a line feed", "X: a\rAuthorization: Bearer reader\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a header without a colon", "Authorization\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("tabs around the token", "Authorization:\tBearer reader\t\nContent-Length: {LEN}\n\n{READ}", &[200], 1),
    Wire("two lengths", "Authorization: Bearer reader\nContent-Length: {LEN}\nContent-Length: 3\n\n{READ}", &[400], 0),
    Wire("two lengths in one", "Authorization: Bearer reader\nContent-Length: {LEN}, 3\n\n{READ}", &[400], 0),
    Wire("a length with a sign", "Authorization: Bearer reader\nContent-Length: +{LEN}\n\n{READ}", &[400], 0),
    Wire("a negative length", "Authorization: Bearer reader\nContent-Length: -1\n\n{READ}", &[400], 0),
    Wire("a length in hexadecimal", "Authorization: Bearer reader\nContent-Length: 0x4d\n\n{READ}", &[400], 0),
    Wire("a length that is too large", "Authorization: Bearer reader\nContent-Length: 99999999999999999999\n\n{READ}", &[400], 0),
    Wire("a length above the limit, and no body", "Authorization: Bearer reader\nContent-Length: 999999999\n\n", &[413], 0),
    Wire("a length above the limit, and Expect", "Authorization: Bearer reader\nExpect: 100-continue\nContent-Length: 999999999\n\n", &[413], 0),
    Wire("no length", "Authorization: Bearer reader\n\n{READ}", &[400], 0),
    Wire("a length that is too short", "Authorization: Bearer reader\nContent-Length: 20\n\n{READ}", &[400], 0),
    Wire("a length and chunks", "Content-Length: 5\nTransfer-Encoding: chunked\n\n0\n\nPOST /mcp HTTP/1.1\nHost: h\nContent-Length: {LEN}\nContent-Type: application/json\n\n{READ}", &[400], 0),
    Wire("chunks and a length", "Transfer-Encoding: chunked\nContent-Length: 5\n\n0\n\nPOST /mcp HTTP/1.1\nHost: h\nContent-Length: {LEN}\nContent-Type: application/json\n\n{READ}", &[400], 0),
    Wire("an encoding with a suffix of chunked", "Authorization: Bearer reader\nTransfer-Encoding: xchunked\n\n4d\n{READ}\n0\n\n", &[400], 0),
    Wire("chunks, then identity", "Authorization: Bearer reader\nTransfer-Encoding: chunked, identity\n\n4d\n{READ}\n0\n\n", &[400], 0),
    Wire("chunks with gzip", "Authorization: Bearer reader\nTransfer-Encoding: gzip, chunked\n\n4d\n{READ}\n0\n\n", &[200], 1),
    Wire("a token in the trailers", "Transfer-Encoding: chunked\nTrailer: Authorization\n\n4d\n{READ}\n0\nAuthorization: Bearer reader\n\n", &[401], 0),
    Wire("a chunk length that is too large", "Authorization: Bearer reader\nTransfer-Encoding: chunked\n\nffffffffffffffffff\n{READ}\n0\n\n", &[400], 0),
    Wire("a chunk with a sign", "Authorization: Bearer reader\nTransfer-Encoding: chunked\n\n+4d\n{READ}\n0\n\n", &[400], 0),
    Wire("a chunk that is shorter than its length", "Authorization: Bearer reader\nTransfer-Encoding: chunked\n\n50\n{READ}\n0\n\n", &[400], 0),
    Wire("a chunk that is longer than its length", "Authorization: Bearer reader\nTransfer-Encoding: chunked\n\n4\n{READ}\n0\n\n", &[400], 0),
    Wire("a second request after the first one", "Authorization: Bearer reader\nContent-Length: {LEN}\n\n{READ}POST /mcp HTTP/1.1\nHost: h\n\n", &[200], 1),
    Wire("a WebSocket", "Authorization: Bearer reader\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("HTTP/2 on the same connection", "Authorization: Bearer reader\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAAP__\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a body with gzip", "Authorization: Bearer reader\nContent-Encoding: gzip\nContent-Length: {LEN}\n\n{READ}", &[415], 0),
    Wire("a second content type", "Authorization: Bearer reader\nContent-Type: text/plain\nContent-Length: {LEN}\n\n{READ}", &[415], 0),
    Wire("Mcp-Name in two spellings of the header", "Authorization: Bearer reader\nMcp-Name: list_files\nMCP-NAME: run\nContent-Length: {LEN}\n\n{READ}", &[400], 0),
    Wire("a method override", "Authorization: Bearer reader\nX-HTTP-Method-Override: DELETE\nX-HTTP-Method: DELETE\nContent-Length: 0\n\n", &[400], 0),
    Wire("200 headers", "{MANY}Authorization: Bearer reader\nContent-Length: {LEN}\n\n{READ}", &[431], 0),
    Wire("a header of 1 MB", "Authorization: Bearer {LONG}\nContent-Length: {LEN}\n\n{READ}", &[431], 0),
];

#[tokio::test]
async fn returns_the_expected_status_to_each_raw_request() {
    let mut faults = Vec::new();
    for Wire(name, text, expected, runs) in ROWS {
        let server = Behind::new(|builder| builder).await;
        let text = text.replace('\n', "\r\n").replace("{READ}", READ).replace("{LEN}", &READ.len().to_string());
        let text = text.replace("{MANY}", &"X-Many: a\r\n".repeat(200)).replace("{LONG}", &"a".repeat(1 << 20));
        let head = "POST /mcp HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\n";
        let answer = server.send(format!("{head}{text}").as_bytes()).await;
        if (statuses(&answer).as_slice(), server.ran()) != (expected, runs) {
            faults.push(format!("{name}: {:?} {}: {answer}", statuses(&answer), server.ran()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn returns_the_expected_status_to_each_request_line() {
    let rest = format!(
        "Host: h\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{READ}",
        READ.len()
    );
    let mut faults = Vec::new();
    for (line, expected) in [
        ("POST /mcp?access_token=reader HTTP/1.1", &[400][..]),
        ("POST http://evil.example.com/mcp?access_token=reader HTTP/1.1", &[400]),
        ("POST /.well-known/oauth-protected-resource/mcp/../../mcp HTTP/1.1", &[401]),
        ("POST /.well-known/oauth-protected-resource/mcp HTTP/1.1", &[405]),
        ("POST //mcp HTTP/1.1", &[401]),
        ("POST /mcp HTTP/1.0", &[401]),
        ("POST /mcp HTTP/9.9", &[400]),
        ("POST /mcp", &[400]),
        ("POST  /mcp HTTP/1.1", &[400]),
        ("POST /m cp HTTP/1.1", &[400]),
        ("P\u{d6}ST /mcp HTTP/1.1", &[400]),
        ("CONNECT evil.example.com:443 HTTP/1.1", &[405]),
        ("TRACE /mcp HTTP/1.1", &[405]),
        ("PRI * HTTP/2.0", &[400]),
    ] {
        let server = Behind::new(|builder| builder).await;
        let answer = server.send(format!("{line}\r\n{rest}").as_bytes()).await;
        if (statuses(&answer).as_slice(), server.ran()) != (expected, 0) {
            faults.push(format!("{line}: {:?} {}: {answer}", statuses(&answer), server.ran()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn never_reads_an_unread_body_as_the_next_request() {
    // The layer rejects the request before it reads the body. Sent alone, the body would be an accepted request.
    let inner = format!(
        "POST /mcp HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: Bearer reader\r\nContent-Length: {}\r\n\r\n{READ}",
        READ.len()
    );
    let small = |builder: ResourceServerBuilder| builder.body_limit(100);
    for (what, head, padding) in [
        ("no token", "", 0),
        ("no token, with a long body", "", 200_000),
        ("an unknown token", "Authorization: Bearer unknown\r\n", 0),
        ("a token in the query", "X: a\r\n", 0),
        ("too large", "Authorization: Bearer reader\r\n", 0),
        ("too large, with a long body", "Authorization: Bearer reader\r\n", 200_000),
        ("another type", "Authorization: Bearer reader\r\nContent-Type: text/plain\r\n", 0),
        ("another method", "X: a\r\n", 0),
    ] {
        let line = match what {
            "a token in the query" => "POST /mcp?access_token=reader",
            "another method" => "PUT /mcp",
            _ => "POST /mcp",
        };
        let body = format!("{}{inner}", " ".repeat(padding));
        let sent = format!(
            "{line} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let last = "GET /mcp HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        let server = Behind::new(small).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // The server may have closed the connection already.
        drop(stream.write_all(format!("{sent}{last}").as_bytes()).await);
        let answer = read(&mut stream).await;
        let statuses = statuses(&answer);
        assert!(server.ran() == 0 && !statuses.contains(&200) && statuses.len() < 3, "{what}: {answer}");
        assert!(padding > 0 || !statuses.is_empty(), "{what}: no answer");
    }
}
