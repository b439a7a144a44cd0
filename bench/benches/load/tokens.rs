//! Measures memory over many tokens. Each is signed, verified and used once, by a different caller. Half of them are in
//! the sandbox.

use std::{
    convert::Infallible,
    fs,
    future::{Ready, ready},
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full};
use mcp_scopes_server::{
    Environments, ResourceServer,
    token::{Issuer, KeySet},
};
use serde_json::json;
use tower::Service;

/// The status of the server behind the layer, which no rejection has.
const ANSWER: &[u8] = br#"{"jsonrpc":"2.0","id":1,"result":{"answered":true}}"#;
const RESOURCE: &str = "https://brokerage.example.com/mcp";
const ISSUER: &str = "https://auth.brokerage.example.com";
/// The maximum memory growth between the first tenth, when all bounded structures are full, and the end.
const GROWTH: u64 = 16 << 20;

/// Runs that many million tokens.
pub(crate) fn run(millions: f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few millions")]
    let count = (millions * 1e6) as u64;
    let key = Ed25519KeyPair::generate().expect("a key");
    let server = server(&key);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let start = Instant::now();
    let (mut settled, mut most) = (0, 0);
    runtime.block_on(async {
        let mut service = server.layer().layer(Answer);
        for number in 0..count {
            let answer = service.call(request(&key, number)).await.expect("an answer");
            let status = answer.status();
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            assert_eq!((status, &*body), (StatusCode::OK, ANSWER), "{number}");
            if number == count / 10 {
                settled = resident();
            } else if number > count / 10 && number.is_multiple_of(1_000) {
                most = most.max(resident());
            }
        }
    });
    let grown = most.saturating_sub(settled);
    let each = start.elapsed() / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    println!(
        "{count} requests with {count} tokens, {each:.1?} each with signing: {} MiB after a tenth, {} KiB more at most \
         (no more than {})",
        settled >> 20,
        grown >> 10,
        GROWTH >> 10
    );
    assert!(grown <= GROWTH, "memory grows with the number of tokens");
}

fn server(key: &Ed25519KeyPair) -> ResourceServer {
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": BASE64.encode(key.public_key())}]});
    let keys = KeySet::from_json(&keys.to_string()).expect("a key set");
    ResourceServer::builder(&brokerage::TOOLS)
        .issuer(Issuer::keys(ISSUER, keys))
        .environments(Environments::new().by_claim("env"))
        .policies_enforced_elsewhere()
        .build()
        .now_or_never()
        .expect("nothing is fetched")
        .expect("the settings are sound")
}

/// Requests a list of tools as the next caller.
fn request(key: &Ed25519KeyPair, number: u64) -> Request<Full<Bytes>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let environment = if number.is_multiple_of(2) { "live" } else { "sandbox" };
    let claims = json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": format!("caller-{number}"), "jti": number.to_string(), "exp": now + 3600,
        "scope": "general", "env": environment,
    });
    let signed = format!("{}.{}", BASE64.encode(r#"{"alg":"EdDSA","kid":"1"}"#), BASE64.encode(claims.to_string()));
    let token = format!("{signed}.{}", BASE64.encode(key.sign(signed.as_bytes())));
    Request::post("/mcp")
        .header(CONTENT_TYPE, "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Full::new(Bytes::from_static(
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"sharelist_popular"}}"#,
        )))
        .expect("a request")
}

/// Returns the resident memory of the process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/statm").expect("Linux reports the memory of a process");
    let pages: u64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number of pages");
    pages * 4096
}

/// A server with a prepared response.
#[derive(Clone)]
struct Answer;

impl Service<Request<Full<Bytes>>> for Answer {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        let mut response = Response::new(Full::new(Bytes::from_static(ANSWER)));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        ready(Ok(response))
    }
}
