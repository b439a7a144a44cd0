//! Step 9: streams end with their token. Time is paused, and the layer's clock follows it.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full, StreamBody};
use mcp_scopes_server::{
    Access, Claims, Discovery, ResourceServer, Token, TokenError, TokenVerifier,
    token::{Clock, Dpop, TokenCache},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tower::{ServiceExt, service_fn};

use crate::{
    proofs::Client,
    server::{Ask, BuildNow as _, RESOURCE, TOOLS},
};

/// Accepts every token; `exp` is this long after the start.
struct Expires {
    start: SystemTime,
    after: Option<Duration>,
    /// The current answer: 0 valid, 1 invalid, 2 unavailable.
    says: Arc<AtomicUsize>,
    bound: Option<serde_json::Value>,
}

impl TokenVerifier for Expires {
    async fn verify(&self, _: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims =
            Claims::builder("https://auth.example.com").subject("ada").audience([RESOURCE]).scope("files:read");
        let claims = match &self.bound {
            Some(bound) => claims.raw(serde_json::json!({"cnf": bound}).as_object().unwrap().clone()),
            None => claims,
        };
        let claims = match self.after {
            Some(after) => claims.expires_at(self.start + after),
            None => claims,
        };
        match self.says.load(Ordering::SeqCst) {
            0 => Ok(Arc::new(claims.build())),
            1 => Err(TokenError::invalid("its key is gone")),
            _ => Err(TokenError::unavailable("the issuer is out of reach")),
        }
    }

    fn is_still_valid(&self, _: &Claims) -> bool {
        self.says.load(Ordering::SeqCst) == 0
    }
}

/// An open stream with both of its ends.
struct Open {
    server: mpsc::UnboundedSender<&'static str>,
    client: Pin<Box<dyn Body<Data = Bytes, Error = Infallible> + Send>>,
}

impl Open {
    fn send(&self, event: &'static str) {
        self.server.send(event).unwrap();
    }

    /// Returns the next bytes: `None` at the end, `Some("")` after the timeout.
    async fn next(&mut self, within: Duration) -> Option<String> {
        match timeout(within, self.client.frame()).await {
            Err(_) => Some(String::new()),
            Ok(frame) => frame.map(|frame| String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap()),
        }
    }
}

struct Setup {
    after: Option<Duration>,
    says: Arc<AtomicUsize>,
    cache: Option<TokenCache<Arc<Expires>>>,
    /// What the tokens are bound to.
    bound: Option<serde_json::Value>,
    content_type: Option<&'static str>,
    discovery: Discovery,
}

impl Setup {
    fn new(after: Option<Duration>) -> Self {
        let content_type = Some("text/event-stream");
        Self { after, says: Arc::default(), cache: None, bound: None, content_type, discovery: Discovery::Open }
    }

    async fn open(&mut self, ask: Ask) -> Open {
        let (status, open) = self.answer(ask).await;
        assert_eq!(status, 200);
        open
    }

    /// Returns the status, and the stream.
    async fn answer(&mut self, ask: Ask) -> (u16, Open) {
        let (start, began) = (SystemTime::now(), Instant::now());
        let verifier =
            Arc::new(Expires { start, after: self.after, says: Arc::clone(&self.says), bound: self.bound.clone() });
        let cache = TokenCache::new(verifier);
        self.cache = Some(cache.clone());
        let layer = ResourceServer::builder(&TOOLS)
            .verifier(cache)
            .dpop(Dpop::new())
            .clock(Clock::new(move || start + began.elapsed()))
            .discovery(self.discovery)
            .method("subscriptions/listen", Access::Token)
            .build_now()
            .unwrap();
        let content_type = self.content_type;
        let (server, events) = mpsc::unbounded_channel();
        let events = Arc::new(std::sync::Mutex::new(Some(events)));
        let inner = service_fn(move |_: Request<Full<Bytes>>| {
            let mut events: mpsc::UnboundedReceiver<&'static str> = events.lock().unwrap().take().unwrap();
            let body = stream::poll_fn(move |context| events.poll_recv(context));
            let body = StreamBody::new(body.map(|event| Ok::<_, Infallible>(Frame::data(Bytes::from(event)))));
            let mut response = Response::new(body);
            if let Some(content_type) = content_type {
                response.headers_mut().insert("content-type", content_type.parse().unwrap());
            }
            core::future::ready(Ok::<_, Infallible>(response))
        });
        let response = layer.layer().layer(inner).oneshot(ask.0).await.unwrap();
        (response.status().as_u16(), Open { server, client: Box::pin(response.into_body()) })
    }
}

const SECOND: Duration = Duration::from_secs(1);
const NOTICE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n";
const RESULT: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";

fn get() -> Ask {
    Ask::new("GET", "/mcp").token("any")
}

fn listen() -> Ask {
    Ask::modern("subscriptions/listen", "").token("any")
}

#[tokio::test(start_paused = true)]
async fn ends_listening_streams_at_the_expiry() {
    for ask in [get, listen] {
        let mut stream = Setup::new(Some(70 * SECOND)).open(ask()).await;
        stream.send(NOTICE);
        assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
        let began = Instant::now();
        assert_eq!(stream.next(600 * SECOND).await, None);
        let took = began.elapsed();
        assert!(took > 60 * SECOND && took < 72 * SECOND, "{took:?}");
        assert_eq!(stream.next(SECOND).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn ends_listening_streams_of_any_content_type() {
    let filtered = Discovery::Filtered;
    for (content_type, discovery) in [
        (None, Discovery::Open),
        (Some("application/json"), Discovery::Open),
        (Some("text/plain"), Discovery::Open),
        (Some("text/plain"), filtered),
    ] {
        let mut setup = Setup { content_type, discovery, ..Setup::new(Some(70 * SECOND)) };
        let mut stream = setup.open(get()).await;
        stream.send(NOTICE);
        assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
        assert_eq!(stream.next(60 * SECOND).await.as_deref(), Some(""));
        assert_eq!(stream.next(20 * SECOND).await, None, "{content_type:?}");
    }
    // What may be a list is read in full before it is filtered, until the token ends.
    for content_type in [None, Some("application/json")] {
        for ask in [get, listen] {
            let mut setup = Setup { content_type, discovery: filtered, ..Setup::new(Some(70 * SECOND)) };
            let began = Instant::now();
            let (status, _) = timeout(600 * SECOND, setup.answer(ask())).await.unwrap();
            let took = began.elapsed();
            assert!(status == 502 && took > 60 * SECOND && took < 72 * SECOND, "{content_type:?} {status} {took:?}");
            // Its revocation ends it too.
            let mut setup = Setup { content_type, discovery: filtered, ..Setup::new(None) };
            let says = Arc::clone(&setup.says);
            let (began, revoke) = (Instant::now(), async {
                tokio::time::sleep(100 * SECOND).await;
                says.store(1, Ordering::SeqCst);
            });
            let ((status, _), ()) =
                timeout(600 * SECOND, async { tokio::join!(setup.answer(ask()), revoke) }).await.unwrap();
            assert!(status == 502 && began.elapsed() <= 130 * SECOND, "{content_type:?} {status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keeps_streams_of_bound_tokens_open_without_another_proof() {
    let client = Client::EdDsa;
    let mut claims = Client::claims("any");
    claims["htm"] = "GET".into();
    let proof = client.signed(&client.header().to_string(), &claims.to_string());
    let bound = serde_json::json!({"jkt": client.thumbprint()});
    let mut setup = Setup { bound: Some(bound), ..Setup::new(Some(200 * SECOND)) };
    let ask = Ask::new("GET", "/mcp").dpop_token("any").header("dpop", &proof);
    let mut stream = setup.open(ask).await;
    // Far longer than a proof is accepted.
    assert_eq!(stream.next(190 * SECOND).await.as_deref(), Some(""));
    stream.send(NOTICE);
    assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
    assert_eq!(stream.next(20 * SECOND).await, None);
    // Its revocation ends it too.
    let mut setup = Setup { bound: setup.bound, ..Setup::new(None) };
    let mut claims = Client::claims("any");
    claims["htm"] = "GET".into();
    let proof = client.signed(&client.header().to_string(), &claims.to_string());
    let mut stream = setup.open(Ask::new("GET", "/mcp").dpop_token("any").header("dpop", &proof)).await;
    assert_eq!(stream.next(60 * SECOND).await.as_deref(), Some(""));
    setup.says.store(1, Ordering::SeqCst);
    assert_eq!(stream.next(31 * SECOND).await, None);
}

#[tokio::test(start_paused = true)]
async fn ends_busy_streams_at_the_expiry() {
    let mut stream = Setup::new(Some(10 * SECOND)).open(get()).await;
    for second in 0..30 {
        stream.send(NOTICE);
        let Some(event) = stream.next(SECOND).await else {
            assert!(second >= 9, "{second}");
            return;
        };
        assert!(event == NOTICE && second <= 10, "{second}");
        tokio::time::sleep(SECOND).await;
    }
    panic!("the stream stays open");
}

#[tokio::test(start_paused = true)]
async fn ends_listening_streams_within_30_seconds_of_revocation() {
    for ask in [get, listen] {
        let mut setup = Setup::new(None);
        let mut stream = setup.open(ask()).await;
        assert_eq!(stream.next(100 * SECOND).await.as_deref(), Some(""));
        setup.cache.as_ref().unwrap().revoke(Token::new("any"), None);
        let began = Instant::now();
        assert_eq!(stream.next(600 * SECOND).await, None);
        assert!(began.elapsed() <= 30 * SECOND, "{:?}", began.elapsed());
    }
}

/// The body of the server is never pending, so that only the frames drive the watch.
#[tokio::test(start_paused = true)]
async fn ends_a_busy_stream_within_half_a_minute_of_revocation() {
    for ask in [get, listen] {
        let mut setup = Setup::new(None);
        let mut stream = setup.open(ask()).await;
        (0..100).for_each(|_| stream.send(NOTICE));
        assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
        setup.cache.as_ref().unwrap().revoke(Token::new("any"), None);
        let mut seconds = 0;
        while stream.next(SECOND).await.is_some() {
            tokio::time::sleep(SECOND).await;
            seconds += 1;
        }
        assert!(seconds <= 30, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn ends_listening_streams_within_30_seconds_of_key_removal() {
    let mut setup = Setup::new(None);
    let mut stream = setup.open(get()).await;
    assert_eq!(stream.next(100 * SECOND).await.as_deref(), Some(""));
    setup.says.store(1, Ordering::SeqCst);
    let began = Instant::now();
    assert_eq!(stream.next(600 * SECOND).await, None);
    assert!(began.elapsed() <= 30 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn keeps_streams_open_until_expiry_while_the_verifier_is_unavailable() {
    let mut setup = Setup::new(Some(300 * SECOND));
    let mut stream = setup.open(get()).await;
    setup.says.store(2, Ordering::SeqCst);
    assert_eq!(stream.next(290 * SECOND).await.as_deref(), Some(""));
    stream.send(NOTICE);
    assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
    assert_eq!(stream.next(20 * SECOND).await, None);
}

#[tokio::test(start_paused = true)]
async fn keeps_streams_without_a_token_open() {
    let mut stream = Setup::new(Some(SECOND)).open(Ask::new("GET", "/mcp")).await;
    assert_eq!(stream.next(3600 * SECOND).await.as_deref(), Some(""));
    stream.send(NOTICE);
    assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
}

#[tokio::test(start_paused = true)]
async fn finishes_answers_to_calls_without_server_initiated_messages() {
    let mut stream = Setup::new(Some(60 * SECOND)).open(Ask::call("list_files").token("any")).await;
    stream.send(NOTICE);
    assert_eq!(stream.next(SECOND).await.as_deref(), Some(NOTICE));
    assert_eq!(stream.next(100 * SECOND).await.as_deref(), Some(""), "the stream ended");
    for withheld in [
        NOTICE,
        "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"elicitation/create\",\"params\":{}}\n\n",
        "event: message\ndata: {\"m\\u0065thod\":\"sampling/createMessage\"}\n\n",
        "data: [{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},{\"method\":\"x\"}]\n\n",
        "data: {\"method\":\"x\",\n\n",
        "data: text\n\n",
        "data: {\"id\":1,\"result\":{},\"result\":{},\"method\":\"x\"}\n\n",
    ] {
        stream.send(withheld);
        assert_eq!(stream.next(SECOND).await.as_deref(), Some(""), "{withheld}");
    }
    for passes in [
        ": still here\n\n",
        "retry: 5\n\n",
        "data: [{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}]\n\n",
        "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":2,\"error\":{\"code\":1,\"message\":\"method\"}}\n\n",
        RESULT,
    ] {
        stream.send(passes);
        assert_eq!(stream.next(SECOND).await.as_deref(), Some(passes));
    }
    drop(stream.server);
    assert!(stream.client.frame().await.is_none());
}
