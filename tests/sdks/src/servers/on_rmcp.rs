//! On rmcp.

use std::sync::Arc;

use axum::Router;
use mcp_scopes::AsCaller;
use mcp_scopes_server::ResourceServer;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ListToolsResult, PaginatedRequestParams,
        ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde_json::Value;

use super::Answers;
use crate::tools;

/// The server.
pub fn server(layer: &ResourceServer, answers: Answers) -> Router {
    let layer = layer.clone();
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        // Before 2026-07-28, rmcp responds with events wherever it has sessions.
        .with_legacy_session_mode(answers == Answers::Events)
        .with_json_response(answers == Answers::Json);
    let service = StreamableHttpService::new(
        move || Ok(mcp_scopes_rmcp::guard(&layer, Files)),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    Router::new().route_service("/mcp", service)
}

#[derive(Clone, Debug)]
struct Files;

impl ServerHandler for Files {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools: Result<Vec<Tool>, _> = tools::list().into_iter().map(serde_json::from_value).collect();
        let tools = tools.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = context.as_caller().copied();
        let result = match tools::run(caller, &request.name, request.arguments.as_ref()) {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(text) => CallToolResult::error(vec![ContentBlock::text(text)]),
        };
        Ok(result.into())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let listed = tools::list().into_iter().find(|tool| tool.get("name").and_then(Value::as_str) == Some(name))?;
        serde_json::from_value(listed).ok()
    }
}
