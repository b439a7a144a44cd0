//! Servers without HTTP, and handlers of rmcp behind the layer.

use mcp_scopes::{Caller, Environment, ScopeTable, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_rmcp::{AuthenticatedHandler, guard};
use mcp_scopes_server::{StdioCredentials, policies::DENIAL_META};
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt as _,
    model::{ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult},
    service::RequestContext,
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager},
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};
use tower::ServiceExt as _;

use super::{Limited, builder, denial, message};
use crate::{
    audit::Kept,
    server::{Answer, Ask},
};

#[derive(Clone, Debug)]
struct Files;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Path {
    path: String,
}

#[mcp_tools]
#[tool_router]
impl Files {
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(description = "Read a file")]
    async fn read(&self, path: rmcp::handler::server::wrapper::Parameters<Path>) -> String {
        path.0.path
    }

    #[mcp_tool(scope = "files:read", risk = "low", policy(blocked_after("read:*.key")))]
    #[tool(description = "Send a message")]
    async fn send(&self) -> String {
        "sent".to_owned()
    }

    #[mcp_tool(scope = "files:read", risk = "low", policy(max_calls_per_session = 1), guard = caller)]
    #[tool(description = "Run once")]
    async fn once(&self, caller: mcp_scopes_rmcp::Caller) -> Result<String, ErrorData> {
        let _ = caller;
        Ok("ran".to_owned())
    }

    #[mcp_tool(scope = "files:read", risk = "low", policy(requires_approval_after("once")))]
    #[tool(description = "Deploy")]
    async fn deploy(&self) -> String {
        "deployed".to_owned()
    }

    #[mcp_tool(scope = "files:read", risk = "high")]
    #[tool(description = "Remove everything")]
    async fn wipe(&self) -> Result<String, String> {
        Err("there is nothing".to_owned())
    }
}

#[tool_handler]
impl ServerHandler for Files {
    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let _ = request;
        Ok(ReadResourceResult::new(Vec::new()).into())
    }
}

// Each test has a table, since one process is one session.
scope_table! { static FIRST = [Files::*] with "tests/server/policies/contents.toml"; }
scope_table! { static SECOND = [Files::*] with "tests/server/policies/contents.toml"; }
scope_table! { static THIRD = [Files::*] with "tests/server/policies/contents.toml"; }
scope_table! { static FIFTH = [Files::*] with "tests/server/policies/contents.toml"; }
scope_table! { static SIXTH = [Files::*] with "tests/server/policies/contents.toml"; }
scope_table! { static SEVENTH = [Files::*] with "tests/server/policies/contents.toml"; }
scope_table! { static EIGHTH = [Files::*] with "tests/server/policies/risks.toml"; }
scope_table! { static FOURTH = [Files::*] with "tests/server/policies/contents.toml"; }

scope_table! { static IN_DOMAIN = [Files::*] with "tests/server/policies/domain.toml"; }

const HANDSHAKE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}},"clientInfo":{"name":"t","version":"1"}}}"#;

pub(crate) struct Stdio {
    stream: BufReader<DuplexStream>,
    server: tokio::task::JoinHandle<()>,
}

impl Stdio {
    async fn start(credentials: StdioCredentials) -> Self {
        Self::serve(guard(credentials, Files)).await
    }

    pub(crate) async fn serve<H: ServerHandler>(guarded: AuthenticatedHandler<H>) -> Self {
        let (here, there) = tokio::io::duplex(1 << 16);
        let server = tokio::spawn(async move {
            let running = guarded.serve(tokio::io::split(there)).await.unwrap();
            let _ = running.waiting().await;
        });
        let mut stdio = Self { stream: BufReader::new(here), server };
        stdio.say(HANDSHAKE).await;
        stdio
    }

    pub(crate) async fn say(&mut self, message: &str) -> Value {
        self.stream.write_all(format!("{message}\n").as_bytes()).await.unwrap();
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Calls a tool, and returns its text or the reason of its denial.
    async fn call(&mut self, tool: &str, path: &str) -> String {
        let answer = self.say(&message(1, tool, &json!({"path": path})).to_string()).await;
        let result = &answer["result"];
        match result["_meta"][DENIAL_META]["reason"].as_str() {
            Some(reason) => {
                assert_eq!(result["isError"], true, "{answer}");
                reason.to_owned()
            }
            None => result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(),
        }
    }
}

impl Drop for Stdio {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(super) fn credentials(table: &'static ScopeTable) -> StdioCredentials {
    StdioCredentials::of(Caller::new(table.grant("files:read"), Environment::Live))
}

#[tokio::test]
async fn one_process_is_one_session() {
    let mut stdio = Stdio::start(credentials(&FIRST)).await;
    assert_eq!(stdio.call("send", "").await, "sent");
    assert_eq!(stdio.call("read", "/home/ada/id.key").await, "/home/ada/id.key");
    assert_eq!(stdio.call("send", "").await, "blocked_after");
    assert_eq!(stdio.call("once", "").await, "ran");
    assert_eq!(stdio.call("once", "").await, "max_calls_per_session");
    // There is no form of approval.
    assert_eq!(stdio.call("deploy", "").await, "requires_approval_after");
    // A new connection, and other credentials, are the same process.
    let mut again = Stdio::start(StdioCredentials::all(&FIRST)).await;
    assert_eq!(again.call("send", "").await, "blocked_after");
    assert_eq!(again.call("once", "").await, "max_calls_per_session");
    assert_eq!(again.call("read", "x").await, "x");
}

#[tokio::test]
async fn reads_of_resources_count_on_stdio() {
    let mut stdio = Stdio::start(credentials(&SECOND)).await;
    let read = json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "app://h/secret/x"}});
    let answer = stdio.say(&read.to_string()).await;
    assert!(answer["result"].is_object(), "{answer}");
    let answer = stdio.say(&read.to_string()).await;
    assert_eq!(answer["error"]["code"], 403, "{answer}");
    assert_eq!(answer["error"]["data"][DENIAL_META]["reason"], "max_high_risk_calls");
}

#[tokio::test]
async fn a_process_has_no_sign_in_of_a_stated_strength() {
    let mut stdio = Stdio::start(credentials(&EIGHTH)).await;
    let answer = stdio.say(&message(1, "wipe", &json!({})).to_string()).await;
    assert_eq!(
        answer["result"]["content"][0]["text"],
        "`wipe` requires a sign-in with acr `gold` or `platinum` within the last 60 minutes; this transport has no sign-in of a stated \
         strength, so use the server over HTTP, or ask a person"
    );
}

#[tokio::test]
async fn a_process_shares_no_session_of_a_domain() {
    let mut stdio = Stdio::start(credentials(&IN_DOMAIN)).await;
    assert_eq!(stdio.call("read", "x").await, "unenforced");
}

#[tokio::test]
async fn a_server_may_enforce_policies_itself_on_stdio() {
    let mut stdio = Stdio::start(credentials(&THIRD).policies_enforced_elsewhere()).await;
    for _ in 0..2 {
        assert_eq!(stdio.call("once", "").await, "ran");
    }
}

#[tokio::test]
async fn inline_checks_require_that_policies_were_enforced() {
    let caller = Caller::new(FIFTH.grant("files:read"), Environment::Live);
    let error = Files.once(mcp_scopes_rmcp::Caller(caller)).await.unwrap_err();
    assert_eq!(error.code.0, 403);
    assert!(
        error.message.contains("the policies of this server were not enforced for this call of tool `once`"),
        "{error:?}"
    );
    assert!(Files.once(mcp_scopes_rmcp::Caller(caller.policies_enforced_elsewhere())).await.is_ok());
}

#[tokio::test]
async fn handlers_behind_the_layer_ask_once() {
    let layer = Limited::with(builder(&FOURTH).approval_by_sign_in(["gold"]));
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let service =
        mcp_scopes_rmcp::service(layer.server.layer(), || Ok(Files), LocalSessionManager::default().into(), config)
            .unwrap();
    let call = async |tool: &str, path: &str| {
        let ask = Ask::post(message(1, tool, &json!({"path": path})).to_string());
        let ask = ask.token("ada").header("accept", "application/json, text/event-stream").header("host", "localhost");
        let (parts, body) = service.clone().oneshot(ask.0).await.unwrap().into_parts();
        let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
            seen: None,
        }
    };
    // A limit of one call admits one call: layer and handler do not both count it.
    assert_eq!(call("once", "").await.json()["result"]["content"][0]["text"], "ran");
    assert_eq!(denial(&call("once", "").await)["reason"], "max_calls_per_session");
    assert_eq!(call("read", "id.key").await.json()["result"]["content"][0]["text"], "id.key");
    assert_eq!(denial(&call("send", "").await)["reason"], "blocked_after");
}

#[tokio::test]
async fn each_request_of_the_process_is_one_event() {
    let kept = Kept::default();
    let mut stdio = Stdio::start(credentials(&SIXTH).audit(kept.clone())).await;
    let read =
        |uri: &str| json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": uri}}).to_string();
    let only = |expected: [&str; 3]| assert_eq!(kept.only(), expected.map(str::to_owned));
    // Handshake and lists do nothing.
    stdio.say(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).await;
    assert_eq!(kept.take().len(), 0);

    assert_eq!(stdio.call("read", "/home/ada/id.key").await, "/home/ada/id.key");
    let [[event, ocsf]] = &kept.take_both()[..] else { panic!() };
    for (name, expected) in [
        ("mcp.method.name", json!("tools/call")),
        ("gen_ai.tool.name", json!("read")),
        ("mcp.protocol.version", json!("2025-11-25")),
        ("network.transport", json!("pipe")),
        ("mcp_scopes.decision", json!("allow")),
        ("mcp_scopes.outcome", json!("success")),
        ("mcp_scopes.risk", json!("low")),
        ("mcp_scopes.scopes.needed", json!(["files:read"])),
        ("mcp_scopes.environment", json!("live")),
        // No token, and no peer.
        ("mcp_scopes.issuer", Value::Null),
        ("user.id", Value::Null),
        ("client.address", Value::Null),
    ] {
        assert_eq!(event[name], expected, "{name}: {event}");
    }
    assert_eq!(event["mcp_scopes.patterns"].as_array().map(Vec::len), Some(1), "{event}");
    assert!(event["mcp_scopes.session"].is_string() && !event.to_string().contains("id.key"), "{event}");
    assert_eq!(ocsf["src_endpoint"], json!({"svc_name": "mcp-client"}), "{ocsf}");

    assert_eq!(stdio.call("send", "").await, "blocked_after");
    let [event] = &kept.take()[..] else { panic!() };
    assert_eq!(
        ["decision", "outcome", "reason", "rule"].map(|name| event[format!("mcp_scopes.{name}")].clone()),
        ["deny", "denied", "blocked_after", "read:*.key"]
    );
    assert_eq!(stdio.call("once", "").await, "ran");
    only(["allow", "success", "-"]);
    assert_eq!(stdio.call("deploy", "").await, "requires_approval_after");
    only(["approve", "denied", "requires_approval_after"]);
    assert_eq!(stdio.call("wipe", "").await, "there is nothing");
    only(["allow", "tool_error", "-"]);
    // This server has no prompts.
    stdio.say(r#"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"digest"}}"#).await;
    let [event] = &kept.take()[..] else { panic!() };
    assert_eq!([&event["mcp.method.name"], &event["mcp_scopes.outcome"]], ["prompts/get", "error"]);
    assert_eq!(
        (&event["mcp_scopes.decision"], &event["rpc.response.status_code"]),
        (&json!("allow"), &json!("-32601"))
    );
    stdio.say(&message(1, "nothing", &json!({})).to_string()).await;
    only(["deny", "denied", "not_available"]);

    stdio.say(&read("app://h/a")).await;
    let [event] = &kept.take()[..] else { panic!() };
    assert_eq!(event["mcp_scopes.entries"], json!(["app://h/*"]), "{event}");
    assert_eq!(
        ["decision", "outcome", "risk"].map(|name| event[format!("mcp_scopes.{name}")].clone()),
        ["allow", "success", "low"]
    );
    assert_eq!(event["mcp_scopes.scopes.needed"], json!(["files:read"]));
    stdio.say(&read("app://h/secret/x")).await;
    only(["deny", "denied", "max_high_risk_calls"]);
    stdio.say(&read("app://other/x")).await;
    only(["deny", "denied", "not_available"]);

    let without = StdioCredentials::of(Caller::new(SIXTH.grant(""), Environment::Live)).audit(kept.clone());
    let mut without = Stdio::start(without).await;
    without.say(&message(1, "read", &json!({"path": "x"})).to_string()).await;
    let [event] = &kept.take()[..] else { panic!() };
    assert_eq!(event["mcp_scopes.reason"], "insufficient_scope", "{event}");
    assert_eq!(event["mcp_scopes.scopes.missing"], json!(["files:read"]));
    without.say(&read("app://h/a")).await;
    only(["deny", "denied", "insufficient_scope"]);
}

#[tokio::test]
async fn a_call_of_high_risk_runs_only_if_its_event_has_a_place() {
    let kept = Kept { is_full: true, ..Kept::default() };
    let mut stdio = Stdio::start(credentials(&SEVENTH).audit(kept.clone())).await;
    assert_eq!(stdio.call("wipe", "").await, "audit_unavailable");
    assert_eq!(kept.only(), ["deny", "denied", "audit_unavailable"].map(str::to_owned));
    stdio.say(r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"app://h/secret/x"}}"#).await;
    assert_eq!(kept.only(), ["deny", "denied", "audit_unavailable"].map(str::to_owned));
    assert_eq!(stdio.call("send", "").await, "sent");
}
