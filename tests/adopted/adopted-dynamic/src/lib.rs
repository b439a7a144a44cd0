//! Sensors over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{
    ServerHandler,
    handler::server::router::tool::{ToolRoute, ToolRouter},
    model::{CallToolResult, ContentBlock, Tool},
    tool, tool_handler, tool_router,
    transport::streamable_http_server::session::local::LocalSessionManager,
};

struct Plant {
    router: ToolRouter<Self>,
}

macro_rules! sensors {
    ($router:ident: $($name:ident = $value:literal),+ $(,)?) => {
        #[tool_router(router = $router)]
        impl Plant {
            $(
                #[tool(description = "Value of a sensor", annotations(read_only_hint = true))]
                async fn $name(&self) -> String {
                    $value.to_string()
                }
            )+
        }
    };
}

sensors! { sensor_router: inspect_heat = 21, inspect_pressure = 3 }

#[mcp_tools]
#[tool_router]
impl Plant {
    /// Halt every machine at once
    #[mcp_tool(scope = "halt", risk = "high")]
    #[tool]
    async fn halt(&self) -> String {
        "halted".to_owned()
    }
}

impl Plant {
    fn new() -> Self {
        let schema = serde_json::Map::from_iter([("type".to_owned(), "object".into())]);
        let added = ToolRoute::new_dyn(Tool::new("restart", "Switch every machine on", schema), |_| {
            Box::pin(async { Ok(CallToolResult::success(vec![ContentBlock::text("restarted")]).into()) })
        });
        Self { router: (Self::tool_router() + Self::sensor_router()).with_route(added) }
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for Plant {}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Plant::new()), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Plant::*] with "mcp-scopes.toml";
}
