//! The parts of the protocol that a server with tools only must implement, for 2025-11-25 and 2026-07-28.
//!
//! There are no sessions, so each message is independent. The layer in front only admits a body that is one JSON
//! object, parsed unambiguously, and only calls that are allowed.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use mcp_scopes::Caller;
use mcp_scopes_server::extract;
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    TOOLS,
    desk::{Booking, Desk, Failure, Nothing, Number, Parameters},
};

/// The revision with a handshake, and the one without.
const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";
/// `UnsupportedProtocolVersionError` (MCP 2026-07-28, "Error Codes").
const UNSUPPORTED_REVISION: i32 = -32022;

/// A message of a client. The layer has checked its envelope.
#[derive(Debug, Deserialize)]
pub struct Message {
    id: Option<Value>,
    #[serde(default)]
    method: String,
    #[serde(default)]
    params: Params,
}

#[derive(Debug, Default, Deserialize)]
struct Params {
    #[serde(default)]
    name: String,
    #[serde(default)]
    arguments: Option<Value>,
    #[serde(default, rename = "_meta")]
    meta: Option<Value>,
}

/// A JSON-RPC error.
struct Fault(i32, String);

/// Answers a message. Without the layer in front there is no caller, and axum rejects the request.
pub async fn answer(
    State(desk): State<Desk>,
    headers: HeaderMap,
    caller: extract::Caller,
    Json(message): Json<Message>,
) -> Response {
    if let Some(revision) =
        headers.get("mcp-protocol-version").filter(|revision| **revision != LEGACY && **revision != MODERN)
    {
        let data = json!({"supported": [MODERN, LEGACY], "requested": revision.to_str().unwrap_or_default()});
        let error = json!({"code": UNSUPPORTED_REVISION, "message": "unsupported protocol version", "data": data});
        return (StatusCode::BAD_REQUEST, Json(json!({"jsonrpc": "2.0", "id": message.id, "error": error})))
            .into_response();
    }
    let Some(id) = &message.id else { return StatusCode::ACCEPTED.into_response() };
    let answer = match result(&desk, &caller, &message) {
        Ok(mut result) => {
            if is_modern(&message.params)
                && let Some(members) = result.as_object_mut()
            {
                members.insert("resultType".to_owned(), "complete".into());
            }
            json!({"jsonrpc": "2.0", "id": id, "result": result})
        }
        Err(Fault(code, text)) => json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": text}}),
    };
    Json(answer).into_response()
}

/// Returns whether a message declares that it needs no handshake.
fn is_modern(params: &Params) -> bool {
    params.meta.as_ref().is_some_and(|meta| meta["io.modelcontextprotocol/protocolVersion"] == MODERN)
}

fn result(desk: &Desk, caller: &Caller, message: &Message) -> Result<Value, Fault> {
    let server = json!({"name": "parcels", "version": env!("CARGO_PKG_VERSION")});
    match &*message.method {
        "initialize" => Ok(json!({"protocolVersion": LEGACY, "capabilities": {"tools": {}}, "serverInfo": server})),
        "server/discover" => Ok(json!({
            "supportedVersions": [MODERN],
            "capabilities": {"tools": {}},
            "ttlMs": 60_000,
            "cacheScope": "public",
            "_meta": {"io.modelcontextprotocol/serverInfo": server},
        })),
        "ping" => Ok(json!({})),
        // Public in this response. If the layer filters the list for its caller, it changes this to private.
        "tools/list" if is_modern(&message.params) => {
            Ok(json!({"tools": list(), "ttlMs": 60_000, "cacheScope": "public"}))
        }
        "tools/list" => Ok(json!({"tools": list()})),
        "tools/call" => call(desk, caller, &message.params),
        method => Err(Fault(-32601, format!("unknown method `{}`", method.escape_debug()))),
    }
}

/// Returns the tools of the table, with the schemas of their arguments.
fn list() -> Vec<Value> {
    let schemas = TOOLS.tools_list();
    let entries = TOOLS.tools().map(|tool| {
        let input = match tool.name {
            "book_parcel" => schema::<Booking>(),
            "track_parcel" | "cancel_parcel" => schema::<Number>(),
            _ => schema::<Nothing>(),
        };
        json!({
            "name": tool.name,
            "description": tool.description,
            "inputSchema": input,
            "_meta": {"securitySchemes": tool.security_schemes(&schemas)},
        })
    });
    entries.collect()
}

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

fn call(desk: &Desk, caller: &Caller, params: &Params) -> Result<Value, Fault> {
    let done = match &*params.name {
        "list_carriers" => desk.list_carriers(arguments(params)?),
        "track_parcel" => desk.track_parcel(arguments(params)?),
        "book_parcel" => desk.book_parcel(caller, arguments(params)?),
        "cancel_parcel" => desk.cancel_parcel(caller, arguments(params)?),
        name => return Err(Fault(-32602, format!("unknown tool `{}`", name.escape_debug()))),
    };
    match done {
        Ok(text) => Ok(json!({"content": [{"type": "text", "text": text}]})),
        Err(Failure::Denied(why)) => Err(Fault(403, why)),
        // An error that a model can correct is a result, not a protocol error.
        Err(failure) => Ok(json!({"content": [{"type": "text", "text": failure.to_string()}], "isError": true})),
    }
}

fn arguments<T: DeserializeOwned>(params: &Params) -> Result<Parameters<T>, Fault> {
    let given = params.arguments.clone().unwrap_or_else(|| json!({}));
    let read = serde_json::from_value(given).map(Parameters);
    read.map_err(|error| Fault(-32602, format!("the arguments of `{}`: {error}", params.name)))
}
