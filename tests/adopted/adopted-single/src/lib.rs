//! Notes over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::{ServerHandler, tool, tool_handler, tool_router};

/// The server.
#[derive(Clone, Debug)]
pub struct Notes;

#[mcp_tools]
#[tool_router]
impl Notes {
    /// Titles of all notes, newest first
    #[mcp_tool(scope = "list_titles", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn list_titles(&self) -> String {
        "groceries".to_owned()
    }

    /// Remove one entry for good
    #[mcp_tool(scope = "discard_note", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn discard_note(&self) -> String {
        "discarded".to_owned()
    }

    /// Number of words in everything that was written
    #[mcp_tool(scope = "count_words", risk = "high")]
    #[tool]
    async fn count_words(&self) -> String {
        "7".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Notes {}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Notes), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Notes::*] with "mcp-scopes.toml";
}

#[cfg(test)]
mod tests {
    use super::Notes;

    #[test]
    fn is_a_unit() {
        assert_eq!(size_of::<Notes>(), 0);
    }
}
