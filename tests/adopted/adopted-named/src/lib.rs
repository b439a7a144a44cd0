//! Files over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::{
    ErrorData, RoleServer, ServerHandler, handler::server::wrapper::Parameters, service::RequestContext, tool,
    tool_handler, tool_router,
};
use schemars::JsonSchema;
use serde::Deserialize;

const MOVED: &str = "Give something another place";

#[derive(Debug, Deserialize, JsonSchema)]
struct Which {
    path: String,
    line: Option<u32>,
}

/// The server.
#[derive(Clone, Debug, Default)]
pub struct Server(());

#[mcp_tools]
#[tool_router]
impl Server {
    #[mcp_tool(scope = "files:read", risk = "medium")]
    #[tool(name = "read_file", description = "Contents of a file", annotations(read_only_hint = true))]
    async fn read(&self, Parameters(Which { path, line }): Parameters<Which>) -> Result<String, ErrorData> {
        Ok(format!("{path} {line:?}"))
    }

    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(
        name = "list_files",
        title = "Files",
        description = "Names and sizes below a folder",
        annotations(read_only_hint = true, idempotent_hint = true)
    )]
    async fn list(&self, _context: RequestContext<RoleServer>) -> String {
        "notes.txt".to_owned()
    }

    #[mcp_tool(scope = "files:delete", risk = "high")]
    #[tool(
        name = "delete_file",
        description = "Remove one file for good",
        annotations(read_only_hint = false, destructive_hint = true)
    )]
    async fn delete(&self, Parameters(which): Parameters<Which>) -> String {
        which.path
    }

    #[mcp_tool(scope = "files:move", risk = "high", description = "Give something another place")]
    #[tool(name = "move_file", description = MOVED)]
    async fn rename(&self, Parameters(which): Parameters<Which>) -> String {
        which.path
    }
}

#[tool_handler]
impl ServerHandler for Server {}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Server::default()), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Server::*] with "mcp-scopes.toml";
}
