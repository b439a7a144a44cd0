//! On tower-mcp.

use axum::Router;
use mcp_scopes::Caller;
use mcp_scopes_server::ResourceServer;
use serde_json::Value;
use tower_mcp::{
    CallToolResult, HttpTransport, McpRouter, ToolBuilder,
    extract::{Context, RawArgs},
};

use super::Answers;
use crate::tools;

/// The server.
pub fn server(_: &ResourceServer, answers: Answers) -> Router {
    let mut router = McpRouter::new().server_info("files", "1");
    for listed in tools::list() {
        let text = |member: &str| listed.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = text("name");
        let tool = ToolBuilder::new(name.clone())
            .description(text("description"))
            .input_schema(listed.get("inputSchema").cloned().unwrap_or_default())
            .extractor_handler(
                name,
                |name: tower_mcp::extract::State<String>, context: Context, arguments: RawArgs| async move {
                    let caller = context.extension::<Caller>().copied();
                    Ok(match tools::run(caller, &name, arguments.as_object()) {
                        Ok(text) => CallToolResult::text(text),
                        Err(text) => CallToolResult::error(text),
                    })
                },
            )
            .build();
        router = router.tool(tool);
    }
    HttpTransport::new(router)
        .bridge_extension::<Caller>()
        .disable_host_validation()
        .sse_responses(answers == Answers::Events)
        .into_router_at("/mcp")
}
