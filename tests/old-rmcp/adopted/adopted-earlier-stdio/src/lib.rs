//! Coins on a pair of pipes.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt as _,
    handler::server::tool::ToolCallContext,
    model::{CallToolRequestParams, CallToolResult, ErrorCode},
    service::RequestContext,
    tool, tool_handler, tool_router,
};
use tokio::io::{AsyncRead, AsyncWrite};

#[derive(Clone)]
struct Coins {
    caller: mcp_scopes::Caller,
}

#[mcp_tools]
#[tool_router]
impl Coins {
    /// Heads or tails
    #[mcp_tool(scope = "toss", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn toss(&self) -> String {
        "heads".to_owned()
    }

    /// Give every coin away
    #[mcp_tool(scope = "spend", risk = "high")]
    #[tool]
    async fn spend(&self) -> String {
        "spent".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Coins {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        if self.caller.authorize(&request.name).is_err() {
            let message = format!("no scope in `ADOPTED_EARLIER_STDIO_SCOPES` opens the tool `{}`", request.name);
            return Err(ErrorData::new(ErrorCode(403), message, None));
        }
        Self::tool_router().call(ToolCallContext::new(self, request, context)).await
    }
}

/// Serves until the pipes are closed.
///
/// # Errors
/// Returns an error if a client does not initialize.
pub async fn serve(
    stdin: impl AsyncRead + Send + Unpin + 'static,
    stdout: impl AsyncWrite + Send + Unpin + 'static,
    credentials: mcp_scopes_server::StdioCredentials,
) -> Result<(), Box<dyn std::error::Error>> {
    let caller = *credentials.caller();
    // mcp-scopes: allow(unguarded-transport) the handler checks each call
    Coins { caller }.serve((stdin, stdout)).await?.waiting().await?;
    Ok(())
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Coins::*] with "mcp-scopes.toml";
}
