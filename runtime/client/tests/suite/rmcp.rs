//! In front of rmcp's client: what it must not do by itself.

use std::{
    collections::HashMap,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::Request,
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use mcp_scopes_client::{Authorizer, Issued, Refusal, ScopeMap, Settings, StepUpClient, TokenRequest};
use rmcp::{
    model::{
        ClientJsonRpcMessage, ClientNotification, ClientRequest, ClientResult, ErrorData, InitializedNotification,
        PingRequest, RequestId,
    },
    transport::streamable_http_client::{StreamableHttpClient as _, StreamableHttpError},
};
use tokio::net::TcpListener;

/// Counts the logins, and grants each.
#[derive(Clone, Default)]
struct Login(Arc<AtomicUsize>, Option<Arc<str>>);

impl Authorizer for Login {
    fn resource(&self) -> Option<&str> {
        self.1.as_deref()
    }

    async fn obtain(&self, _: &TokenRequest, _: Option<&Issued>) -> Result<Issued, Refusal> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Issued::new(&format!("token-{number}")))
    }
}

/// Accepts each message with a token and the first stream, which ends at once. Refuses each further stream, by one status code after another.
fn respond(request: &Request, streams: &AtomicUsize) -> Response {
    let has_token = request.headers().contains_key(header::AUTHORIZATION);
    let refusal = |status, challenge: &'static str| (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response();
    if request.method() != Method::GET {
        return if has_token {
            StatusCode::ACCEPTED.into_response()
        } else {
            refusal(StatusCode::UNAUTHORIZED, "Bearer")
        };
    }
    assert!(has_token, "a stream is opened without the token");
    match streams.fetch_add(1, Ordering::Relaxed) {
        0 => [(header::CONTENT_TYPE, "text/event-stream")].into_response(),
        odd if odd % 2 == 1 => refusal(StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\""),
        _ => refusal(StatusCode::FORBIDDEN, "Bearer error=\"insufficient_scope\", scope=\"a\""),
    }
}

/// Starts a server, and returns its address.
async fn serve(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Arc<str> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/mcp", listener.local_addr().unwrap()).into();
    let respond = Arc::new(respond);
    let answer = move |request: Request| ready(respond(&request));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    uri
}

fn ping() -> ClientJsonRpcMessage {
    ClientJsonRpcMessage::request(ClientRequest::PingRequest(PingRequest::default()), RequestId::Number(1))
}

#[tokio::test]
async fn a_stream_that_is_opened_again_and_again_requests_no_token() {
    let streams = AtomicUsize::new(0);
    let uri = serve(move |request| respond(request, &streams)).await;
    let login = Login::default();
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login.clone());
    let http = client.over(reqwest::Client::new());
    http.post_message(uri.clone(), ping(), None, None, HashMap::new()).await.unwrap();
    assert_eq!(login.0.load(Ordering::Relaxed), 1);

    let session: Option<Arc<str>> = Some("session".into());
    for attempt in 0..5 {
        let (uri, session) = (uri.clone(), session.clone());
        // rmcp calls both.
        let stream = if attempt < 3 {
            http.get_stream_with_max_sse_event_size(uri, session, None, None, HashMap::new(), 1 << 20).await
        } else {
            http.get_stream(uri, session, None, None, HashMap::new()).await
        };
        // By these errors rmcp ends the stream. Any other one it answers by opening it again.
        match stream.err() {
            None => assert_eq!(attempt, 0),
            Some(StreamableHttpError::AuthRequired(_)) => assert_eq!(attempt % 2, 1),
            Some(StreamableHttpError::InsufficientScope(_)) => assert!(attempt > 0 && attempt % 2 == 0),
            Some(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(login.0.load(Ordering::Relaxed), 1, "a stream asks the user");
}

/// rmcp gives these up after five seconds, in which no user can log in, and a server causes as many as it wants to.
#[tokio::test]
async fn what_is_no_request_requests_no_token() {
    let posts = AtomicUsize::new(0);
    let uri = serve(move |request| {
        let has_token = request.headers().contains_key(header::AUTHORIZATION);
        // The first request is answered for the login; the rest is refused, with and without a token.
        if has_token && posts.fetch_add(1, Ordering::Relaxed) == 0 {
            return StatusCode::ACCEPTED.into_response();
        }
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response()
    })
    .await;
    let login = Login::default();
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login.clone());
    let http = client.over(reqwest::Client::new());
    http.post_message(uri.clone(), ping(), None, None, HashMap::new()).await.unwrap();
    let id = || RequestId::Number(7);
    for message in [
        ClientJsonRpcMessage::response(ClientResult::empty(()), id()),
        ClientJsonRpcMessage::error(ErrorData::internal_error("", None), Some(id())),
        ClientJsonRpcMessage::notification(ClientNotification::InitializedNotification(
            InitializedNotification::default(),
        )),
    ] {
        let answer = http.post_message(uri.clone(), message, None, None, HashMap::new()).await;
        assert!(matches!(answer, Err(StreamableHttpError::AuthRequired(_))), "{answer:?}");
    }
    assert!(http.delete_session(uri, "session".into(), None, HashMap::new()).await.is_err());
    assert_eq!(login.0.load(Ordering::Relaxed), 1, "a message without an answer asks the user");
}

#[tokio::test]
async fn another_server_receives_no_token() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let uri = serve(move |request| {
        counted.fetch_add(1, Ordering::Relaxed);
        respond(request, &AtomicUsize::new(0))
    })
    .await;
    let login = Login(Arc::default(), Some("http://127.0.0.1:1/mcp".into()));
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login.clone());
    let http = client.over(reqwest::Client::new());
    let error = http.post_message(uri.clone(), ping(), None, None, HashMap::new()).await.unwrap_err();
    let text = format!(
        "the tokens of this client are for `http://127.0.0.1:1/mcp`, and the transport is for `{uri}`; create a client for each server"
    );
    assert!(error.to_string().contains(&text), "{error}");
    assert!(http.get_stream(uri.clone(), None, None, None, HashMap::new()).await.is_err());
    assert!(http.delete_session(uri.clone(), "session".into(), None, HashMap::new()).await.is_err());
    assert_eq!((requests.load(Ordering::Relaxed), login.0.load(Ordering::Relaxed)), (0, 0));
    // The same address in another spelling.
    let login = Login(Arc::default(), Some(uri.replace("http:", "HTTP:").into()));
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login);
    client.over(reqwest::Client::new()).post_message(uri, ping(), None, None, HashMap::new()).await.unwrap();
}
