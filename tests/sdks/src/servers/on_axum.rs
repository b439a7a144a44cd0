//! On axum only, with a manual implementation of JSON-RPC.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use mcp_scopes::Caller;
use mcp_scopes_server::ResourceServer;
use mcp_scopes_server::extract;
use serde_json::{Value, json};

use super::Answers;
use crate::tools;

const SESSION: &str = "mcp-session-id";

/// The server.
pub fn server(_: &ResourceServer, answers: Answers) -> Router {
    // Without a caller, axum rejects the request before the handler runs.
    let answer = move |caller: extract::Caller, headers: HeaderMap, body: Bytes| async move {
        respond(answers, *caller, &headers, &body)
    };
    Router::new().route("/mcp", post(answer))
}

fn respond(answers: Answers, caller: Caller, headers: &HeaderMap, body: &[u8]) -> Response {
    let Ok(message) = serde_json::from_slice::<Value>(body) else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(id) = message.get("id") else { return StatusCode::ACCEPTED.into_response() };
    let is_modern = headers.get("mcp-protocol-version").is_some_and(|version| version == "2026-07-28");
    if headers.get(SESSION).is_some_and(|session| session != "the-only-one") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
    let answer = match result(caller, method, message.get("params")) {
        Ok(mut result) => {
            if is_modern && let Some(members) = result.as_object_mut() {
                members.insert("resultType".to_owned(), "complete".into());
            }
            json!({"jsonrpc": "2.0", "id": id, "result": result})
        }
        Err(text) => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32602, "message": text}}),
    };
    let mut response = match answers {
        Answers::Json => ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response(),
        Answers::Events => {
            let event = format!("event: message\ndata: {answer}\n\n");
            ([(CONTENT_TYPE, "text/event-stream")], Body::from(event)).into_response()
        }
    };
    if method == "initialize" {
        let session = axum::http::HeaderValue::from_static("the-only-one");
        response.headers_mut().insert(HeaderName::from_static(SESSION), session);
    }
    response
}

fn result(caller: Caller, method: &str, params: Option<&Value>) -> Result<Value, String> {
    match method {
        "initialize" => Ok(json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "files", "version": "1"},
        })),
        "tools/list" => Ok(json!({"tools": tools::list(), "ttlMs": 1000, "cacheScope": "public"})),
        "tools/call" => {
            let name = params.and_then(|params| params.get("name")).and_then(Value::as_str).unwrap_or_default();
            let arguments = params.and_then(|params| params.get("arguments")).and_then(Value::as_object);
            let text = tools::run(Some(caller), name, arguments)?;
            Ok(json!({"content": [{"type": "text", "text": text}]}))
        }
        _ => Err("there is no such method".to_owned()),
    }
}
