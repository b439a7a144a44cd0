//! The server with policies about its tool: a pattern of arguments, an order and a number of calls.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{ServerHandler, handler::server::wrapper::Parameters, tool, tool_handler, tool_router};

use super::servers::{Issuer, Note, config, counted, sessions};

struct LimitedNotes;

#[mcp_tools]
#[tool_router]
impl LimitedNotes {
    #[mcp_tool(
        scope = "notes:read",
        risk = "low",
        policy(
            blocked_after("forget_note"),
            blocked_patterns("/etc/*", "*.key", "*.pem"),
            max_calls_per_session = 4_000_000_000
        )
    )]
    #[tool(description = "How long a note is")]
    async fn count_characters(&self, Parameters(Note { note }): Parameters<Note>) -> String {
        counted(&note)
    }

    #[mcp_tool(scope = "notes:write", risk = "high")]
    #[tool(description = "Forget a note")]
    async fn forget_note(&self) -> String {
        "forgotten".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for LimitedNotes {}

scope_table! { static LIMITED = [LimitedNotes::*] with "benches/load/mcp-scopes.toml"; }

/// The server on rmcp behind the layer, which enforces the policies with sessions in memory.
pub(crate) fn limited(issuer: &Issuer) -> Router {
    let service = mcp_scopes_rmcp::service(&issuer.server(&LIMITED), || Ok(LimitedNotes), sessions(), config());
    Router::new().route_service("/mcp", service.expect("nothing else is offered"))
}
