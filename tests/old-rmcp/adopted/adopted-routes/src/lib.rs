//! Trains over HTTP.

use axum::Router;
use tower_mcp::{CallToolResult, HttpTransport, McpRouter, ToolBuilder, extract::RawArgs};

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let look = ToolBuilder::new("list_trains")
        .description("Trains of today with their delays")
        .read_only()
        .extractor_handler((), |_: RawArgs| async { Ok(CallToolResult::text("none")) })
        .build();
    let stop = ToolBuilder::new("stop_train")
        .description("Halt a train where it is")
        .extractor_handler((), |_: RawArgs| async { Ok(CallToolResult::text("halted")) })
        .build();
    let router = McpRouter::new().server_info("trains", "1").tool(look).tool(stop);
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    Ok(HttpTransport::new(router).into_router_at("/mcp").layer(server.layer()))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [] with "mcp-scopes.toml";
}
