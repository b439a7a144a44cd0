//! The request side of the layer: arbitrary headers and bodies in a POST. A request that reaches the server behind the layer has
//! one reading and is allowed for the caller; the layer answers all others with a JSON-RPC error.
//!
//! An input is a head, an empty line and the body. Letters in the first line of the head select the server: `o` open discovery, `f`
//! filtered discovery, `u` unknown hidden tools, `a` batches. Digits are lengths of chunks. The other lines are headers.
#![no_main]

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::BodyExt as _;
use libfuzzer_sys::fuzz_target;
use mcp_scopes::Caller;
use mcp_scopes_fuzz::{
    json::Node,
    server::{may_complete, may_get, may_read, open_to, server},
    transport::{Chunks, Exchange, finish, send},
};
use mcp_scopes_server::{Discovery, HiddenTools, ResourceServer};
use serde_json::Value;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The members of `_meta` that a decision depends on.
const VERSION_MEMBERS: [&str; 3] =
    [VERSION, "io.modelcontextprotocol/clientCapabilities", "io.modelcontextprotocol/clientInfo"];
/// Methods that are allowed for every caller that may list tools.
const PROTOCOL: [&str; 8] = [
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "logging/setLevel",
    "resources/list",
    "resources/templates/list",
    "prompts/list",
];

/// A server for each valid combination of the letters.
static SERVERS: LazyLock<Vec<(Mode, ResourceServer)>> = LazyLock::new(|| {
    let modes = [
        (Discovery::Baseline, HiddenTools::Challenge),
        (Discovery::Open, HiddenTools::Challenge),
        (Discovery::Filtered, HiddenTools::Challenge),
        (Discovery::Filtered, HiddenTools::Unknown),
    ];
    let modes = modes.into_iter().flat_map(|mode| [(mode, false), (mode, true)]);
    let servers = modes.map(|((discovery, hidden), batches)| {
        let set =
            |builder: mcp_scopes_server::ResourceServerBuilder| if batches { builder.allow_batches() } else { builder };
        (Mode { discovery, hidden, batches }, server(discovery, hidden, set))
    });
    let servers: Vec<_> = servers.collect();
    assert!(reached(&servers[0].1), "an allowed call reaches the server");
    servers
});

#[derive(Clone, Copy, PartialEq, Eq)]
struct Mode {
    discovery: Discovery,
    hidden: HiddenTools,
    batches: bool,
}

fuzz_target!(|input: &[u8]| {
    let end = input.windows(2).position(|two| two == b"\n\n");
    let Some((head, body)) = end.and_then(|end| Some((input.get(..end)?, input.get(end + 2..)?))) else { return };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let has = |letter: u8| first.contains(&letter);
    let discovery = match (has(b'o'), has(b'f')) {
        (true, _) => Discovery::Open,
        (_, true) => Discovery::Filtered,
        _ => Discovery::Baseline,
    };
    let is_hidden = has(b'u') && discovery == Discovery::Filtered;
    let hidden = if is_hidden { HiddenTools::Unknown } else { HiddenTools::Challenge };
    let mode = Mode { discovery, hidden, batches: has(b'a') };
    let (_, server) = SERVERS.iter().find(|(known, _)| *known == mode).expect("every mode has a server");

    let mut headers = HeaderMap::new();
    for line in lines {
        let Some((name, value)) = line.iter().position(|byte| *byte == b':').map(|at| (&line[..at], &line[at + 1..]))
        else {
            continue;
        };
        let name = HeaderName::from_bytes(name.trim_ascii());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.trim_ascii())) {
            headers.append(name, value);
        }
    }
    let lengths: Vec<u8> = first.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0').collect();
    let exchange = post(server, &headers, Chunks::cut(body, &lengths));
    match &exchange.reached {
        None => check_refusal(&exchange, body),
        Some(_) => check_reached(exchange, mode, &headers, body),
    }
});

fn post(server: &ResourceServer, headers: &HeaderMap, body: Chunks) -> Exchange {
    let mut request = Request::post("/mcp").body(body).expect("a request");
    *request.headers_mut() = headers.clone();
    send(server, request, HeaderMap::new(), Chunks::default())
}

/// Returns whether an allowed call reaches the server. A layer that rejects everything would satisfy all other checks.
fn reached(server: &ResourceServer) -> bool {
    let body = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files"}}"#;
    let headers = [("content-type", "application/json"), ("authorization", "Bearer read")];
    let headers = headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    post(server, &headers.into_iter().collect(), Chunks::cut(body, &[])).reached.is_some()
}

/// Asserts that the layer's own response is a JSON-RPC error, with the id of the request and a challenge where one is due.
fn check_refusal(exchange: &Exchange, body: &[u8]) {
    let Exchange { status, headers, body: answer, .. } = exchange;
    assert_eq!(headers["content-type"], "application/json");
    let answer = Node::parse(answer).expect("a refusal is JSON");
    answer.assert_unambiguous();
    assert_eq!(answer.get("jsonrpc").and_then(Node::text), Some("2.0"), "{answer:?}");
    assert!(answer.get("result").is_none(), "{answer:?}");
    let error = answer.get("error").expect("it has an error");
    assert!(matches!(error.get("code"), Some(Node::Other(code)) if code.is_i64()), "{answer:?}");
    assert!(error.get("message").and_then(Node::text).is_some_and(|message| !message.is_empty()), "{answer:?}");
    if let Some(id) = answer.get("id") {
        let request = Node::parse(body).expect("an id comes from a body that is JSON");
        let mut requests = request.elements().iter().chain([&request]);
        assert!(requests.any(|request| request.get("id") == Some(id)), "{id:?}");
    }
    let challenge = headers.get("www-authenticate").map(|challenge| challenge.to_str().expect("it is ASCII"));
    assert_eq!(headers.get_all("www-authenticate").iter().count(), usize::from(challenge.is_some()));
    assert!(challenge.is_none_or(|challenge| challenge.starts_with("Bearer")), "{challenge:?}");
    assert!(status.as_u16() != 401 || challenge.is_some());
    assert!(status.is_client_error() || status.as_u16() == 200, "{status}");
}

/// Asserts that the request reached the server unchanged, and that the caller may send it.
fn check_reached(exchange: Exchange, mode: Mode, headers: &HeaderMap, body: &[u8]) {
    let (parts, reached) = exchange.reached.expect("the request reached the server").into_parts();
    let Ok(reached) = finish(reached.collect());
    assert_eq!(reached.to_bytes(), body, "the body is forwarded byte for byte");
    assert!(!parts.headers.contains_key("authorization"), "the token is removed");

    let stated: Vec<_> = headers.get_all("authorization").iter().collect();
    let token = match stated.as_slice() {
        [] => None,
        [one] => {
            let (scheme, token) = one.to_str().expect("it is ASCII").split_once(' ').expect("a scheme and a token");
            assert!(scheme.eq_ignore_ascii_case("bearer"));
            Some(token.trim_start_matches(' '))
        }
        _ => panic!("two tokens"),
    };
    assert!(token.is_none() || !open_to(token).is_empty(), "the token is known");
    let caller = parts.extensions.get::<Caller>().expect("the request carries a caller");
    assert_eq!(caller.grant().is_anonymous(), token.is_none());

    let message = Node::parse(body).expect("it is JSON");
    message.assert_unambiguous();
    // The type that most servers read bodies with.
    assert_eq!(serde_json::from_slice::<Value>(body).ok(), Some(message.plain()));
    match &message {
        Node::Array(messages) => {
            assert!(mode.batches && !messages.is_empty());
            messages.iter().for_each(|message| check_message(message, mode, token, headers));
        }
        message => {
            check_message(message, mode, token, headers);
            let name = message.get("params").and_then(|params| params.get("name")).and_then(Node::text);
            if message.get("method").and_then(Node::text) == Some("tools/call") && name == Some("list_files") {
                // The tool declares one.
                let mut mirrored = parts.headers.keys().filter(|name| name.as_str().starts_with("mcp-param-"));
                assert!(mirrored.all(|name| name == "mcp-param-folder"), "{:?}", parts.headers);
            }
        }
    }
}

fn check_message(message: &Node, mode: Mode, token: Option<&str>, headers: &HeaderMap) {
    assert!(matches!(message, Node::Object(_)));
    assert_not_folded(message, &["jsonrpc", "id", "method", "params", "result", "error"]);
    assert_eq!(message.get("jsonrpc").and_then(Node::text), Some("2.0"));
    let id = message.get("id");
    let is_id = |id: &Node| matches!(id, Node::String(_)) || matches!(id, Node::Other(Value::Number(n)) if !n.is_f64());
    assert!(id.is_none_or(is_id), "{id:?}");
    let is_let_in = mode.discovery != Discovery::Baseline || token.is_some();
    let outcomes = ["result", "error"].into_iter().filter(|name| message.get(name).is_some()).count();
    let Some(method) = message.get("method") else {
        assert!(id.is_some() && outcomes == 1 && is_let_in, "a response");
        return;
    };
    assert_eq!(outcomes, 0);
    let method = method.text().expect("a method is a text");
    let params = message.get("params").unwrap_or(&Node::Other(Value::Null));
    assert!(matches!(params, Node::Object(_)) || message.get("params").is_none());
    let name = params.get("name").and_then(Node::text);
    match method {
        "tools/call" => {
            assert!(id.is_some(), "a call has an answer");
            let name = name.expect("a call names a tool");
            assert!(open_to(token).contains(&name), "{name} is not open to {token:?}");
            assert_not_folded(params, &["name", "arguments", "inputResponses", "requestState", "_meta"]);
            assert_mirrored(headers, "mcp-name", name);
            let folder = params.get("arguments").and_then(|arguments| arguments.get("folder")).and_then(Node::text);
            if let (Some(folder), "list_files") = (folder, name) {
                assert_mirrored(headers, "mcp-param-folder", folder);
            }
        }
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" | "resources/directory/read" => {
            let uri = params.get("uri").and_then(Node::text).expect("it names a resource");
            assert!(may_read(token, uri), "{uri} is not open to {token:?}");
            assert_not_folded(params, &["uri", "_meta"]);
            assert_mirrored(headers, "mcp-name", uri);
        }
        "prompts/get" => {
            let name = name.expect("it names a prompt");
            assert!(may_get(token, name), "{name} is not open to {token:?}");
            assert_not_folded(params, &["name", "arguments", "_meta"]);
            assert_mirrored(headers, "mcp-name", name);
        }
        "completion/complete" => {
            let reference = params.get("ref").expect("it is about something");
            assert_not_folded(params, &["ref", "argument", "_meta"]);
            assert_not_folded(reference, &["type", "name", "uri"]);
            let text = |name: &str| reference.get(name).and_then(Node::text);
            match (text("type").expect("it states a type"), text("name"), text("uri")) {
                ("ref/prompt", Some(name), None) => assert!(may_get(token, name), "{name} {token:?}"),
                ("ref/resource", None, Some(uri)) => {
                    assert!(may_complete(token, uri) || may_read(token, uri), "{uri} {token:?}");
                }
                other => panic!("{other:?}"),
            }
        }
        "subscriptions/listen" => {
            assert!(is_let_in);
            assert_not_folded(params, &["notifications", "_meta"]);
            if let Some(notifications) = params.get("notifications") {
                assert_not_folded(notifications, &["resourceSubscriptions"]);
                let uris = notifications.get("resourceSubscriptions").map_or(&[][..], Node::elements);
                assert!(uris.len() <= 100, "{}", uris.len());
                for uri in uris {
                    let uri = uri.text().expect("a URI is a text");
                    assert!(may_read(token, uri), "{uri} is not open to {token:?}");
                }
            }
        }
        _ if method.starts_with("notifications/") => assert!(id.is_none() && is_let_in, "a notification has no id"),
        _ => assert!(PROTOCOL.contains(&method) && is_let_in, "{method}"),
    }
    assert_mirrored(headers, "mcp-method", method);
    if let Some(meta) = params.get("_meta") {
        assert_not_folded(meta, &VERSION_MEMBERS);
        if let Some(version) = meta.get(VERSION).and_then(Node::text) {
            assert_mirrored(headers, "mcp-protocol-version", version);
        }
    }
}

/// Asserts that no member has a name that equals a known one only after case folding or removal of U+0000.
fn assert_not_folded(object: &Node, known: &[&str]) {
    for name in object.names().filter(|name| !known.contains(name)) {
        // A parser may skip U+0000, or end the name there.
        let front = name.split_once('\0').map(|(front, _)| front);
        for read in [Some(name), front].into_iter().flatten() {
            let folded: String = read.chars().filter(|c| *c != '\0').map(fold).collect();
            let found = known.iter().find(|known| known.chars().map(fold).eq(folded.chars()));
            assert!(found.is_none(), "{name:?} reads like {found:?}");
        }
    }
}

/// Simple case folding (Unicode), for the letters that occur in known names.
fn fold(c: char) -> char {
    match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        // Turkic, as comparisons of single letters in upper case fold them.
        '\u{130}' | '\u{131}' => 'i',
        c => c.to_ascii_lowercase(),
    }
}

/// Asserts that a header that mirrors a member of the body, if present, has the value of that member.
fn assert_mirrored(headers: &HeaderMap, name: &str, member: &str) {
    for header in headers.get_all(name) {
        let header = header.to_str().expect("it is ASCII");
        let encoded = header.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
        let value = encoded
            .filter(|_| name.starts_with("mcp-name") || name.starts_with("mcp-param"))
            .map_or_else(|| header.as_bytes().to_vec(), |encoded| STANDARD.decode(encoded).expect("it is base64"));
        assert_eq!(value, member.as_bytes(), "{name}");
    }
}
