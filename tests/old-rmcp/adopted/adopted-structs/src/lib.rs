//! Kites over HTTP.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::IntoResponse,
    routing::any,
};
use rust_mcp_sdk::{
    McpServer, RequestContext, ServerDetails,
    id_generator::{FastIdGenerator, UuidGenerator},
    macros::{JsonSchema, mcp_tool},
    mcp_http::{DEFAULT_MAX_LISTEN_STREAMS, McpAppState, McpHttpHandler},
    mcp_server::{ServerHandler, ToMcpServerHandler},
    schema::{
        CallToolRequestParams, CallToolResult, Implementation, ListToolsResult, ListToolsResultCacheScope,
        PaginatedRequestParams, RpcError, ServerCapabilities, ServerCapabilitiesTools, ServerResult, TextContent,
        schema_utils::CallToolError,
    },
    tool_box,
};

/// Kites in the air.
#[mcp_tool(name = "list_kites", description = "Kites in the air", read_only_hint = true)]
#[derive(Debug, serde::Deserialize, serde::Serialize, JsonSchema)]
pub struct ListKites {}

/// Lets a kite fly away.
#[mcp_tool(name = "cut_string", description = "Let a kite fly away", destructive_hint = true)]
#[derive(Debug, serde::Deserialize, serde::Serialize, JsonSchema)]
pub struct CutString {
    /// Which kite.
    pub path: String,
}

tool_box!(Kites, [ListKites, CutString]);

struct Beach;

#[async_trait]
impl ServerHandler for Beach {
    async fn handle_list_tools_request(
        &self,
        _: Option<PaginatedRequestParams>,
        _: &RequestContext,
        _: Arc<dyn McpServer>,
    ) -> Result<ListToolsResult, RpcError> {
        Ok(ListToolsResult {
            tools: Kites::tools(),
            cache_scope: ListToolsResultCacheScope::Private,
            result_type: "complete".to_owned(),
            ttl_ms: 0,
            meta: None,
            next_cursor: None,
        })
    }

    async fn handle_call_tool_request(
        &self,
        params: CallToolRequestParams,
        _: &RequestContext,
        _: Arc<dyn McpServer>,
    ) -> Result<ServerResult, CallToolError> {
        let text = match Kites::try_from(params)? {
            Kites::ListKites(_) => "red".to_owned(),
            Kites::CutString(cut) => format!("{} is gone", cut.path),
        };
        Ok(CallToolResult::text_content(vec![TextContent::new(text, None, None)]).into())
    }
}

fn state() -> McpAppState {
    McpAppState {
        id_generator: Arc::new(UuidGenerator {}),
        stream_id_gen: Arc::new(FastIdGenerator::new(Some("s_"))),
        server_details: Arc::new(ServerDetails {
            server_info: Implementation {
                name: "kites".to_owned(),
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
        handler: Beach.to_mcp_server_handler(),
        ping_interval: Duration::from_secs(12),
        transport_options: Arc::default(),
        enable_json_response: true,
        message_observer: None,
        extensions: Arc::default(),
        active_listen_streams: Arc::default(),
        max_listen_streams: DEFAULT_MAX_LISTEN_STREAMS,
    }
}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let state = Arc::new(state());
    let serve = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        let state = Arc::clone(&state);
        async move {
            let Ok(text) = core::str::from_utf8(&body) else { return StatusCode::BAD_REQUEST.into_response() };
            let request = McpHttpHandler::create_request(method, uri, headers, Some(text));
            match McpHttpHandler::new(Vec::new(), None).handle_streamable_http(request, state).await {
                Ok(response) => response.map(Body::new),
                Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
            }
        }
    };
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    Ok(Router::new().route("/mcp", any(serve)).layer(server.layer()))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [] with "mcp-scopes.toml";
}
