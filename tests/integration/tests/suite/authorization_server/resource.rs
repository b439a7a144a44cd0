//! The notes of `examples/secured-rmcp`, or another server, behind the layer, for tokens of an authorization server.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    http::Method,
    middleware::{Next, from_fn},
};
use mcp_scopes::ScopeTable;
use mcp_scopes_rmcp::CurrentHandler;
use mcp_scopes_server::{
    Claims, ResourceServer, ResourceServerBuilder, policy_fn,
    token::{ClientCredentials, Issuer},
};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager};
use secured_rmcp::{TOOLS, notes::Notes, server::NoteServer};
use serde_json::Value;
use tokio::net::TcpListener;

use super::{
    approval::{RELEASES, Releases},
    client::{Answer, Client, Registration},
    process::{AuthorizationServer, Format, SECRET},
};

/// Both servers, and a client that has discovered them.
pub(super) struct Servers {
    pub(super) authorization: AuthorizationServer,
    pub(super) resource: String,
    pub(super) client: Client,
    /// The answer to the first call, which has no token.
    pub(super) refused: Answer,
    /// The claims of the last call that was allowed, as a policy receives them.
    seen: Seen,
    /// The status codes of the responses to POST requests.
    responses: Responses,
}

type Responses = Arc<Mutex<Vec<u16>>>;

/// What is started.
struct Setup {
    format: Format,
    /// How long access tokens are valid, in seconds.
    lifetime: u32,
    /// The scopes that the authorization server knows.
    scopes: String,
    /// How many seconds its clock is ahead.
    ahead: u32,
    table: &'static ScopeTable,
    routes: fn(&ResourceServer) -> Router,
}

impl Setup {
    fn new(format: Format, lifetime: u32) -> Self {
        let scopes = "notes:read notes:write notes:admin".to_owned();
        Self {
            format,
            lifetime,
            scopes,
            ahead: 0,
            table: &TOOLS,
            routes: |server| routes(server, NoteServer::new(Notes::default())),
        }
    }
}

type Seen = Arc<Mutex<Option<Arc<Claims>>>>;

impl Servers {
    /// Starts both. Returns `None` after a message if the test is skipped.
    pub(super) async fn start(
        format: Format,
        lifetime: u32,
        configure: impl FnOnce(Issuer, &str) -> Issuer,
    ) -> Option<Self> {
        let servers = Self::start_with(format, lifetime, configure, |builder| builder).await?;
        assert_eq!(servers.refused.dpop_challenge, None);
        Some(servers)
    }

    /// Starts both, with further settings of the resource server.
    pub(super) async fn start_with(
        format: Format,
        lifetime: u32,
        configure: impl FnOnce(Issuer, &str) -> Issuer,
        server: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    ) -> Option<Self> {
        Self::start_as(Setup::new(format, lifetime), configure, server).await
    }

    /// Starts both, where the authorization server ignores all scopes but these.
    pub(super) async fn with_scopes(scopes: &str) -> Option<Self> {
        let setup = Setup { scopes: scopes.to_owned(), ..Setup::new(Format::Jwt, 600) };
        Self::start_as(setup, |issuer, _| issuer, |builder| builder).await
    }

    /// Starts both, where a sign-in of the class `hardware-key` approves calls of `deploy` after calls of `read`. The clock of the authorization
    /// server is ahead by some seconds.
    pub(super) async fn with_approvals(ahead: u32) -> Option<Self> {
        let routes = |server: &ResourceServer| routes(server, Releases::default());
        let setup = Setup { ahead, table: &RELEASES, routes, ..Setup::new(Format::Jwt, 600) };
        Self::start_as(setup, |issuer, _| issuer, |builder| builder.approval_by_sign_in(["hardware-key"])).await
    }

    async fn start_as(
        setup: Setup,
        configure: impl FnOnce(Issuer, &str) -> Issuer,
        server: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    ) -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let resource = format!("http://{}/mcp", listener.local_addr().unwrap());
        let Setup { format, lifetime, scopes, ahead, table, routes } = setup;
        let authorization = AuthorizationServer::start(&resource, format, lifetime, &scopes, ahead)?;
        let issuer = configure(Issuer::discover(&authorization.issuer), &resource);
        let seen = Seen::default();
        let builder = ResourceServer::builder(table).resource(&resource).issuer(issuer).policy({
            let seen = Arc::clone(&seen);
            policy_fn(move |request| {
                *seen.lock().unwrap() = request.claims;
                async { Ok(()) }
            })
        });
        let responses = Responses::default();
        let routes = counted(routes(&server(builder).build().await.unwrap()), Arc::clone(&responses));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let (client, refused) = Client::discover(&resource).await;
        assert_eq!(client.issuer(), authorization.issuer);
        Some(Self { authorization, resource, client, refused, seen, responses })
    }

    /// Starts both for JWTs that are verified by the keys of the issuer.
    pub(super) async fn with_jwts() -> Option<Self> {
        Self::start(Format::Jwt, 600, |issuer, _| issuer).await
    }

    /// Starts both for opaque tokens that are introspected each time.
    pub(super) async fn with_opaque_tokens(lifetime: u32) -> Option<Self> {
        Self::start(Format::Opaque, lifetime, Self::introspected).await
    }

    /// Configures an issuer that is asked about each token.
    pub(super) fn introspected(issuer: Issuer, resource: &str) -> Issuer {
        issuer.introspect(ClientCredentials::basic(resource, SECRET)).cache(0, Duration::ZERO)
    }

    /// Returns the resource server as a client of the authorization server.
    pub(super) fn resource_server(&self) -> Registration {
        Registration { id: self.resource.clone(), secret: Some(SECRET.to_owned()) }
    }

    /// Returns the status codes of the responses of the resource server to POST requests since the last call.
    pub(super) fn responses(&self) -> Vec<u16> {
        std::mem::take(&mut *self.responses.lock().unwrap())
    }

    /// Calls a tool, which must run.
    pub(super) async fn passes(&self, tool: &str, tokens: &Value) {
        let answer = self.client.call(tool, Some(access(tokens))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.text.contains("\"result\"") && !answer.text.contains("\"isError\":true"), "{answer:?}");
    }

    /// Calls a tool, which must run, and returns a claim of the token as the resource server sees it.
    pub(super) async fn claim(&self, name: &str, tokens: &Value) -> Value {
        self.passes("list_notes", tokens).await;
        let seen = self.seen.lock().unwrap().take().unwrap();
        seen.claim(name).cloned().unwrap_or_default()
    }

    /// Calls a tool with a token that must be rejected, and returns the reason.
    pub(super) async fn refuses(&self, token: &str) -> String {
        let answer = self.client.call("list_notes", Some(token)).await;
        assert_eq!((answer.status, answer.attribute("error")), (401, Some("invalid_token")), "{answer:?}");
        assert!(!answer.challenge.contains(token) && !answer.text.contains(token), "{answer:?}");
        answer.attribute("error_description").unwrap().to_owned()
    }
}

/// Returns a token of a response of the token endpoint.
pub(super) fn text<'t>(tokens: &'t Value, name: &str) -> &'t str {
    tokens[name].as_str().unwrap_or_else(|| panic!("{name}: {tokens}"))
}

pub(super) fn access(tokens: &Value) -> &str {
    text(tokens, "access_token")
}

/// Records the status codes of responses to POST requests.
fn counted(routes: Router, responses: Responses) -> Router {
    routes.layer(from_fn(move |request: Request, next: Next| {
        let (responses, is_post) = (Arc::clone(&responses), request.method() == Method::POST);
        async move {
            let response = next.run(request).await;
            if is_post {
                responses.lock().unwrap().push(response.status().as_u16());
            }
            response
        }
    }))
}

fn routes<H: CurrentHandler + Clone + Sync>(server: &ResourceServer, handler: H) -> Router {
    let (sessions, config) = (Arc::<LocalSessionManager>::default(), StreamableHttpServerConfig::default());
    let mcp = mcp_scopes_rmcp::service(server, move || Ok(handler.clone()), sessions, config).unwrap();
    let documents =
        server.metadata_paths().fold(Router::new(), |router, path| router.route_service(path, server.well_known()));
    documents.route_service("/mcp", mcp)
}
