//! `mcp-scopes-client` with the notes of `examples/secured-rmcp` and `oidc-provider`: alone, and in front of rmcp's client.

use std::sync::Arc;

use mcp_scopes_client::{
    AccessToken, Authorizer, Challenges, Issued, MemoryStore, Refusal, Reply, ScopeMap, Scopes, Settings, StepUpClient,
    Stop, TokenStore,
    http::{ClientIdentity, HttpAuthorizer, Interaction},
    rmcp::stop_of,
};
use mcp_scopes_server::{ResourceServerBuilder, token::Dpop};
use reqwest::Url;
use rmcp::{
    RoleClient, ServiceError, ServiceExt as _,
    model::{CallToolRequestParams, CallToolResult},
    service::{ClientInitializeError, RunningService},
    transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig},
};
use serde_json::json;

use super::{
    client::{Client, REDIRECT},
    decoded,
    process::Format,
    resource::Servers,
};

type Connection = RunningService<RoleClient, ()>;

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}

/// Returns an authorizer for a user, whose browser is that of the other tests.
async fn login(servers: &Servers, identity: ClientIdentity) -> HttpAuthorizer<impl Interaction + use<>> {
    let browser = Arc::new(Client::discover(&servers.resource).await.0);
    let ask = move |url: String| {
        let browser = Arc::clone(&browser);
        async move {
            let location = browser.browse(Url::parse(&url).unwrap()).await;
            location.query().map(ToOwned::to_owned)
        }
    };
    HttpAuthorizer::for_user(&servers.resource, identity, REDIRECT, ask).unwrap()
}

pub(super) async fn user(servers: &Servers) -> StepUpClient<impl Authorizer + use<>> {
    let login = login(servers, ClientIdentity::register("Example client")).await;
    StepUpClient::new(Settings::user(), ScopeMap::default(), login)
}

/// Connects rmcp's client.
pub(super) async fn connect<A: Authorizer, S: TokenStore>(
    servers: &Servers,
    client: &StepUpClient<A, S>,
) -> Result<Connection, ClientInitializeError> {
    let config = StreamableHttpClientTransportConfig::with_uri(&*servers.resource);
    ().serve(StreamableHttpClientTransport::with_client(client.over(reqwest::Client::new()), config)).await
}

pub(super) async fn call(connection: &Connection, tool: &'static str) -> Result<CallToolResult, ServiceError> {
    let arguments = match tool {
        "write_note" => json!({"title": "a", "text": "b"}),
        "delete_note" => json!({"title": "a"}),
        _ => json!({}),
    };
    let call = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
    let result = connection.call_tool(call).await?;
    assert_ne!(result.is_error, Some(true), "{result:?}");
    Ok(result)
}

/// Returns how many requests of a kind the authorization server has received.
pub(super) async fn requests(servers: &Servers, kind: &str) -> u64 {
    let requests = servers.client.get(&format!("{}/requests", servers.authorization.issuer)).await;
    requests[kind].as_u64().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_steps_up_with_two_requests_more() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = user(&servers).await;
    let connection = connect(&servers, &client).await.unwrap();
    assert_eq!(connection.list_all_tools().await.unwrap().len(), 5);
    assert_eq!((requests(&servers, "POST /reg").await, requests(&servers, "POST /token").await), (1, 1));
    call(&connection, "list_notes").await.unwrap();

    for (tool, tokens) in [("write_note", 2), ("delete_note", 3)] {
        servers.responses();
        call(&connection, tool).await.unwrap();
        // The refused call and one request for a token are more than a client with the right scopes sends.
        assert_eq!((servers.responses(), requests(&servers, "POST /token").await), (vec![403, 200], tokens));
        call(&connection, "write_note").await.unwrap();
        assert_eq!((servers.responses(), requests(&servers, "POST /token").await), (vec![200], tokens));
    }
    // What was granted before is still granted, and the metadata was read once.
    call(&connection, "list_notes").await.unwrap();
    assert_eq!(servers.responses(), [200]);
    assert_eq!(requests(&servers, "POST /reg").await, 1);
    connection.cancel().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_server_that_never_grants_ends_a_call_of_rmcp() {
    let Some(servers) = Servers::with_scopes("notes:read").await else { return };
    let client = user(&servers).await;
    let connection = connect(&servers, &client).await.unwrap();
    call(&connection, "list_notes").await.unwrap();
    servers.responses();

    let error = call(&connection, "write_note").await.unwrap_err();
    assert_eq!(stop_of(&error), Some(&Stop::NotGranted(scopes("notes:write"))));
    assert!(error.to_string().contains("`notes:write`"), "{error}");
    assert!(error.auth_challenge().unwrap().contains("notes:write"));
    assert_eq!((servers.responses(), requests(&servers, "POST /token").await), (vec![403], 2));
    // It is remembered: the user is not asked again.
    let error = call(&connection, "write_note").await.unwrap_err();
    assert_eq!(stop_of(&error), Some(&Stop::Refused(scopes("notes:write"), Refusal::NotGranted)));
    assert_eq!((servers.responses(), requests(&servers, "POST /token").await), (vec![403], 2));
    call(&connection, "list_notes").await.unwrap();
    connection.cancel().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_declines_ends_the_connection_of_rmcp() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let decline = |_: String| async { None };
    let identity = ClientIdentity::register("Example client");
    let login = HttpAuthorizer::for_user(&servers.resource, identity, REDIRECT, decline).unwrap();
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login);
    let error = connect(&servers, &client).await.unwrap_err();
    assert!(matches!(stop_of(&error), Some(Stop::Refused(_, Refusal::AccessDenied))), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_uses_the_credentials_of_a_client_and_stops() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let service = json!({"grant_types": ["client_credentials"], "redirect_uris": [], "response_types": []});
    let service = servers.client.register(service).await;
    let identity =
        ClientIdentity::confidential(servers.client.issuer(), &service.id, service.secret.as_deref().unwrap());
    let login = HttpAuthorizer::for_client(&servers.resource, identity).unwrap();
    let client = StepUpClient::new(Settings::client_credentials(), ScopeMap::default(), login);
    let connection = connect(&servers, &client).await.unwrap();
    call(&connection, "list_notes").await.unwrap();
    let error = call(&connection, "write_note").await.unwrap_err();
    assert_eq!(stop_of(&error), Some(&Stop::NoStepUp(scopes("notes:write"))));
    assert_eq!(requests(&servers, "POST /token").await, 1);
    connection.cancel().await.unwrap();
}

/// A store that a test can look into.
#[derive(Clone, Default)]
struct Shared(Arc<MemoryStore>);

impl TokenStore for Shared {
    async fn load(&self) -> Option<(Issued, Scopes)> {
        self.0.load().await
    }

    async fn save(&self, issued: &Issued, requested: &Scopes) {
        self.0.save(issued, requested).await;
    }

    async fn clear(&self) {
        self.0.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_refreshes_a_token_that_was_revoked() {
    let introspected = |issuer, resource: &str| Servers::introspected(issuer, resource);
    let Some(servers) = Servers::start(Format::Opaque, 600, introspected).await else { return };
    let registration = servers.client.register_for_user().await;
    let login = login(&servers, ClientIdentity::public(servers.client.issuer(), &registration.id)).await;
    let store = Shared::default();
    let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login, store.clone()).await;
    let connection = connect(&servers, &client).await.unwrap();
    call(&connection, "list_notes").await.unwrap();
    let (issued, requested) = store.load().await.unwrap();
    assert_eq!(requested, scopes("notes:read"));
    servers.client.revoke(&registration, issued.access_token.secret()).await;
    servers.responses();
    call(&connection, "list_notes").await.unwrap();
    assert_eq!(servers.responses(), [401, 200]);
    assert_ne!(store.load().await.unwrap().0.access_token, issued.access_token);
    connection.cancel().await.unwrap();
}

/// Both challenges, or that of `DPoP` alone; an authorization server that requires nonces, or not.
#[tokio::test(flavor = "multi_thread")]
async fn rmcp_steps_up_with_tokens_that_are_bound_to_a_key() {
    for (format, dpop, login_requests) in [(Format::Jwt, Dpop::required(), 1), (Format::JwtWithNonces, Dpop::new(), 2)]
    {
        let is_required = login_requests == 1;
        let configured = |builder: ResourceServerBuilder| builder.dpop(dpop);
        let Some(servers) = Servers::start_with(format, 600, |issuer, _| issuer, configured).await else { return };
        let login = login(&servers, ClientIdentity::register("Example client")).await;
        // Where the metadata does not require it, the client does.
        let login = if is_required { login } else { login.bind_tokens() };
        let store = Shared::default();
        let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login, store.clone()).await;
        let connection = connect(&servers, &client).await.unwrap();
        call(&connection, "list_notes").await.unwrap();
        assert_eq!(requests(&servers, "POST /token").await, login_requests);

        servers.responses();
        call(&connection, "write_note").await.unwrap();
        // The nonce of the authorization server is known now.
        let tokens = requests(&servers, "POST /token").await;
        assert_eq!((servers.responses(), tokens), (vec![403, 200], login_requests + 1));
        let (issued, _) = store.load().await.unwrap();
        assert!(issued.access_token.is_bound());
        let key = decoded(issued.access_token.secret()).1["cnf"]["jkt"].clone();
        assert!(key.is_string(), "{key}");
        // Without the proof it opens nothing.
        let answer = servers.client.call("list_notes", Some(issued.access_token.secret())).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        connection.cancel().await.unwrap();
    }
}

/// A server that requires a class of authentication (RFC 9470), which the notes do not.
#[tokio::test(flavor = "multi_thread")]
async fn authenticates_again_with_the_class_that_a_server_requires() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = user(&servers).await;
    let document = servers.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let answer = client.run("tools/call delete_note", Some("delete_note"), |token: Option<AccessToken>| {
        let class = token.map(|token| decoded(token.secret()).1["acr"].clone());
        let (status, challenge) = match class {
            None => (401, "scope=\"notes:read\"".to_owned()),
            Some(class) if class == "hardware-key" => (200, String::new()),
            Some(_) => (401, "error=\"insufficient_user_authentication\", acr_values=\"hardware-key\"".to_owned()),
        };
        let challenge = format!("Bearer resource_metadata=\"{document}\", {challenge}");
        async move { Reply { status, challenges: Challenges::parse([challenge]), response: status } }
    });
    assert_eq!(answer.await.unwrap(), 200);
    assert_eq!(requests(&servers, "POST /token").await, 2);
}
