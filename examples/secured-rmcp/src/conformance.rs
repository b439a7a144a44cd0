//! The fixture for scopes that the official conformance suite proposes for servers: modelcontextprotocol/conformance#480.
//!
//! Its two tokens are published, so everyone has them. The note server therefore does not accept them: the fixture is a separate server
//! with its own table, which a subcommand starts. It refuses a resource that is not on a loopback host.

use std::{error::Error, sync::Arc};

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use mcp_scopes_server::{
    Claims, ResourceServer, Token, TokenError, TokenVerifier,
    token::{self, Algorithm},
};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::router::tool::ToolRouter,
    model::{
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, ListPromptsResult, ListResourcesResult,
        PaginatedRequestParams, Prompt, PromptMessage, ReadResourceRequestParams, ReadResourceResponse,
        ReadResourceResult, Resource, ResourceContents, Role, ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager},
};
use url::{Host, Url};

use crate::serve::Issuer;

/// A valid token, which has `mcp:conformance:baseline` alone and opens no operation of the suite.
pub const LOW: &str = "mcp-conformance-scope-low";
/// A valid token, which opens every operation.
pub const FULL: &str = "mcp-conformance-scope-full";

const BASELINE: &str = "mcp:conformance:baseline";
const PROMPT: &str = "test_simple_prompt";
const TEXT: &str = "test://static-text";
const DATA: &str = "test://template/123/data";

scope_table! {
    /// The operations of the fixture.
    pub static FIXTURE = [Fixture::*] with "conformance.toml";
}

/// Serves one tool, two resources and one prompt, each of which needs two scopes; and a tool for the scope that the weaker token has.
#[derive(Clone, Debug)]
pub struct Fixture {
    router: ToolRouter<Self>,
}

impl Default for Fixture {
    fn default() -> Self {
        Self { router: Self::tool_router() }
    }
}

#[mcp_tools]
#[tool_router]
impl Fixture {
    /// Tell a caller that its token has the baseline
    #[mcp_tool(scope = "mcp:conformance:baseline", risk = "minimal")]
    #[tool(annotations(read_only_hint = true))]
    pub async fn check_baseline(&self) -> String {
        "The token has the baseline.".to_owned()
    }

    /// Return a fixed text
    #[mcp_tool(
        scope = all("mcp:conformance:tools:call", "mcp:conformance:tools:test_simple_text"),
        risk = "minimal"
    )]
    #[tool(annotations(read_only_hint = true))]
    pub async fn test_simple_text(&self) -> String {
        "This is a simple text response for testing.".to_owned()
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts().build())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = [(TEXT, "text"), (DATA, "data")].map(|(uri, name)| Resource::new(uri, name));
        Ok(ListResourcesResult::with_all_items(resources.into()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let contents = match &*request.uri {
            TEXT => ResourceContents::text("This is the content of the static text resource.", TEXT),
            DATA => ResourceContents::text(r#"{"id":"123"}"#, DATA).with_mime_type("application/json"),
            _ => return Err(ErrorData::resource_not_found("unknown resource", None)),
        };
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompt = Prompt::new(PROMPT, Some("A prompt without arguments"), None);
        Ok(ListPromptsResult::with_all_items(vec![prompt]))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        if request.name != PROMPT {
            return Err(ErrorData::invalid_params("unknown prompt", None));
        }
        let message = PromptMessage::new_text(Role::User, "This is a simple prompt for testing.");
        Ok(GetPromptResult::new(vec![message]).into())
    }
}

/// Knows the published tokens.
struct PublishedTokens {
    resource: String,
}

impl TokenVerifier for PublishedTokens {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let (subject, scope) = match token.expose_secret() {
            LOW => ("low", BASELINE.to_owned()),
            FULL => ("full", FIXTURE.scopes().collect::<Vec<_>>().join(" ")),
            _ => return Err(TokenError::invalid("it is not a token of the fixture")),
        };
        let claims = Claims::builder("https://github.com/modelcontextprotocol/conformance").subject(subject);
        Ok(Arc::new(claims.audience([&self.resource]).scope(scope).build()))
    }
}

/// Serves `/mcp`, and the metadata at its well-known path. Tokens of the issuer are accepted beside the published ones.
///
/// # Errors
/// Returns an error if the resource is not on a loopback host, or if the issuer does not answer with its keys.
pub async fn routes(resource: &str, issuer: &Issuer) -> Result<Router, Box<dyn Error + Send + Sync>> {
    if !is_loopback(resource) {
        return Err(format!(
            "`{resource}` is not on a loopback host, and everyone knows the tokens of this fixture; serve it at 127.0.0.1"
        )
        .into());
    }
    let issuer =
        token::Issuer::jwks(&issuer.name, &issuer.keys).algorithms([Algorithm::Es256]).require_access_token_type();
    let server = ResourceServer::builder(&FIXTURE)
        .resource(resource)
        .issuer(issuer)
        .verifier(PublishedTokens { resource: resource.to_owned() })
        .describe_lists()
        .build()
        .await?;
    let (sessions, config) = (Arc::<LocalSessionManager>::default(), StreamableHttpServerConfig::default());
    let mcp = mcp_scopes_rmcp::service(&server, || Ok(Fixture::default()), sessions, config)?;
    let documents =
        server.metadata_paths().fold(Router::new(), |router, path| router.route_service(path, server.well_known()));
    Ok(documents.route_service("/mcp", mcp))
}

fn is_loopback(resource: &str) -> bool {
    let url = Url::parse(resource);
    match url.as_ref().ok().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
