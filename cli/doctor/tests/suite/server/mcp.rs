//! The endpoint.

use std::sync::atomic::Ordering;

use axum::{
    body::Body,
    http::{Method, Response},
};
use serde_json::{Value, json};

use super::{
    Seen, Served,
    answer::{error, json, status, with},
    calls::{call, refused},
    documents,
};
use crate::support::{OPAQUE_FULL, OPAQUE_LOW, SHORT_FULL, SHORT_LOW, full, jwt, low};

/// The scopes and the subject of a token.
pub(super) struct Caller {
    pub(super) subject: String,
    pub(super) scopes: Vec<&'static str>,
}

const ALL: [&str; 3] = ["notes:list", "notes:read", "notes:sync"];
pub(super) const READ_ONLY: [(&str, &[&str]); 3] =
    [("list_notes", &["notes:list"]), ("read_note", &["notes:read"]), ("sync_notes", &["notes:read", "notes:sync"])];

pub(super) async fn answer(served: &Served, seen: &Seen) -> Response<Body> {
    let response = respond(served, seen);
    let tool = seen.body["params"]["name"].as_str().filter(|_| seen.body["method"] == "tools/call");
    let is_known = READ_ONLY.iter().any(|(known, _)| Some(*known) == tool);
    if (tool.is_some() && tool == served.faults.endless_tool) || (is_known && served.has("endless tools")) {
        std::future::pending::<()>().await;
    }
    if !served.faults.with_events || response.status() != 200 {
        return response;
    }
    // The same as a stream of events.
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let log = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "error", "data": {"result": "a".repeat(500)}}});
    let log = if served.has("logs") { format!("data: {log}\n\n") } else { String::new() };
    let stream = format!("{log}event: message\ndata: {text}\n\n");
    let mut response = Response::from_parts(parts, Body::from(stream));
    response.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
    response.headers_mut().remove("content-length");
    response
}

fn respond(served: &Served, seen: &Seen) -> Response<Body> {
    let header = |name: &str| seen.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(to) = &served.faults.redirect_to {
        return with(status(307), "location", to);
    }
    if served.has("endpoint redirects") {
        return with(status(307), "location", "/mcp/");
    }
    let method_name = seen.body["method"].as_str().unwrap_or_default();
    // It looks for a session before it looks for a token.
    let has_session = seen.headers.contains_key("mcp-session-id");
    if served.has("open initialize") && seen.method == Method::POST && !has_session && method_name != "initialize" {
        return status(400);
    }
    if seen.method == Method::OPTIONS {
        return if served.has("preflight with token") { challenged(served, 401, None) } else { status(405) };
    }
    let origin = header("origin");
    if !origin.is_empty() && !served.has("any origin") {
        return status(403);
    }
    if served.faults.fixture
        && let Some(answer) = super::fixture::answer(served, seen)
    {
        return answer;
    }
    let caller = match caller(served, seen) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    if seen.method == Method::DELETE {
        return status(204);
    }
    if served.has("discovery needs a scope") && method_name == "server/discover" && !holds(&caller, &["notes:read"]) {
        return refused(served, &["notes:read"]);
    }
    if served.faults.gated && !holds(&caller, &["notes:read"]) {
        return refused(served, &["notes:read"]);
    }
    if let Some(session) = session(served, seen, &caller) {
        return session;
    }
    if let Some(refusal) = agreement(served, seen) {
        return refusal;
    }
    method(served, seen, &caller)
}

/// Returns the caller, or the refusal of the token.
fn caller(served: &Served, seen: &Seen) -> Result<Caller, Response<Body>> {
    let header = seen.headers.get("authorization").and_then(|value| value.to_str().ok());
    let all = |subject: &str| Caller { subject: subject.to_owned(), scopes: ALL.to_vec() };
    if served.has("open initialize") && is_open_initialize(served, seen, header) {
        return Ok(all("anonymous"));
    }
    let has_query_token = seen.uri.contains("access_token=");
    if header.is_some() && has_query_token && served.has("query token before header") {
        return Err(challenged(served, 401, None));
    }
    let Some(header) = header else {
        if has_query_token && served.has("query token") {
            return Err(challenged(served, 401, Some("invalid_token")));
        }
        if has_query_token && served.has("query token before session") {
            return Err(challenged(served, 401, None));
        }
        let session = seen.headers.get("mcp-session-id").is_some();
        let method = seen.body["method"].as_str().unwrap_or_default();
        if served.has("open")
            || (session && served.has("session alone"))
            || (served.has("open prompts") && method == "prompts/list")
            || (served.has("open list") && method == "tools/list")
        {
            return Ok(all("anonymous"));
        }
        let refusal = match () {
            () if served.has("403 without token") => challenged(served, 403, None),
            () => challenged(served, 401, None),
        };
        return Err(refusal);
    };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let is_bearer =
        if served.has("case-sensitive scheme") { scheme == "Bearer" } else { scheme.eq_ignore_ascii_case("bearer") };
    if !is_bearer && !served.has("any scheme") {
        return Err(challenged(served, 401, None));
    }
    if token.is_empty() {
        return if served.has("empty token") { Ok(all("anyone")) } else { Err(challenged(served, 401, None)) };
    }
    let is_refused = (served.has("refuses low") && token == low()) || (served.has("refuses full") && token == full());
    if token == low() && !is_refused {
        return Ok(Caller { subject: "ada".to_owned(), scopes: vec!["notes:list"] });
    }
    if token == full() && !is_refused {
        return Ok(all("bea"));
    }
    match token {
        OPAQUE_LOW | SHORT_LOW => return Ok(Caller { subject: "ada".to_owned(), scopes: vec!["notes:list"] }),
        OPAQUE_FULL | SHORT_FULL => return Ok(all("bea")),
        _ => {}
    }
    let accepts = |fault: &str| served.has(fault) || served.has("any token");
    let head = token.split('.').next().unwrap_or_default();
    let is_unsigned = head.starts_with("eyJhbGciOiJub25l");
    let signed = |token: &str| token.rsplit_once('.').map(|(signed, _)| signed.to_owned());
    let is_forged = !is_unsigned && (signed(token) == signed(&full()) || signed(token) == signed(&low()));
    let is_accepted = (accepts("malformed token") && !token.contains('.'))
        || (accepts("unsigned token") && is_unsigned)
        || (accepts("bad signature") && is_forged && !is_refused)
        || (accepts("expired token") && token == jwt("expired", "notes:list"))
        || (accepts("foreign token") && token == jwt("foreign", "notes:list"));
    if is_accepted {
        return Ok(all("anyone"));
    }
    if served.has("fails on malformed token") && !token.contains('.') {
        return Err(status(500));
    }
    if served.has("400 for invalid token") {
        return Err(status(400));
    }
    if served.has("echo") {
        return Err(with(challenged(served, 401, Some("invalid_token")), "x-token", token));
    }
    let code = match () {
        () if served.has("no invalid_token") => None,
        () if served.has("invalid_dpop_proof") => Some("invalid_dpop_proof"),
        () => Some("invalid_token"),
    };
    Err(challenged(served, 401, code))
}

/// Returns whether a request opens a session, without a token that is valid.
fn is_open_initialize(served: &Served, seen: &Seen, header: Option<&str>) -> bool {
    let tokens = [(low(), "refuses low"), (full(), "refuses full")];
    let is_valid = tokens.iter().any(|(token, fault)| header == Some(&format!("Bearer {token}")) && !served.has(fault));
    let method = seen.body["method"].as_str().unwrap_or_default();
    ["initialize", "notifications/initialized"].contains(&method) && !is_valid
}

/// Returns a refusal with a challenge.
pub(super) fn challenged(served: &Served, code: u16, error: Option<&str>) -> Response<Body> {
    let response = status(code);
    if served.has("no challenge") {
        return response;
    }
    let address = documents::address(served);
    let mut params = Vec::new();
    if let Some(error) = error.or(served.has("error without token").then_some("invalid_request")) {
        params.push(format!("error=\"{error}\""));
    }
    if served.has("scope in description") {
        params.push("error_description=\"needs scope=notes:list\"".to_owned());
    }
    if !served.has("no address") {
        params.push(format!("resource_metadata=\"{address}\""));
    }
    match () {
        () if served.has("no scope") => {}
        () if served.has("bad scope") => params.push("scope=\"notes\u{e9}\"".to_owned()),
        () if served.has("offline_access") => params.push("scope=\"notes:list offline_access\"".to_owned()),
        () => params.push("scope=\"notes:list\"".to_owned()),
    }
    let value = match () {
        () if served.has("malformed challenge") => format!("Bearer scope=\"notes:list, resource_metadata={address}"),
        () if served.has("basic challenge") => "Basic realm=\"notes\"".to_owned(),
        () => format!("Bearer {}", params.join(", ")),
    };
    let response = bytes_header(response, &value);
    if served.has("two challenges") { bytes_header(response, &value) } else { response }
}

fn bytes_header(mut response: Response<Body>, value: &str) -> Response<Body> {
    let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
    response.headers_mut().append("www-authenticate", value);
    response
}

/// Returns the refusal of a session.
fn session(served: &Served, seen: &Seen, caller: &Caller) -> Option<Response<Body>> {
    if !served.faults.with_sessions || seen.body["method"] == "initialize" {
        return None;
    }
    // A client of 2026-07-28 has no session.
    let Some(id) = seen.headers.get("mcp-session-id").and_then(|id| id.to_str().ok()) else { return Some(status(400)) };
    let sessions = served.sessions.lock().unwrap();
    let is_own = sessions.iter().any(|(known, subject)| {
        known == id
            && (*subject == caller.subject
                || served.has("shared session")
                || (served.has("session alone") && caller.subject == "anonymous"))
    });
    (!is_own).then(|| status(404))
}

/// Returns the refusal of headers that differ from the body.
fn agreement(served: &Served, seen: &Seen) -> Option<Response<Body>> {
    let header = |name: &str| seen.headers.get(name).and_then(|value| value.to_str().ok());
    let revision = header("mcp-protocol-version").unwrap_or("2025-03-26");
    let is_known = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"].contains(&revision);
    if !is_known && !served.has("any revision") {
        return Some(status(400));
    }
    if served.faults.with_sessions || revision != "2026-07-28" {
        return None;
    }
    if header("mcp-method") != seen.body["method"].as_str() && !seen.body.is_array() && !served.has("any method header")
    {
        return Some(error(400, -32020, "header mismatch"));
    }
    let name = seen.body["params"]["name"].as_str().or(seen.body["params"]["uri"].as_str());
    if name.is_some() && header("mcp-name") != name && !served.has("any name header") {
        return Some(error(400, -32020, "header mismatch"));
    }
    None
}

fn method(served: &Served, seen: &Seen, caller: &Caller) -> Response<Body> {
    if let Some(requests) = seen.body.as_array() {
        if !served.has("batches") {
            return error(400, -32600, "no batches");
        }
        let results: Vec<Value> =
            requests.iter().map(|_| json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": []}})).collect();
        return json(200, &json!(results));
    }
    let params = &seen.body["params"];
    match seen.body["method"].as_str().unwrap_or_default() {
        "initialize" if served.faults.with_sessions => initialize(served, seen, caller),
        "notifications/initialized" => status(202),
        "server/discover" if !served.faults.with_sessions => result(json!({
            "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private"
        })),
        "tools/list" if served.has("list fails") => status(500),
        "tools/list" if served.has("list is no message") => json(200, &json!("tools")),
        "tools/list" if served.has("list needs a scope") && !holds(caller, &["notes:read"]) => {
            refused(served, &["notes:read"])
        }
        "tools/list" => list(served, seen, caller),
        "tools/call" => call(served, params["name"].as_str().unwrap_or_default(), caller),
        "prompts/list" => result(json!({"prompts": []})),
        "resources/list" => result(json!({"resources": [{"uri": "notes://all", "name": "All notes"}]})),
        "resources/read" if caller.scopes.contains(&"notes:read") || served.has("open resource") => {
            result(json!({"contents": [{"uri": "notes://all", "text": "a"}]}))
        }
        "resources/read" if served.has("undeclared scope for resources") => refused(served, &["notes:secret"]),
        "resources/read" if served.has("scope for resources") => refused(served, &["notes:files"]),
        "resources/read" => refused(served, &["notes:read"]),
        _ => error(404, -32601, "unknown method"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "callers make the value")]
pub(super) fn result(value: Value) -> Response<Body> {
    json(200, &json!({"jsonrpc": "2.0", "id": 1, "result": value}))
}

/// Returns the token of a request.
fn token(seen: &Seen) -> &str {
    let header = seen.headers.get("authorization").and_then(|value| value.to_str().ok());
    header.and_then(|header| header.split_once(' ')).map_or("", |(_, token)| token)
}

fn initialize(served: &Served, seen: &Seen, caller: &Caller) -> Response<Body> {
    let mut sessions = served.sessions.lock().unwrap();
    let number = sessions.len();
    let id = if served.has("weak session") {
        format!("{}", 1000 + number)
    } else {
        format!("7c9e6679-7425-40de-944b-e07fc1f9{number:04}")
    };
    sessions.push((id.clone(), caller.subject.clone()));
    let revision = match () {
        () if served.has("token as revision") => token(seen).to_owned(),
        () if served.has("long revision") => "1".repeat(10_000),
        () => served.faults.revision.unwrap_or("2025-11-25").to_owned(),
    };
    let name = if served.has("session in body") { &*id } else { "notes" };
    let response = result(
        json!({"protocolVersion": revision, "capabilities": {"tools": {}}, "serverInfo": {"name": name, "version": "1"}}),
    );
    let response = if served.has("session in body") { with(response, "x-session", &id) } else { response };
    with(response, "mcp-session-id", &id)
}

pub(super) fn holds(caller: &Caller, scopes: &[&str]) -> bool {
    scopes.iter().all(|scope| caller.scopes.contains(scope))
}

fn list(served: &Served, seen: &Seen, caller: &Caller) -> Response<Body> {
    let params = &seen.body["params"];
    let number = served.next_list();
    let is_shown = |scopes: &[&str]| !served.faults.filtered || holds(caller, scopes);
    let mut tools: Vec<Value> = READ_ONLY
        .iter()
        .filter(|(_, scopes)| is_shown(scopes))
        .map(
            |(name, _)| json!({"name": name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": !served.has("no hints")}}),
        )
        .collect();
    tools.extend(
        (0..served.faults.more_tools)
            .map(|number| json!({"name": format!("archive_{number}"), "inputSchema": {"type": "object"}})),
    );
    if served.has("token as tool") {
        tools.push(json!({"name": token(seen), "inputSchema": {"type": "object"}}));
    }
    if served.has("changing order") && number % 2 == 1 {
        tools.reverse();
    }
    if served.has("changing list") && served.calls.load(Ordering::Relaxed) > 0 {
        tools.pop();
    }
    if served.has("inverted list") && caller.subject == "bea" {
        tools.remove(0);
    }
    let start = params["cursor"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
    let size = if served.faults.page_size == 0 { tools.len() } else { served.faults.page_size };
    let page: Vec<&Value> = tools.iter().skip(start).take(size).collect();
    let mut value = json!({"resultType": "complete", "tools": page, "ttlMs": 0, "cacheScope": "private"});
    if start + size < tools.len() {
        value["nextCursor"] = json!((start + size).to_string());
    }
    if served.has("public cache") {
        value["cacheScope"] = json!("public");
    }
    if served.has("no cache members") {
        value.as_object_mut().unwrap().remove("ttlMs");
    }
    result(value)
}
