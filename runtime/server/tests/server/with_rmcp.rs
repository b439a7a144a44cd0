//! The layer in front of rmcp's streamable HTTP.

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use mcp_scopes::{Caller, Environment, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_server::{Discovery, ResourceServer, ResponseBody, StdioCredentials};
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt as _,
    handler::server::wrapper::Parameters,
    service::RequestContext,
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde_json::Value;
use tower::ServiceExt;

use crate::server::{Ask, BuildNow as _, Tokens};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct File {
    path: String,
}

#[derive(Clone)]
struct Files;

#[mcp_tools]
#[tool_router]
impl Files {
    #[mcp_tool(scope = "files:read", risk = "low", guard = caller)]
    #[tool(description = "Read a file")]
    async fn read_file(
        &self,
        caller: mcp_scopes_rmcp::Caller,
        Parameters(file): Parameters<File>,
    ) -> Result<String, ErrorData> {
        Ok(format!("{} {:?}", file.path, caller.environment()))
    }

    #[mcp_tool(scope = "files:write", risk = "medium", guard = context)]
    #[tool(description = "Write a file")]
    async fn write_file(&self, context: RequestContext<RoleServer>) -> Result<String, ErrorData> {
        Ok("written".to_owned())
    }
}

#[tool_handler]
impl ServerHandler for Files {}

scope_table! { static FILES = [Files::*] with "tests/server/mcp-scopes.toml"; }

type Answer = Response<ResponseBody<http_body_util::combinators::BoxBody<Bytes, std::convert::Infallible>>>;

/// Sends all requests to one rmcp server behind the layer.
struct Server {
    layer: ResourceServer,
    service: StreamableHttpService<Files, LocalSessionManager>,
}

impl Server {
    fn new(discovery: Discovery, sessions: bool, json: bool) -> Self {
        let server = ResourceServer::builder(&FILES).verifier(Tokens).discovery(discovery).build_now().unwrap();
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(sessions)
            .with_json_response(json)
            .disable_allowed_hosts();
        Self { layer: server, service: StreamableHttpService::new(|| Ok(Files), std::sync::Arc::default(), config) }
    }

    async fn send(&self, ask: Ask) -> Answer {
        let ask = ask.header("accept", "application/json, text/event-stream").header("host", "localhost");
        self.layer.layer().layer(self.service.clone()).oneshot(ask.0).await.unwrap()
    }
}

/// Returns the message of an answer: the JSON, or the last event of a stream.
async fn message(answer: Answer) -> Value {
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let text = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("data: ").filter(|data| !data.is_empty()))
        .unwrap_or(&text);
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn names(list: &Value) -> Vec<&str> {
    list["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

fn read(path: &str) -> Ask {
    Ask::post(format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"read_file","arguments":{{"path":"{path}"}}}}}}"#
    ))
}

#[tokio::test]
async fn runs_calls_with_the_scope_and_returns_403_without() {
    for json in [true, false] {
        let server = Server::new(Discovery::Baseline, false, json);
        let answer = message(server.send(read("a").token("reader")).await).await;
        assert_eq!(answer["result"]["content"][0]["text"], "a Live", "{answer}");
        let write = server.send(Ask::call("write_file").token("reader")).await;
        assert_eq!(write.status().as_u16(), 403);
        let write = message(server.send(Ask::call("write_file").token("writer")).await).await;
        assert_eq!(write["result"]["content"][0]["text"], "written", "{write}");
    }
}

#[tokio::test]
async fn filters_lists_in_json_and_in_events() {
    for json in [true, false] {
        let server = Server::new(Discovery::Filtered, false, json);
        for (token, expected) in [("reader", &["read_file"][..]), ("writer", &["read_file", "write_file"])] {
            let list = message(server.send(Ask::method("tools/list").token(token)).await).await;
            assert_eq!(names(&list), expected);
        }
    }
}

#[tokio::test]
async fn sets_cache_scope_private_on_2026_07_28() {
    let server = Server::new(Discovery::Filtered, false, true);
    let list = message(server.send(Ask::modern("tools/list", "").token("reader")).await).await;
    assert_eq!((names(&list), &list["result"]["cacheScope"]), (vec!["read_file"], &Value::from("private")));
}

#[tokio::test]
async fn rejects_name_headers_of_another_tool() {
    let server = Server::new(Discovery::Baseline, false, true);
    let ask =
        Ask::call("write_file").header("mcp-name", "read_file").header("mcp-method", "tools/call").token("reader");
    assert_eq!(message(server.send(ask).await).await["error"]["code"], -32020);
}

#[tokio::test]
async fn continues_sessions_of_older_revisions_only_for_their_owner() {
    let server = Server::new(Discovery::Baseline, true, false);
    let handshake = || {
        Ask::post(
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#,
        )
    };
    let began = server.send(handshake().token("reader")).await;
    assert_eq!(began.status().as_u16(), 200);
    let session = began.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    message(began).await;
    let ready =
        Ask::post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).header("mcp-session-id", &session);
    assert_eq!(server.send(ready.token("reader")).await.status().as_u16(), 202);
    let call = || read("a").header("mcp-session-id", &session).header("mcp-protocol-version", "2025-11-25");
    let answer = message(server.send(call().token("writer")).await).await;
    assert_eq!(answer["result"]["content"][0]["text"], "a Live");
    assert_eq!(server.send(call().token("bob")).await.status().as_u16(), 404);
}

/// Returns the answers of a server on a pipe to consecutive calls.
async fn pipe(calls: usize) -> Vec<Value> {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let (here, there) = tokio::io::duplex(1 << 16);
    let server = tokio::spawn(async move {
        let running = Files.serve(tokio::io::split(there)).await.unwrap();
        running.waiting().await.unwrap();
    });
    let (read, mut write) = tokio::io::split(here);
    let mut lines = BufReader::new(read).lines();
    let handshake = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    write.write_all(format!("{handshake}\n").as_bytes()).await.unwrap();
    lines.next_line().await.unwrap();
    write.write_all(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n").await.unwrap();
    let mut answers = Vec::new();
    for id in 1..=calls {
        if id == 2 {
            let stated = StdioCredentials::of(Caller::new(FILES.grant("files:read"), Environment::Live));
            stated.clone().install().unwrap();
            assert!(stated.install().is_err(), "the second installation changed the caller");
        }
        let name = if id == 3 { "write_file" } else { "read_file" };
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{name}","arguments":{{"path":"a"}}}}}}"#
        );
        write.write_all(format!("{call}\n").as_bytes()).await.unwrap();
        answers.push(serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap());
    }
    server.abort();
    answers
}

#[tokio::test]
async fn stdio_rejects_calls_before_credentials_are_configured() {
    let answers = pipe(3).await;
    assert_eq!(answers[0]["error"]["code"], 403, "{answers:?}");
    assert_eq!(answers[1]["result"]["content"][0]["text"], "a Live", "{answers:?}");
    assert!(answers[2]["error"]["message"].as_str().unwrap().contains("files:write"), "{answers:?}");
    // The credentials do not apply to HTTP.
    let server = Server::new(Discovery::Baseline, false, true);
    let ask = read("a").header("accept", "application/json, text/event-stream").header("host", "localhost");
    let body = server.service.clone().oneshot(ask.0).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("put the resource server layer in front"), "{body:?}");
}

#[tokio::test]
async fn guarded_tools_reject_calls_without_the_layer() {
    let server = Server::new(Discovery::Baseline, false, true);
    let ask = read("a").header("accept", "application/json, text/event-stream").header("host", "localhost");
    let answer = server.service.clone().oneshot(ask.0).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("put the resource server layer in front"), "{body:?}");
}

/// Returns the `Mcp-Param-*` headers that reach a tool.
fn params(context: &RequestContext<RoleServer>) -> String {
    let parts = context.extensions.get::<http::request::Parts>().unwrap();
    let names = parts.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("mcp-param-"));
    names.collect::<Vec<_>>().join(" ")
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Query {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
}

#[derive(Clone)]
struct Queries;

#[mcp_tools]
#[tool_router]
impl Queries {
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(description = "Run a query")]
    async fn query(&self, context: RequestContext<RoleServer>, Parameters(query): Parameters<Query>) -> String {
        format!("{} [{}]", query.region, params(&context))
    }

    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(description = "Return the headers")]
    async fn plain(&self, context: RequestContext<RoleServer>) -> String {
        format!("[{}]", params(&context))
    }
}

#[tool_handler]
impl ServerHandler for Queries {}

scope_table! { static QUERIES = [Queries::*] with "tests/server/mcp-scopes.toml"; }

#[tokio::test]
async fn applies_param_headers_that_input_schemas_declare() {
    let server = ResourceServer::builder(&QUERIES).verifier(Tokens).build_now().unwrap();
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let service =
        mcp_scopes_rmcp::service(&server, || Ok(Queries), std::sync::Arc::<LocalSessionManager>::default(), config)
            .unwrap();
    let send = |ask: Ask| {
        let service = service.clone();
        let ask =
            ask.token("reader").header("accept", "application/json, text/event-stream").header("host", "localhost");
        async move {
            let response = service.oneshot(ask.0).await.unwrap();
            let status = response.status().as_u16();
            (status, message(response).await)
        }
    };
    let meta = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
    let modern = |tool: &str, arguments: &str| {
        let params = format!(r#"{{"name":"{tool}","arguments":{arguments},{meta}}}"#);
        Ask::post(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#))
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool)
    };
    let query = || modern("query", r#"{"region":"eu"}"#);
    let text = |answer: &Value| answer["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    // Declared and equal to its argument.
    let (status, answer) = send(query().header("mcp-param-region", "eu")).await;
    assert_eq!((status, text(&answer).as_str()), (200, "eu [mcp-param-region]"), "{answer}");
    // Declared and different, also before 2026-07-28, where rmcp does not compare.
    let older = Ask::post(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query","arguments":{"region":"eu"}}}"#,
    );
    for ask in [query(), older] {
        let (status, answer) = send(ask.header("mcp-param-region", "us")).await;
        assert_eq!((status, answer["error"]["code"].as_i64()), (400, Some(-32020)), "{answer}");
    }
    // Not declared: removed.
    let (_, answer) = send(query().header("mcp-param-region", "eu").header("mcp-param-other", "eu")).await;
    assert_eq!(text(&answer), "eu [mcp-param-region]", "{answer}");
    let (_, answer) = send(modern("plain", "{}").header("mcp-param-region", "eu")).await;
    assert_eq!(text(&answer), "[]", "{answer}");
    // Missing: rmcp rejects the call.
    let (status, answer) = send(query()).await;
    assert_eq!((status, answer["error"]["code"].as_i64()), (400, Some(-32020)), "{answer}");
}
