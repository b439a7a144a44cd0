//! The server and its implementation of rmcp's handler.

use std::sync::Arc;

use mcp_scopes::{Challenge, Denied, metadata::ToolsList};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{router::tool::ToolRouter, tool::ToolCallContext},
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, ListToolsResult, PaginatedRequestParams, ProtocolVersion,
        ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use serde_json::json;

use crate::{TOOLS, client::Client, limits::Limits, records::Records};

/// A brokerage for one caller.
#[derive(Clone, Debug)]
pub struct Brokerage {
    pub(crate) records: Arc<Records>,
    client: Client,
    limits: Arc<Limits>,
    list: Arc<ToolsList<'static>>,
    router: ToolRouter<Self>,
}

impl Brokerage {
    /// Creates a brokerage with these records.
    ///
    /// # Errors
    /// Returns an error if a tool has a policy that is not enforced here, or if rmcp serves a tool that the table does
    /// not list.
    pub fn new(records: Records, client: Client) -> Result<Self, String> {
        let router = Self::session_router()
            + Self::quotes_router()
            + Self::derivatives_router()
            + Self::company_router()
            + Self::reports_router()
            + Self::offerings_router()
            + Self::community_router()
            + Self::lists_router()
            + Self::screener_router()
            + Self::account_router()
            + Self::orders_router()
            + Self::plans_router()
            + Self::grids_router();
        if let Some(tool) = router.list_all().iter().find(|tool| TOOLS.tool(&tool.name).is_none()) {
            return Err(format!("tool `{}` is served, but the table does not list it", tool.name));
        }
        let (limits, list) = (Limits::of(&TOOLS)?, TOOLS.tools_list());
        Ok(Self { records: Arc::new(records), client, limits: Arc::new(limits), list: Arc::new(list), router })
    }

    /// Returns the caller.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

impl ServerHandler for Brokerage {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = self.client.caller();
        let tool = caller.grant().authorize(&request.name).map_err(|denied| refusal(&denied))?;
        caller.authorize(tool.tool().name).map_err(|denied| refusal(&denied))?;
        self.limits.admit(tool).map_err(|limit| ErrorData::invalid_request(limit, None))?;
        self.router.call(ToolCallContext::new(self, request, context)).await
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut tools = self.router.list_all();
        tools.retain(|tool| self.client.caller().authorize(&tool.name).is_ok());
        for tool in &mut tools {
            let schemes = TOOLS.tool(&tool.name).map(|known| json!(known.security_schemes(&self.list)));
            tool.meta.get_or_insert_default().0.extend(schemes.map(|schemes| ("securitySchemes".to_owned(), schemes)));
        }
        let result = ListToolsResult::with_all_items(tools);
        // A list that depends on its caller must not be cached by shared caches (MCP 2026-07-28, Caching).
        Ok(match context.protocol_version() {
            Some(version) if version >= ProtocolVersion::V_2026_07_28 => {
                result.with_ttl_ms(0).with_cache_scope(CacheScope::Private)
            }
            _ => result,
        })
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.router.get(name).cloned()
    }
}

/// Converts a denial to a JSON-RPC error, since this transport has no status and no headers.
pub(crate) fn refusal(denied: &Denied) -> ErrorData {
    let challenge = Challenge::of(denied);
    let data = json!({"status": challenge.status(), "www_authenticate": challenge.to_string()});
    ErrorData::invalid_request(denied.to_string(), Some(data))
}
