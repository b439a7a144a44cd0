//! Dice on a pair of pipes.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{ServerHandler, ServiceExt as _, tool, tool_handler, tool_router};
use tokio::io::{AsyncRead, AsyncWrite};

#[derive(Clone)]
struct Dice;

#[mcp_tools]
#[tool_router]
impl Dice {
    /// A number from one to six
    #[mcp_tool(scope = "roll", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn roll(&self) -> String {
        "4".to_owned()
    }

    /// Replace all dice by new ones
    #[mcp_tool(scope = "exchange", risk = "high")]
    #[tool]
    async fn exchange(&self) -> String {
        "new".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Dice {}

/// Serves until the pipes are closed.
///
/// # Errors
/// Returns an error if a client does not initialize.
pub async fn serve(
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
    credentials: mcp_scopes_server::StdioCredentials,
) -> Result<(), Box<dyn std::error::Error>> {
    let handler = mcp_scopes_rmcp::guard(credentials, Dice);
    handler.serve((input, output)).await?.waiting().await?;
    Ok(())
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Dice::*] with "mcp-scopes.toml";
}
