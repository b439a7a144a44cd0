//! Peak memory: the layer needs at most four times the body of a request, for bodies of many shapes.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::{
    convert::Infallible,
    fmt::Write as _,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use http_body_util::Full;
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{Claims, ResourceServer, Token, TokenError, TokenVerifier};
use tower::{Service as _, service_fn};

const RESOURCE: &str = "https://files.example.com/mcp";

#[mcp_tool(scope = "files:list", risk = "low")]
fn list_files() {}

#[mcp_tool(scope = "files:list", risk = "low", policy(blocked_patterns("*.key", "https://*.example.org/*")))]
fn read_files() {}

#[mcp_tool(
    scope = "files:list",
    risk = "low",
    policy(max_file_size_mb = 3, cooling_period_minutes = 1, idempotent, blocked_after("list_files:*.key"))
)]
fn write_files() {}

scope_table! { static FILES = [list_files, read_files, write_files] with "tests/memory.toml"; }

/// Accepts the token `reader` with a scope and any other token without scopes.
struct Scopeless;

impl TokenVerifier for Scopeless {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims = Claims::builder("https://auth.example.com").subject("ada").audience([RESOURCE]);
        let claims = claims.scope(if token.expose_secret() == "reader" { "files:list" } else { "" });
        Ok(Arc::new(claims.build()))
    }
}

/// Yields a body in chunks of a given size.
struct Pieces(Bytes, usize);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: core::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let size = self.1.min(self.0.len());
        let piece = self.0.split_to(size);
        Poll::Ready((!piece.is_empty()).then(|| Ok(http_body::Frame::data(piece))))
    }
}

/// Returns the status and the peak memory of the layer. A body that arrives in one piece is not counted.
fn peak(token: &str, body: &Bytes, piece: usize) -> (u16, u64) {
    let layer = ResourceServer::builder(&FILES)
        .resource(RESOURCE)
        .authorization_server("https://auth.example.com")
        .verifier(Scopeless)
        .allow_batches()
        .param_header("list_files", "A", ["a", "b"])
        .build()
        .now_or_never()
        .unwrap()
        .unwrap();
    let mut service = layer.layer().layer(service_fn(|request: Request<Full<Bytes>>| {
        drop(request);
        core::future::ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())))
    }));
    let mut request = Request::post("/mcp")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    // The tools with a policy are called. Calls of the other end at this header, after everything was read.
    let start = String::from_utf8_lossy(&body[..100.min(body.len())]).into_owned();
    if !["read_files", "write_files"].iter().any(|tool| start.contains(tool)) {
        request = request.header("mcp-param-a", "x").header("mcp-param-any", "x");
    }
    let request = request.body(Pieces(body.clone(), piece)).unwrap();
    let mut status = 0;
    let counted = allocation_counter::measure(|| {
        let mut answer = service.call(request);
        let Poll::Ready(Ok(response)) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the layer waited")
        };
        status = response.status().as_u16();
    });
    (status, counted.bytes_max)
}

/// Returns a call whose arguments `fill` extends up to a size.
fn call(size: usize, open: &str, close: &str, mut fill: impl FnMut(&mut String, usize)) -> Bytes {
    let mut body =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files","arguments":"#.to_owned();
    body.push_str(open);
    let mut at = 0;
    while body.len() + close.len() + 2 < size {
        fill(&mut body, at);
        at += 1;
    }
    if body.ends_with(',') {
        body.pop();
    }
    body.push_str(close);
    body.push_str("}}");
    body.into()
}

/// Returns a short name that is unique for each number.
fn short(mut at: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    let mut name = String::new();
    loop {
        name.push(char::from(LETTERS[at % 64]));
        at /= 64;
        if at == 0 {
            return name;
        }
        at -= 1;
    }
}

/// Returns a subscription that names resources up to a size: this element, repeated.
fn subscription(size: usize, element: &str) -> String {
    let open = r#"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["#;
    let count = size.saturating_sub(open.len() + 5) / element.len() + 1;
    format!("{open}{}]}}}}}}", element.repeat(count).trim_end_matches(','))
}

/// Returns a text with escapes just beyond a power of two: a buffer that grows by doubling has just doubled.
fn escaped(size: usize) -> String {
    format!(r"\n{}\n", "a".repeat(size.next_power_of_two() / 2))
}

fn bodies(size: usize) -> Vec<(&'static str, Bytes)> {
    let long = "a".repeat(size / 3);
    let message = |text: String| Bytes::from(text);
    vec![
        ("short names", call(size, "{", "}", |out, at| write!(out, r#""{}":0,"#, short(at)).unwrap())),
        ("names with escapes", call(size, "{", "}", |out, at| write!(out, r#""\n{}":0,"#, short(at)).unwrap())),
        ("names of several bytes", {
            call(size, "{", "}", |out, at| {
                let letter = char::from_u32(0x4e00 + u32::try_from(at % 20_000).unwrap()).unwrap();
                write!(out, r#""{letter}{}":0,"#, if at < 20_000 { String::new() } else { short(at / 20_000) })
                    .unwrap();
            })
        }),
        ("objects with one member", call(size, "[", "]", |out, _| out.push_str(r#"{"":0},"#))),
        ("empty arrays", call(size, "[", "]", |out, _| out.push_str("[],"))),
        ("numbers", call(size, "[", "]", |out, _| out.push_str("0,"))),
        ("nested objects with many names", {
            let level = size / 90;
            let mut at = 0;
            let mut open = String::new();
            for _ in 0..80 {
                open.push('{');
                let end = open.len() + level;
                while open.len() < end {
                    write!(open, r#""{}":0,"#, short(at)).unwrap();
                    at += 1;
                }
                open.push_str("\"x\":");
            }
            call(size, &open, &format!("0{}", "}".repeat(80)), |out, _| out.push_str("           "))
        }),
        ("long texts with escapes", call(size, "[", "0]", |out, _| write!(out, r#""{long}\n{long}\n","#).unwrap())),
        (
            "one long text with escapes",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files","arguments":["{}"]}}}}"#,
                escaped(size)
            )),
        ),
        (
            "one long name with escapes",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files","arguments":{{"{}":1}}}}}}"#,
                escaped(size)
            )),
        ),
        (
            "a long tool name with escapes",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{}"}}}}"#,
                escaped(size)
            )),
        ),
        ("a long method with escapes", message(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#, escaped(size)))),
        ("a long id with escapes", message(format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, escaped(size)))),
        (
            "a long mirrored argument",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files","arguments":{{"a":{{"b":"{}"}}}}}}}}"#,
                escaped(size)
            )),
        ),
        (
            "one long text with escapes alone",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files","_meta":{{"a":"{}"}}}}}}"#,
                r"\n".repeat(size / 2)
            )),
        ),
        (
            "a long result with escapes",
            message(format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":["{}"]}}}}"#, escaped(size))),
        ),
        (
            "a long number",
            message(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}}}}}"#, "1".repeat(size))),
        ),
        (
            "a long fraction",
            message(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":0.{}}}}}"#, "1".repeat(size))),
        ),
        // The parser keeps a byte for each bracket of a value that it returns as text.
        ("brackets in the arguments", call(size, "", "", |out, _| out.push('['))),
        ("objects in the arguments", call(size, "", "", |out, _| out.push_str(r#"{"":"#))),
        ("brackets in the parameters", {
            let open = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"inputResponses":"#;
            format!("{open}{}", "[".repeat(size - open.len())).into()
        }),
        ("brackets in a batch", "[".repeat(size).into()),
        ("a batch of short messages", {
            let mut body = "[".to_owned();
            while body.len() < size {
                body.push_str(r#"{"jsonrpc":"2.0","method":"a"},"#);
            }
            body.pop();
            body.push(']');
            body.into()
        }),
    ]
}

/// Bodies whose ids, subscriptions or completions are long.
fn bodies_about_contents(size: usize) -> Vec<(&'static str, Bytes)> {
    let message = |text: String| Bytes::from(text);
    vec![
        (
            "a long id of a call",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":"{}","method":"tools/call","params":{{"name":"list_files"}}}}"#,
                "a".repeat(size)
            )),
        ),
        (
            "a long id of a call with escapes",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":"{}","method":"tools/call","params":{{"name":"list_files"}}}}"#,
                escaped(size)
            )),
        ),
        ("empty subscriptions", subscription(size, r#""","#).into()),
        ("short subscriptions", subscription(size, r#""a","#).into()),
        ("short subscriptions with escapes", subscription(size, r#""\n","#).into()),
        ("subscriptions that are open", subscription(size, r#""app://h/a","#).into()),
        (
            "long subscriptions with escapes",
            subscription(size, &format!(r#""app://h/\n{}","#, "a".repeat(15 << 10))).into(),
        ),
        ("a batch of subscriptions", {
            let all: Vec<_> = (0..100)
                .map(|id| subscription(size / 99, r#""","#).replacen(r#""id":1"#, &format!(r#""id":{id}"#), 1))
                .collect();
            format!("[{}]", all.join(",")).into()
        }),
        (
            "a completion of a long name with escapes",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{{"ref":{{"type":"ref/prompt","name":"{}"}}}}}}"#,
                escaped(size)
            )),
        ),
        (
            "a completion of a long URI",
            message(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{{"ref":{{"type":"ref/resource","uri":"app://h/{}"}}}}}}"#,
                "a".repeat(size)
            )),
        ),
    ]
}

#[test]
fn limits_peak_memory_to_four_times_the_body() {
    let mut most = 0.0_f64;
    for size in [(64 << 10) + 20, (1 << 20) + 1000, (4 << 20) - 2000] {
        for (shape, body) in bodies(size).into_iter().chain(bodies_about_contents(size)) {
            // In a debug build a body of 4 MiB takes a second, so only the shapes that needed most memory are sent in that size.
            if size > 2 << 20 && !["short names", "objects with one member"].contains(&shape) {
                continue;
            }
            // For these the size makes no difference: a long number is rejected, and the texts are read like the others.
            if size > 1 << 20
                && ["long number", "long fraction", "escapes alone", "long result"].iter().any(|of| shape.contains(of))
            {
                continue;
            }
            assert!(body.len() >= 64 << 10 || shape.contains("long"), "{shape}: {}", body.len());
            for token in ["reader", "scopeless"] {
                for piece in [body.len(), 1000] {
                    let (status, held) = peak(token, &body, piece);
                    let whole = if piece == body.len() { body.len() as u64 } else { 0 };
                    let of = |bytes: u64| f64::from(u32::try_from(bytes).unwrap());
                    let times = of(held + whole) / of(body.len() as u64);
                    most = most.max(times);
                    assert!(
                        times < 4.0,
                        "{shape}, {} bytes in pieces of {piece}, {token}: {status}, {times:.2} times",
                        body.len()
                    );
                }
            }
        }
    }
    println!("at most {most:.2} times the body");
}

/// Texts that policies compare in several forms.
fn arguments(size: usize) -> Vec<(&'static str, String)> {
    let with = |text: &str| escaped(size).replacen("aaaaaaaa", text, 1);
    let half = "a".repeat(size / 2);
    vec![
        ("all at once", with(r"\\%41//%42\\")),
        ("a path", with("/a/../b%41")),
        ("a URL", with(r"https://h/%41//\\b?c")),
        ("a disguised URL", with("https://h/%41/../b")),
        ("several rounds", with("%25252541//")),
        ("spaces around it", format!("    //{}    ", "a".repeat(size))),
        ("a URL with a query", format!(r" HTTPS:\\h/\\{half}/?a%41{half}#\n")),
        ("a path as sent", format!(r"//{half}\\./a/../{half}/")),
        ("a file", format!(r"file:///\\%2541{half}/{half}\n")),
        ("a long authority", format!(r"https://A{half}%41{half}/\n")),
        ("a long authority as sent", format!("https:A{half}{half}//")),
        ("a long authority that gets longer", format!(r"https://{}/\n", "\u{23a}".repeat(size / 2))),
        ("a long authority of other letters", format!(r"https:\\{}\\\n", "\u{4e00}".repeat(size / 3))),
        ("escapes alone", r"\u0061\ud83d\ude00\n".repeat(size / 20)),
        ("percent escapes alone", "%2541".repeat(size / 5)),
        ("control characters", r"a\u0001".repeat(size / 7)),
        ("a data URL", format!(r"data:;base64,{half}\n{half}")),
        ("a data URL as sent", format!("data:text/plain,{half}%41{half}")),
        ("separators", r"\\".repeat(size / 2)),
        ("slashes", r"\/".repeat(size / 2)),
    ]
}

/// Policies compare an argument in several forms. Beside the body, one decoded text and one form of it are held at a time.
#[test]
fn limits_peak_memory_of_policies_that_look_at_arguments() {
    let mut most = 0.0_f64;
    for size in [(64 << 10) + 20, (1 << 20) + 1000] {
        // In a debug build a long text takes a second.
        let is_sent = |shape: &str| size < 1 << 20 || ["all at once", "a path as sent"].contains(&shape);
        for (shape, text) in arguments(size).into_iter().filter(|(shape, _)| is_sent(shape)) {
            for (tool, more) in [
                ("read_files", String::new()),
                ("write_files", format!(r#","inputResponses":{{"a":{{"data":"{text}"}}}}"#)),
            ] {
                let body = Bytes::from(format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{"blob":"{text}"}}{more}}}}}"#
                ));
                let (status, held) = peak("reader", &body, body.len());
                let of = |bytes: u64| f64::from(u32::try_from(bytes).unwrap());
                let times = of(held + body.len() as u64) / of(body.len() as u64);
                most = most.max(times);
                assert_eq!(status, 200, "{shape}, {tool}, {size} bytes");
                assert!(times < 4.0, "{shape}, {tool}, {} bytes: {times:.2} times", body.len());
            }
        }
    }
    println!("at most {most:.2} times the body");
}

#[test]
fn accepts_400_000_distinct_member_names_and_rejects_a_duplicate() {
    let body = |more: &str| {
        call((4 << 20) - 200, "{", &format!("{more}}}"), |out, at| write!(out, r#""{}":0,"#, short(at)).unwrap())
    };
    let names = body("").split(|byte| *byte == b':').count();
    assert!(names > 400_000, "{names}");
    // The mismatch with the header is detected only after all names are read.
    assert_eq!(peak("reader", &body(""), usize::MAX).0, 400);
    assert_eq!(peak("scopeless", &body(""), usize::MAX).0, 403);
    // A duplicate of the first name at the end.
    assert_eq!(peak("scopeless", &body(r#","a":0"#), usize::MAX).0, 400);
}
