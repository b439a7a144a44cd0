//! On rust-mcp-sdk.
//!
//! Its router for axum builds a new request from method, URL, headers and body, so extensions that a layer adds are
//! lost. The function that it calls and its state are public. Here, each request gets its own handler, which contains
//! the caller.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::Extension,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::IntoResponse,
    routing::any,
};
use bytes::Bytes;
use mcp_scopes::Caller;
use mcp_scopes_server::ResourceServer;
use rust_mcp_sdk::{
    McpServer, RequestContext, ServerDetails,
    id_generator::{FastIdGenerator, UuidGenerator},
    mcp_http::{DEFAULT_MAX_LISTEN_STREAMS, McpAppState, McpHttpHandler},
    mcp_server::{ServerHandler, ToMcpServerHandler},
    schema::{
        CallToolRequestParams, CallToolResult, Implementation, ListToolsResult, PaginatedRequestParams, RpcError,
        ServerCapabilities, ServerCapabilitiesTools, ServerResult, TextContent, schema_utils::CallToolError,
    },
};
use serde_json::json;

use super::Answers;
use crate::tools;

/// The server.
pub fn server(_: &ResourceServer, answers: Answers) -> Router {
    let state = McpAppState {
        id_generator: Arc::new(UuidGenerator {}),
        stream_id_gen: Arc::new(FastIdGenerator::new(Some("s_"))),
        server_details: Arc::new(ServerDetails {
            server_info: Implementation {
                name: "files".to_owned(),
                version: "1".to_owned(),
                title: None,
                description: None,
                icons: Vec::new(),
                website_url: None,
            },
            capabilities: ServerCapabilities {
                tools: Some(ServerCapabilitiesTools { list_changed: None }),
                ..ServerCapabilities::default()
            },
            instructions: None,
            meta: None,
        }),
        handler: Files { caller: None }.to_mcp_server_handler(),
        ping_interval: Duration::from_secs(12),
        transport_options: Arc::default(),
        enable_json_response: answers == Answers::Json,
        message_observer: None,
        extensions: Arc::default(),
        active_listen_streams: Arc::default(),
        max_listen_streams: DEFAULT_MAX_LISTEN_STREAMS,
    };
    let serve = move |method: Method, uri: Uri, headers: HeaderMap, caller: Option<Extension<Caller>>, body: Bytes| {
        let handler = Files { caller: caller.map(|Extension(caller)| caller) }.to_mcp_server_handler();
        let state = McpAppState { handler, ..state.clone() };
        async move {
            let Ok(text) = core::str::from_utf8(&body) else { return StatusCode::BAD_REQUEST.into_response() };
            let request = McpHttpHandler::create_request(method, uri, headers, Some(text));
            match McpHttpHandler::new(Vec::new(), None).handle_streamable_http(request, Arc::new(state)).await {
                Ok(response) => response.map(Body::new),
                Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
            }
        }
    };
    Router::new().route("/mcp", any(serve))
}

struct Files {
    caller: Option<Caller>,
}

#[async_trait]
impl ServerHandler for Files {
    async fn handle_list_tools_request(
        &self,
        _: Option<PaginatedRequestParams>,
        _: &RequestContext,
        _: Arc<dyn McpServer>,
    ) -> Result<ListToolsResult, RpcError> {
        let list = json!({"tools": tools::list(), "ttlMs": 1000, "cacheScope": "public", "resultType": "complete"});
        serde_json::from_value(list).map_err(|error| RpcError::internal_error().with_message(error.to_string()))
    }

    async fn handle_call_tool_request(
        &self,
        params: CallToolRequestParams,
        _: &RequestContext,
        _: Arc<dyn McpServer>,
    ) -> Result<ServerResult, CallToolError> {
        let text = tools::run(self.caller, &params.name, params.arguments.as_ref())
            .map_err(|text| CallToolError::new(std::io::Error::other(text)))?;
        Ok(CallToolResult::text_content(vec![TextContent::new(text, None, None)]).into())
    }
}
