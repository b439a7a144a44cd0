//! The fixture of the official suite: two fixed tokens, and four operations.

use axum::{body::Body, http::Response};
use serde_json::json;

use super::{
    Seen, Served,
    answer::{json, status, with},
    documents,
};

const OPERATIONS: [(&str, &str, &str); 4] = [
    ("tools/call", "test_simple_text", "mcp:conformance:tools:call mcp:conformance:tools:test_simple_text"),
    ("resources/read", "test://static-text", "mcp:conformance:resources:read mcp:conformance:resources:static"),
    (
        "resources/read",
        "test://template/123/data",
        "mcp:conformance:resources:read mcp:conformance:resources:template:123",
    ),
    ("prompts/get", "test_simple_prompt", "mcp:conformance:prompts:get mcp:conformance:prompts:test_simple_prompt"),
];

/// Returns the answer to a request with one of the tokens.
pub(super) fn answer(served: &Served, seen: &Seen) -> Option<Response<Body>> {
    let header = seen.headers.get("authorization")?.to_str().ok()?;
    let is_full = match header {
        "Bearer mcp-conformance-scope-low" => false,
        "Bearer mcp-conformance-scope-full" => true,
        _ => return None,
    };
    let params = &seen.body["params"];
    let name = params["name"].as_str().or(params["uri"].as_str()).unwrap_or_default();
    let method = seen.body["method"].as_str().unwrap_or_default();
    let Some((.., scopes)) = OPERATIONS.iter().find(|operation| (operation.0, operation.1) == (method, name)) else {
        return Some(status(404));
    };
    if is_full {
        return Some(json(200, &json!({"jsonrpc": "2.0", "id": 1, "result": {"content": []}})));
    }
    let scopes = if served.has("fixture drips") { scopes.split(' ').next().unwrap() } else { scopes };
    let address = documents::address(served);
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\", resource_metadata=\"{address}\"");
    Some(with(status(403), "www-authenticate", &challenge))
}
