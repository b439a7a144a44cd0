//! Servers on rmcp whose tools have no checks: without the layer or stdio credentials they do not start.

use http_body_util::BodyExt;
use mcp_scopes::{Caller, Environment, ScopeTable, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_rmcp::{AuthenticatedHandler, guard};
use mcp_scopes_server::{Environments, ResourceServer, StdioCredentials};
use rmcp::{
    ErrorData, ServerHandler, ServiceExt as _, tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};
use tower::ServiceExt;

use crate::server::{Ask, BuildNow as _, RESOURCE, TOOLS, Tokens};

#[derive(Clone, Debug)]
struct Notes;

#[mcp_tools]
#[tool_router]
impl Notes {
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(description = "Read the notes")]
    async fn read_notes(&self) -> String {
        "buy milk".to_owned()
    }

    #[mcp_tool(scope = "files:write", risk = "medium", guard = caller)]
    #[tool(description = "Drop the notes")]
    async fn drop_notes(&self, caller: mcp_scopes_rmcp::Caller) -> Result<String, ErrorData> {
        Ok(format!("{:?}", caller.environment()))
    }
}

#[tool_handler]
impl ServerHandler for Notes {}

scope_table! { static NOTES = [Notes::*] with "tests/server/mcp-scopes.toml"; }
scope_table! { static SANDBOXED = [Notes::*] with "tests/server/sandbox.toml"; }

fn layer(table: &'static ScopeTable) -> ResourceServer {
    ResourceServer::builder(table).resource(RESOURCE).verifier(Tokens).build_now().unwrap()
}

fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true)
}

/// Returns the service without a layer in front.
fn bare<H: ServerHandler + Clone>(handler: H) -> StreamableHttpService<H, LocalSessionManager> {
    StreamableHttpService::new(move || Ok(handler.clone()), std::sync::Arc::default(), config())
}

fn complete(ask: Ask) -> Ask {
    ask.header("accept", "application/json, text/event-stream").header("host", "localhost")
}

/// Returns the first messages of a session, and others that a client may send without one.
fn asks() -> Vec<Ask> {
    let handshake = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    let mut asks: Vec<Ask> = ["ping", "tools/list", "prompts/list", "resources/list"].map(Ask::method).into();
    asks.extend([Ask::post(handshake), Ask::call("read_notes"), Ask::call("drop_notes")]);
    asks.extend(["server/discover", "tools/list"].map(|method| Ask::modern(method, "")));
    asks.push(Ask::modern_call("read_notes"));
    asks
}

async fn answers<H: ServerHandler + Clone>(handler: H, ask: Ask) -> String {
    let answer = bare(handler).oneshot(complete(ask).0).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn accepts_requests_behind_its_layer() {
    let service =
        mcp_scopes_rmcp::service(&layer(&NOTES), || Ok(Notes), LocalSessionManager::default().into(), config())
            .unwrap();
    for (ask, expected) in
        [(Ask::call("read_notes").token("reader"), 200), (Ask::call("drop_notes").token("reader"), 403)]
    {
        let answer = service.clone().oneshot(complete(ask).0).await.unwrap();
        assert_eq!(answer.status().as_u16(), expected);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(String::from_utf8_lossy(&body).contains("buy milk"), expected == 200, "{body:?}");
    }
}

#[tokio::test]
async fn accepts_the_host_of_the_resource_and_rejects_others() {
    let status = async |layer: &ResourceServer, config, host| {
        let service =
            mcp_scopes_rmcp::service(layer, || Ok(Notes), LocalSessionManager::default().into(), config).unwrap();
        let ask = Ask::call("read_notes").token("reader").header("accept", "application/json, text/event-stream");
        service.oneshot(ask.header("host", host).0).await.unwrap().status().as_u16()
    };
    let known = layer(&NOTES);
    // The hosts that rmcp accepts by default remain accepted. Other hosts are rejected, which prevents DNS rebinding.
    for (host, expected) in [
        ("files.example.com", 200),
        ("FILES.example.com:443", 200),
        ("localhost:3000", 200),
        ("files.example.com.evil.example", 403),
        ("evil.example", 403),
    ] {
        assert_eq!(status(&known, config(), host).await, expected, "{host}");
    }
    // One server under two hosts, if it accepts tokens for both.
    for (environments, expected) in [(Environments::new().by_audience(), 200), (Environments::new(), 403)] {
        let server = ResourceServer::builder(&SANDBOXED).resource(RESOURCE).verifier(Tokens).environments(environments);
        let server = server.build_now().unwrap();
        assert_eq!(status(&server, config(), "files.example.com").await, 200);
        assert_eq!(status(&server, config(), "sandbox.example.com").await, expected);
    }
    assert_eq!(status(&known, config().with_allowed_hosts(["inside"]), "files.example.com").await, 200);
    assert_eq!(
        status(&known, config().disable_allowed_hosts(), "evil.example").await,
        200,
        "with the check of hosts disabled"
    );
}

#[tokio::test]
async fn rejects_the_first_message_without_the_layer() {
    for ask in asks() {
        let body = answers(guard(&layer(&NOTES), Notes), ask).await;
        assert!(body.contains("put the resource server layer in front"), "{body}");
    }
    // The wrapper is the only check: without it the tool runs.
    assert!(answers(Notes, Ask::call("read_notes")).await.contains("buy milk"));
}

#[tokio::test]
async fn rejects_requests_behind_the_layer_of_another_table() {
    for ask in asks() {
        let other = layer(&TOOLS).layer().layer(bare(guard(&layer(&NOTES), Notes)));
        let body = other.oneshot(complete(ask.token("reader")).0).await.unwrap().into_body().collect().await.unwrap();
        let body = String::from_utf8(body.to_bytes().to_vec()).unwrap();
        assert!(body.contains("\"error\"") && !body.contains("buy milk"), "{body}");
    }
    let other = layer(&TOOLS).layer().layer(bare(guard(&layer(&NOTES), Notes)));
    let answer = other.oneshot(complete(Ask::method("tools/list").token("reader")).0).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("another scope table"), "{body:?}");
}

const HANDSHAKE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;

async fn say(stream: &mut BufReader<DuplexStream>, message: &str) -> Value {
    stream.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    serde_json::from_str(&line).unwrap()
}

/// The scope is the value of a variable that cargo sets for tests, because setting a variable would require `unsafe`.
#[mcp_tool(scope = "mcp-scopes-server", risk = "low")]
fn named_like_the_crate() {}

scope_table! { static CRATE = [named_like_the_crate]; }

#[test]
fn stdio_reads_the_grant_from_the_variable() {
    let stated = StdioCredentials::from_env(&CRATE, "CARGO_PKG_NAME");
    assert!(stated.caller().authorize("named_like_the_crate").is_ok());
    assert_eq!(stated.caller().environment(), Environment::Live);
    assert_eq!(stated.in_sandbox().caller().environment(), Environment::Sandbox);
    let missing = StdioCredentials::from_env(&CRATE, "MCP_SCOPES_NO_SUCH_VARIABLE");
    assert!(missing.caller().authorize("named_like_the_crate").is_err());
}

#[test]
fn stdio_grants_all_scopes_if_stated() {
    for tool in ["list_files", "write_file", "run"] {
        assert!(StdioCredentials::all(&TOOLS).caller().authorize(tool).is_ok(), "{tool}");
    }
    assert!(StdioCredentials::all(&TOOLS).caller().authorize("other").is_err());
}

/// Calls a tool on stdio.
async fn call_on_stdio(credentials: StdioCredentials, tool: &str) -> Value {
    let (here, there) = tokio::io::duplex(1 << 16);
    let guarded = guard(credentials, Notes);
    let server = tokio::spawn(async move { guarded.serve(tokio::io::split(there)).await.unwrap().waiting().await });
    let mut stream = BufReader::new(here);
    say(&mut stream, HANDSHAKE).await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}});
    let answer = say(&mut stream, &call.to_string()).await;
    server.abort();
    answer
}

#[tokio::test]
async fn stdio_errors_name_the_variable_and_the_scopes() {
    let missing = StdioCredentials::from_env(&NOTES, "NOTES_SCOPES");
    let other = StdioCredentials::from_env(&NOTES, "CARGO_PKG_NAME");
    for (credentials, code, variable) in [(missing, 401, "NOTES_SCOPES"), (other, 403, "CARGO_PKG_NAME")] {
        let answer = call_on_stdio(credentials.clone(), "drop_notes").await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        let help = format!("start the server with `files:write` in the environment variable `{variable}`");
        assert!(message.ends_with(&help), "{message}");
        assert!(!message.contains("request") && !message.contains("token"), "there is neither on stdio: {message}");
        // A scope does not help here.
        let unknown = call_on_stdio(credentials, "other").await;
        assert!(!unknown.to_string().contains(variable), "{unknown}");
    }
    let stated = StdioCredentials::of(Caller::new(NOTES.grant("files:read"), Environment::Live));
    let answer = call_on_stdio(stated, "drop_notes").await;
    assert!(!answer.to_string().contains("environment variable"), "{answer}");
    let answer = call_on_stdio(StdioCredentials::all(&NOTES), "drop_notes").await;
    assert_eq!(answer["result"]["content"][0]["text"], "Live", "{answer}");
}

#[tokio::test]
async fn stdio_rejects_servers_that_require_the_layer() {
    let (here, there) = tokio::io::duplex(1 << 16);
    let starting =
        tokio::spawn(async move { guard(&layer(&NOTES), Notes).serve(tokio::io::split(there)).await.is_ok() });
    let answer = say(&mut BufReader::new(here), HANDSHAKE).await;
    assert_eq!(answer["error"]["code"], 403, "{answer}");
    assert!(!starting.await.unwrap(), "the server started");
}

#[tokio::test]
async fn stdio_lists_and_runs_tools_by_credentials() {
    let trainee = Caller::new(NOTES.grant("files:read"), Environment::Live);
    let guarded: AuthenticatedHandler<Notes> = guard(StdioCredentials::of(trainee), Notes);
    let (here, there) = tokio::io::duplex(1 << 16);
    let server = tokio::spawn(async move {
        let running = guarded.serve(tokio::io::split(there)).await.unwrap();
        running.waiting().await.unwrap();
    });
    let mut stream = BufReader::new(here);
    assert!(say(&mut stream, HANDSHAKE).await["result"].is_object());
    let list = say(&mut stream, r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).await;
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), 1, "{list}");
    let mut answers = Vec::new();
    for name in ["read_notes", "drop_notes", "no_such_tool"] {
        let call =
            json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": name, "arguments": {}}});
        answers.push(say(&mut stream, &call.to_string()).await);
    }
    server.abort();
    assert_eq!(answers[0]["result"]["content"][0]["text"], "buy milk", "{answers:?}");
    assert_eq!(answers[1]["error"]["code"], 403, "{answers:?}");
    assert_eq!(answers[2]["error"]["code"], -32602, "{answers:?}");
}

#[tokio::test]
async fn stdio_credentials_reach_the_inline_check() {
    let owner = Caller::new(NOTES.grant("files:write"), Environment::Live);
    let (here, there) = tokio::io::duplex(1 << 16);
    let guarded = guard(StdioCredentials::of(owner), Notes);
    let server = tokio::spawn(async move { guarded.serve(tokio::io::split(there)).await.unwrap().waiting().await });
    let mut stream = BufReader::new(here);
    say(&mut stream, HANDSHAKE).await;
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop_notes","arguments":{}}}"#;
    let answer = say(&mut stream, call).await;
    server.abort();
    assert_eq!(answer["result"]["content"][0]["text"], "Live", "{answer}");
}

#[tokio::test]
async fn rejects_stdio_credentials_over_http() {
    let owner = StdioCredentials::of(Caller::new(NOTES.grant("files:read files:write"), Environment::Live));
    for ask in asks() {
        let body = answers(guard(owner.clone(), Notes), ask).await;
        assert!(body.contains("put the resource server layer in front"), "{body}");
    }
}
