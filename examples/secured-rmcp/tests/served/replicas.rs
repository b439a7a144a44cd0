//! Three replicas behind a proxy, which share the sessions of policies. One of them is killed, and others get a changed table.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    ResourceServer,
    policies::RedisStore,
    token::{Algorithm, Issuer},
};
use mcp_scopes_test_support::redis::{Server as Redis, programs};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const DENIAL: &str = "io.github.mcp-scopes/denial";

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

scope_table! { static NEXT = [read_note, delete_note]; }

/// What a replica of the next version is started with: resource, issuer and store.
const SETTINGS: &str = "SECURED_RMCP_NEXT_VERSION";

/// A process, killed when this value is dropped.
struct Process {
    child: Child,
    /// The URL that it has printed.
    url: String,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The test program prints other lines before.
        let url = lines.map_while(Result::ok).find_map(|line| Some(line.get(line.find("http://")?..)?.to_owned()));
        Self { child, url: url.unwrap() }
    }

    fn of_the_example(arguments: &[&str]) -> Self {
        Self::start(Command::new(env!("CARGO_BIN_EXE_secured-rmcp")).args(arguments))
    }

    fn replica(resource: &str, issuer: &str, store: &str) -> Self {
        let facts = ["replica", "--resource", resource, "--issuer", issuer, "--session-store", store];
        // For a machine under load.
        Self::of_the_example(&[&facts[..], &["--store-timeout", "10000"]].concat())
    }

    /// Starts a replica of the next version: this program, with its other test.
    fn next_version(resource: &str, issuer: &str, store: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "replicas::serves_the_next_version", "--nocapture"]);
        Self::start(command.env(SETTINGS, format!("{resource} {issuer} {store}")))
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the next version if another test has started this process for it.
#[tokio::test]
async fn serves_the_next_version() {
    let Ok(settings) = env::var(SETTINGS) else { return };
    let [resource, issuer, store] = settings.split(' ').collect::<Vec<_>>()[..] else { panic!("{settings}") };
    let keys = Issuer::jwks(issuer, format!("{issuer}/jwks.json")).algorithms([Algorithm::Es256]);
    let server = ResourceServer::builder(&NEXT)
        .resource(resource)
        .issuer(keys.require_access_token_type())
        .policy_store(RedisStore::builder().timeout(Duration::from_secs(10)).connect(store).await.unwrap())
        .build()
        .await
        .unwrap();
    let answer = async || ([(header::CONTENT_TYPE, "application/json")], r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}/mcp", listener.local_addr().unwrap());
    axum::serve(listener, Router::new().fallback(answer).layer(server.layer())).await.unwrap();
}

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

/// Calls a tool through the proxy. Returns the reason of its denial; `None` if it has run.
async fn call(http: &Client, url: &str, token: &str, tool: &str, title: &str) -> Option<String> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": {"title": title}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }});
    let request = http.post(url).json(&body).bearer_auth(token).header("mcp-protocol-version", "2026-07-28");
    let request = request.header("mcp-method", "tools/call").header("mcp-name", tool);
    let answer = request.header("accept", "application/json, text/event-stream").send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    let json = text.lines().find_map(|line| serde_json::from_str::<Value>(line.trim_start_matches("data: ")).ok());
    let json = json.unwrap_or_else(|| panic!("{text}"));
    assert!(json["result"].is_object(), "{text}");
    json["result"]["_meta"][DENIAL]["reason"].as_str().map(str::to_owned)
}

/// Returns a function that fetches tokens of a client of the authorization server. It is the subject of its tokens.
async fn client(http: &Client, issuer: &str, resource: &str) -> impl AsyncFn() -> String {
    let metadata = json!({"grant_types": ["client_credentials"]});
    let client: Value =
        http.post(format!("{issuer}/register")).json(&metadata).send().await.unwrap().json().await.unwrap();
    let (id, secret) =
        (client["client_id"].as_str().unwrap().to_owned(), client["client_secret"].as_str().unwrap().to_owned());
    let (http, issuer, resource) = (http.clone(), issuer.to_owned(), resource.to_owned());
    async move || {
        let form =
            [("grant_type", "client_credentials"), ("scope", "notes:read notes:admin"), ("resource", &*resource)];
        let request = http.post(format!("{issuer}/token")).basic_auth(&id, Some(&secret)).form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

#[tokio::test]
async fn three_replicas_share_limits_through_a_kill_and_a_rolling_change() {
    let Some(program) = programs().into_iter().next() else { return };
    let redis = Redis::start(&program, &[]);
    let (store, http) = (redis.url(), Client::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resource = format!("http://{}/mcp", listener.local_addr().unwrap());
    let scopes = ["--scope", "notes:read", "--scope", "notes:write", "--scope", "notes:admin"];
    let facts = ["authorization-server", "--address", "127.0.0.1:0", "--resource", &resource];
    let authorization = Process::of_the_example(&[&facts[..], &scopes].concat());
    let issuer = &authorization.url;
    let mut replicas = [(); 3].map(|()| Process::replica(&resource, issuer, &store));
    let urls = |processes: &[Process]| processes.iter().map(|process| process.url.clone()).collect::<Vec<_>>();
    let proxy = Proxy { replicas: Arc::new(Mutex::new(urls(&replicas))), next: Arc::default(), http: http.clone() };
    let routes = Router::new().fallback(Proxy::forward).with_state(proxy.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let (ada, bob) = (client(&http, issuer, &resource).await, client(&http, issuer, &resource).await);
    let delete = async |token: String| call(&http, &resource, &token, "delete_note", "a").await;
    let limit = || Some("max_calls_per_session".to_owned());

    // Each call arrives at another replica, with another token.
    for _ in 0..2 {
        assert_eq!(delete(ada().await).await, None);
    }
    replicas[2].kill();
    assert_eq!(delete(ada().await).await, None);
    // One replica after another gets the next version. It knows what the others have counted.
    let next = Process::next_version(&resource, issuer, &store);
    *proxy.replicas.lock().unwrap() = vec![next.url.clone()];
    assert_eq!(call(&http, &resource, &ada().await, "read_note", "lunch").await, None);
    assert_eq!(delete(ada().await).await, None);
    assert_eq!(delete(ada().await).await, limit());
    // The old version allows one more, and keeps what only the new one knows.
    *proxy.replicas.lock().unwrap() = urls(&replicas);
    assert_eq!(delete(ada().await).await, None);
    assert_eq!(delete(ada().await).await, limit());
    *proxy.replicas.lock().unwrap() = vec![next.url.clone()];
    assert_eq!(call(&http, &resource, &bob().await, "read_note", "secrets").await, None);
    *proxy.replicas.lock().unwrap() = urls(&replicas);
    assert_eq!(delete(bob().await).await, None);
    *proxy.replicas.lock().unwrap() = vec![next.url.clone()];
    assert_eq!(delete(bob().await).await, Some("blocked_after".to_owned()));

    // Parallel calls to two replicas pass as often as the limit says.
    *proxy.replicas.lock().unwrap() = vec![replicas[0].url.clone(), replicas[1].url.clone()];
    let carol = client(&http, issuer, &resource).await;
    let token = carol().await;
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
