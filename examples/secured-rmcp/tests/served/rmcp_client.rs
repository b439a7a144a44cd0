//! rmcp's client: discovery by our 401 and our metadata, authorization, a denied call, step-up by our 403.
use std::collections::BTreeSet;

use rmcp::{
    ClientLifecycleMode, ClientServiceExt as _, RoleClient, ServiceError,
    model::{CallToolRequestParams, ClientConfig, ProtocolVersion},
    service::{ClientInitializeError, RunningService},
    transport::{
        AuthorizationManager, DynamicTransportError, StreamableHttpClientTransport,
        auth::{AuthClient, AuthorizationCallback, AuthorizationRequest, OAuthState},
        streamable_http_client::{StreamableHttpClientTransportConfig, StreamableHttpError},
    },
};
use serde_json::json;

use crate::program::{Served, approve, both_challenges};

type Connection = RunningService<RoleClient, ClientConfig>;

const REDIRECT: &str = "http://127.0.0.1:4567/callback";

fn legacy() -> ClientLifecycleMode {
    ClientLifecycleMode::Initialize
}

fn modern() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
}

async fn connect(
    client: &AuthClient<reqwest::Client>,
    resource: &str,
    mode: ClientLifecycleMode,
) -> Result<Connection, ClientInitializeError> {
    let config = StreamableHttpClientTransportConfig::with_uri(resource);
    let transport = StreamableHttpClientTransport::with_client(client.clone(), config);
    let mut info = ClientConfig::default();
    info.protocol_version = ProtocolVersion::V_2025_11_25;
    info.serve_with_lifecycle(transport, mode).await
}

/// Returns the challenge in a transport error.
fn challenge(error: &DynamicTransportError) -> &str {
    let error = error.error.downcast_ref::<StreamableHttpError<reqwest::Error>>();
    let Some(challenge) = error.and_then(|error| error.auth_challenge()) else { panic!("no challenge: {error:?}") };
    challenge
}

/// Authorizes with the challenge of a 401.
async fn authorized(resource: &str, challenge: &str) -> AuthClient<reqwest::Client> {
    let mut state = OAuthState::new(resource, None).await.unwrap();
    let request = AuthorizationRequest::new(REDIRECT).with_client_name("rmcp").with_challenge(challenge);
    state.start_authorization(request).await.unwrap();
    let url = state.get_authorization_url().await.unwrap();
    state.handle_callback_url(&approve(&url).await).await.unwrap();
    AuthClient::new(reqwest::Client::new(), state.into_authorization_manager().unwrap())
}

async fn scopes(client: &AuthClient<reqwest::Client>) -> BTreeSet<String> {
    client.auth_manager.lock().await.get_current_scopes().await.into_iter().collect()
}

/// Requests more scopes, as a 403 states.
async fn step_up(client: &AuthClient<reqwest::Client>, scope: &str) {
    let manager = client.auth_manager.lock().await;
    let callback = approve(&manager.request_scope_upgrade(scope).await.unwrap()).await;
    let callback = AuthorizationCallback::from_redirect_url(&callback).unwrap();
    manager
        .exchange_code_for_token_with_issuer(&callback.code, &callback.csrf_token, callback.issuer.as_deref())
        .await
        .unwrap();
}

async fn call(
    connection: &Connection,
    tool: &'static str,
    arguments: serde_json::Value,
) -> Result<String, ServiceError> {
    let call = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
    let result = connection.call_tool(call).await?;
    let text = result.content.iter().find_map(|content| content.as_text()).unwrap().text.clone();
    assert_ne!(result.is_error, Some(true), "{text}");
    Ok(text)
}

/// Returns the scope that a denied call requires.
async fn expect_denial(connection: &Connection, tool: &'static str, arguments: serde_json::Value) -> String {
    match call(connection, tool, arguments).await {
        Err(ServiceError::TransportSend(error)) => {
            let challenge = challenge(&error);
            assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
            challenge.split('"').nth(1).unwrap().to_owned()
        }
        other => panic!("not rejected: {other:?}"),
    }
}

/// Returns the challenge for a caller without a token.
async fn asked(
    anonymous: &AuthClient<reqwest::Client>,
    resource: &str,
    mode: fn() -> ClientLifecycleMode,
    discovery: &str,
) -> String {
    match (connect(anonymous, resource, mode()).await, discovery) {
        (Err(ClientInitializeError::TransportError { error, .. }), "baseline") => challenge(&error).to_owned(),
        // With filtered discovery, an anonymous client sees and uses the public tools.
        (Ok(connection), "filtered") => {
            let tools = connection.list_all_tools().await.unwrap();
            assert_eq!(tools.iter().map(|tool| &*tool.name).collect::<Vec<_>>(), ["count_notes"]);
            assert_eq!(call(&connection, "count_notes", json!({})).await.unwrap(), "2");
            match call(&connection, "list_notes", json!({})).await {
                Err(ServiceError::TransportSend(error)) => challenge(&error).to_owned(),
                other => panic!("no challenge: {other:?}"),
            }
        }
        (other, _) => panic!("not expected: {other:?}"),
    }
}

async fn all_the_way(mode: fn() -> ClientLifecycleMode, version: ProtocolVersion, discovery: &str) {
    all_the_way_at(&Served::start(&["--discovery", discovery]), mode, version, discovery).await;
}

async fn all_the_way_at(served: &Served, mode: fn() -> ClientLifecycleMode, version: ProtocolVersion, discovery: &str) {
    let resource = &*served.resource;
    let anonymous = AuthClient::new(reqwest::Client::new(), AuthorizationManager::new(resource).await.unwrap());
    let asks = asked(&anonymous, resource, mode, discovery).await;
    assert!(asks.starts_with("Bearer scope=\"notes:read\", resource_metadata=\"http://127.0.0.1:"), "{asks}");

    let client = authorized(resource, &asks).await;
    assert_eq!(scopes(&client).await, BTreeSet::from(["notes:read".to_owned()]));
    let connection = connect(&client, resource, mode()).await.unwrap();
    assert_eq!(connection.peer_info().unwrap().protocol_version, version);

    let listed = async || -> Vec<String> {
        connection.list_all_tools().await.unwrap().iter().map(|tool| tool.name.to_string()).collect()
    };
    let all = ["count_notes", "delete_note", "list_notes", "read_note", "write_note"];
    let expected = if discovery == "filtered" { &["count_notes", "list_notes", "read_note"][..] } else { &all };
    assert_eq!(listed().await, expected);
    assert_eq!(call(&connection, "list_notes", json!({})).await.unwrap(), "lunch\nwelcome");

    let note = || json!({"title": "rmcp", "text": "was here"});
    let scope = expect_denial(&connection, "write_note", note()).await;
    assert_eq!(scope, "notes:write");
    step_up(&client, &scope).await;
    assert_eq!(scopes(&client).await, BTreeSet::from(["notes:read".to_owned(), "notes:write".to_owned()]));
    assert_eq!(call(&connection, "write_note", note()).await.unwrap(), "wrote `rmcp`");
    assert_eq!(call(&connection, "read_note", json!({"title": "rmcp"})).await.unwrap(), "was here");

    let scope = expect_denial(&connection, "delete_note", json!({"title": "rmcp"})).await;
    step_up(&client, &scope).await;
    assert_eq!(call(&connection, "delete_note", json!({"title": "rmcp"})).await.unwrap(), "deleted `rmcp`");
    assert_eq!(listed().await, all);
    connection.cancel().await.unwrap();
}

#[tokio::test]
async fn rmcp_steps_up_on_2025_11_25() {
    all_the_way(legacy, ProtocolVersion::V_2025_11_25, "baseline").await;
}

#[tokio::test]
async fn rmcp_steps_up_on_2026_07_28() {
    all_the_way(modern, ProtocolVersion::V_2026_07_28, "baseline").await;
}

#[tokio::test]
async fn rmcp_steps_up_to_hidden_tools() {
    all_the_way(legacy, ProtocolVersion::V_2025_11_25, "filtered").await;
    all_the_way(modern, ProtocolVersion::V_2026_07_28, "filtered").await;
}

#[tokio::test]
async fn rmcp_reads_the_first_of_two_challenges() {
    for (mode, version) in
        [(legacy as fn() -> _, ProtocolVersion::V_2025_11_25), (modern, ProtocolVersion::V_2026_07_28)]
    {
        let served = Served::start(&["--dpop"]);
        let client = reqwest::Client::new();
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let request = client.post(&served.resource).json(&list);
        let answer = request.header("accept", "application/json, text/event-stream").send().await.unwrap();
        let sent: Vec<_> = answer.headers().get_all("www-authenticate").iter().collect();
        let [bearer, dpop] = both_challenges(&served.resource);
        assert_eq!(sent, [&*bearer, &*dpop]);

        let manager = AuthorizationManager::new(&*served.resource).await.unwrap();
        let anonymous = AuthClient::new(client, manager);
        assert_eq!(asked(&anonymous, &served.resource, mode, "baseline").await, bearer);
        all_the_way_at(&served, mode, version, "baseline").await;
    }
}
