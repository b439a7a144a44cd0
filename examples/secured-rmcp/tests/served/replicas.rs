//! Three replicas behind a proxy, which share the sessions of policies. One of them is killed, and others get a changed table.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_test_support::redis::{Server as Redis, programs};
use reqwest::Client;
use tokio::net::TcpListener;

use crate::process::{Process, TokenClient, call};

/// Delete a note for good: the next version of the tool, which allows one call less and has another rule.
#[mcp_tool(
    scope = "notes:admin",
    risk = "high",
    policy(blocked_after("read_note:*secret*"), max_calls_per_session = 4)
)]
fn delete_note(title: &str) {
    let _ = title;
}
/// Return the text of a note
#[mcp_tool(scope = "notes:read", risk = "low")]
fn read_note(title: &str) {
    let _ = title;
}

scope_table! { pub(crate) static NEXT = [read_note, delete_note]; }

/// A proxy that sends each request to the next replica, and to the one after if it does not listen.
#[derive(Clone)]
struct Proxy {
    replicas: Arc<Mutex<Vec<String>>>,
    next: Arc<AtomicUsize>,
    http: Client,
}

impl Proxy {
    async fn forward(State(proxy): State<Self>, mut headers: HeaderMap, body: Bytes) -> Response {
        let replicas = proxy.replicas.lock().unwrap().clone();
        let first = proxy.next.fetch_add(1, Ordering::Relaxed);
        for name in [header::HOST, header::CONTENT_LENGTH] {
            headers.remove(name);
        }
        for place in 0..replicas.len() {
            let url = &replicas[(first + place) % replicas.len()];
            let sent = proxy.http.post(url).headers(headers.clone()).body(body.clone()).send().await;
            if let Ok(answer) = sent {
                let (status, mut headers) = (answer.status(), answer.headers().clone());
                for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
                    headers.remove(name);
                }
                return (status, headers, answer.bytes().await.unwrap()).into_response();
            }
        }
        StatusCode::BAD_GATEWAY.into_response()
    }
}

/// Starts a replica of the example.
fn replica(resource: &str, issuer: &str, store: &str) -> Process {
    let facts = ["replica", "--resource", resource, "--issuer", issuer, "--session-store", store];
    // For a machine under load.
    Process::of_the_example(&[&facts[..], &["--store-timeout", "10000"]].concat())
}

#[tokio::test]
async fn three_replicas_share_limits_through_a_kill_and_a_rolling_change() {
    let Some(program) = programs().into_iter().next() else { return };
    let redis = Redis::start(&program, &[]);
    let (store, http) = (redis.url(), Client::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resource = format!("http://{}/mcp", listener.local_addr().unwrap());
    let authorization = Process::authorization_server(&[&resource], &["notes:read", "notes:write", "notes:admin"]);
    let issuer = &*authorization.url;
    let mut replicas = [(); 3].map(|()| replica(&resource, issuer, &store));
    let urls = |processes: &[Process]| processes.iter().map(|process| process.url.clone()).collect::<Vec<_>>();
    let proxy = Proxy { replicas: Arc::new(Mutex::new(urls(&replicas))), next: Arc::default(), http: http.clone() };
    let routes = Router::new().fallback(Proxy::forward).with_state(proxy.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let [ada, bob, carol] = [(); 3].map(|()| TokenClient::register(&http, issuer));
    let (ada, bob, carol) = (ada.await, bob.await, carol.await);
    let token = async |client: &TokenClient<'_>| client.token(&resource, "notes:read notes:admin").await;
    let delete = async |token: String| call(&http, &resource, &token, "delete_note", "a").await;
    let limit = || Some("max_calls_per_session".to_owned());

    // Each call arrives at another replica, with another token.
    for _ in 0..2 {
        assert_eq!(delete(token(&ada).await).await, None);
    }
    replicas[2].kill();
    assert_eq!(delete(token(&ada).await).await, None);
    // One replica after another gets the next version. It knows what the others have counted.
    let next = Process::of_a_table("next", &resource, issuer, &store);
    *proxy.replicas.lock().unwrap() = vec![next.url.clone()];
    assert_eq!(call(&http, &resource, &token(&ada).await, "read_note", "lunch").await, None);
    assert_eq!(delete(token(&ada).await).await, None);
    assert_eq!(delete(token(&ada).await).await, limit());
    // The old version allows one more, and keeps what only the new one knows.
    *proxy.replicas.lock().unwrap() = urls(&replicas);
    assert_eq!(delete(token(&ada).await).await, None);
    assert_eq!(delete(token(&ada).await).await, limit());
    *proxy.replicas.lock().unwrap() = vec![next.url.clone()];
    assert_eq!(call(&http, &resource, &token(&bob).await, "read_note", "secrets").await, None);
    *proxy.replicas.lock().unwrap() = urls(&replicas);
    assert_eq!(delete(token(&bob).await).await, None);
    *proxy.replicas.lock().unwrap() = vec![next.url.clone()];
    assert_eq!(delete(token(&bob).await).await, Some("blocked_after".to_owned()));

    // Parallel calls to two replicas pass as often as the limit says.
    *proxy.replicas.lock().unwrap() = vec![replicas[0].url.clone(), replicas[1].url.clone()];
    let token = token(&carol).await;
    let calls = (0..16).map(|_| {
        let (http, resource, token) = (http.clone(), resource.clone(), token.clone());
        tokio::spawn(async move { call(&http, &resource, &token, "delete_note", "a").await.is_none() })
    });
    let calls: Vec<_> = calls.collect();
    let mut passed = 0;
    for call in calls {
        passed += usize::from(call.await.unwrap());
    }
    assert_eq!(passed, 5);
}
