//! Tasks. A call that becomes one is a call like others. What a client does with a task is none, and input for it is refused where it would have to
//! be compared.

use mcp_scopes::{Caller, Environment, ScopeTable, mcp_tool, scope_table};
use mcp_scopes_rmcp::guard;
use mcp_scopes_server::{Access, ResourceServerBuilder, StdioCredentials};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult, ServerCapabilities,
        ServerConfig, UpdateTaskParams,
    },
    service::RequestContext,
};
use serde_json::{Value, json};

use super::{Limited, TABLE, builder, message, reason, stdio::Stdio};
use crate::{
    audit::Kept,
    server::{Answer, Ask},
};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
fn read(path: &str) {
    let _ = path;
}
/// Read a file of the system
#[mcp_tool(scope = all("files:read", when("/etc/*", "files:system")), risk = "low")]
fn read_system(path: &str) {
    let _ = path;
}
/// Send, but no keys
#[mcp_tool(scope = "files:read", risk = "low", policy(blocked_patterns("*.key")))]
fn send(text: &str) {
    let _ = text;
}
/// Send, but not after a key
#[mcp_tool(scope = "files:read", risk = "low", policy(blocked_after("read:*.key")))]
fn send_after(text: &str) {
    let _ = text;
}
/// Deploy
#[mcp_tool(scope = "files:read", risk = "low", policy(requires_approval_after("read")))]
fn deploy() {}
/// Write, but rarely
#[mcp_tool(scope = "files:read", risk = "low", policy(max_calls_per_session = 2, blocked_after("read")))]
fn write(text: &str) {
    let _ = text;
}

scope_table! { static PLAIN = [read]; }
scope_table! { static COUNTED = [read, write] with "tests/server/policies/contents.toml"; }
scope_table! { static CONDITIONAL = [read, read_system]; }
scope_table! { static BLOCKED = [read, send]; }
scope_table! { static LATCHED = [read, send_after]; }
scope_table! { static APPROVED = [read, deploy]; }

const METHODS: [&str; 4] = ["tasks/get", "tasks/result", "tasks/cancel", "tasks/list"];

fn open(builder: ResourceServerBuilder) -> ResourceServerBuilder {
    builder.method("tasks/*", Access::Token)
}

fn update(text: &str) -> Value {
    let responses = json!({"q": {"action": "accept", "content": {"path": text}}});
    json!({"jsonrpc": "2.0", "id": 1, "method": "tasks/update", "params": {"taskId": "t", "inputResponses": responses}})
}

/// Returns the text of a refusal.
#[track_caller]
fn refused(error: &Value) -> bool {
    if error.is_null() {
        return false;
    }
    let text = error["message"].as_str().unwrap();
    assert_eq!(error["code"], -32602, "{error}");
    assert!(text.contains("a task does not say which tool it is; cancel the task, and call the tool again"), "{error}");
    true
}

#[tokio::test]
async fn refuses_input_for_tasks_where_it_would_have_to_be_compared() {
    let of = |table: &'static ScopeTable| open(builder(table));
    for (name, builder, expected) in [
        ("plain", of(&PLAIN), false),
        ("counted", of(&COUNTED), false),
        ("conditional", of(&CONDITIONAL), true),
        ("blocked", of(&BLOCKED), true),
        ("latched", of(&LATCHED), true),
        ("approved", of(&APPROVED).approval_by_elicitation(), true),
        ("elsewhere", of(&BLOCKED).policies_enforced_elsewhere(), false),
        ("conditional elsewhere", of(&CONDITIONAL).policies_enforced_elsewhere(), true),
    ] {
        let server = Limited::with(builder);
        // Whatever the input is: the answer says nothing about it.
        for text in ["/home/ada", "/etc/passwd", "id.key"] {
            let answer = server.server.send(Ask::post(update(text).to_string()).token("ada")).await;
            assert_eq!(answer.seen.is_none(), expected, "{name} {text}");
            assert_eq!(refused(&answer.json()["error"]), expected, "{name}");
        }
        for method in METHODS {
            server.server.send(Ask::method(method).token("ada")).await.passed();
        }
        let mut notice = update("x");
        notice.as_object_mut().unwrap().remove("id");
        let answer = server.server.send(Ask::post(notice.to_string()).token("ada")).await;
        assert_eq!(answer.seen.is_none(), expected, "{name}");
    }
    // Without a rule the method is closed, and a caller without a token learns nothing.
    let closed = Limited::of(&BLOCKED);
    assert_eq!(closed.server.send(Ask::post(update("x").to_string()).token("ada")).await.refused(), (200, -32601));
    let answer = Limited::with(of(&BLOCKED)).server.send(Ask::post(update("x").to_string())).await;
    assert_eq!(answer.refused(), (401, 401));
}

#[tokio::test]
async fn a_call_that_becomes_a_task_is_decided_on_like_others() {
    let server = Limited::with(open(builder(&TABLE)));
    let call = async |tool: &str, path: &str| -> Answer {
        let mut body = message(1, tool, &json!({"path": path}));
        body["params"]["task"] = json!({"ttl": 60_000});
        server.server.send(Ask::post(body.to_string()).token("ada")).await
    };
    let ask_tasks = async || {
        for method in METHODS {
            server.server.send(Ask::method(method).token("ada")).await.passed();
        }
    };
    call("write_file", "a").await.passed();
    // Neither counts towards the limit.
    ask_tasks().await;
    call("write_file", "a").await.passed();
    assert_eq!(reason(&call("write_file", "a").await), "max_calls_per_session");
    assert_eq!(reason(&call("read_file", "/etc/shadow").await), "blocked_patterns");
    call("send_email", "a").await.passed();
    call("read_file", "id.key").await.passed();
    assert_eq!(reason(&call("send_email", "a").await), "blocked_after");
    // Nor does it lift anything, also not the end of the task.
    ask_tasks().await;
    assert_eq!(reason(&call("send_email", "a").await), "blocked_after");
    assert_eq!(reason(&call("write_file", "a").await), "max_calls_per_session");

    let server = Limited::with(open(builder(&CONDITIONAL)));
    let call = async |path: &str| {
        let mut body = message(1, "read_system", &json!({"path": path}));
        body["params"]["task"] = json!({"ttl": 60_000});
        server.server.send(Ask::post(body.to_string()).token("ada")).await
    };
    call("/home/ada").await.passed();
    assert_eq!(call("/etc/passwd").await.refused(), (403, 403));
}

/// A server whose tools ask for input in tasks.
#[derive(Clone, Debug)]
struct Clerk;

impl ServerHandler for Clerk {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tasks().build())
    }

    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(CallToolResult::success(Vec::new()).into())
    }

    async fn update_task(&self, _: UpdateTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn on_custom_request(
        &self,
        _: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Ok(CustomResult::new(json!({})))
    }
}

#[tokio::test]
async fn refuses_input_for_tasks_on_stdio() {
    let of =
        |table: &'static ScopeTable| StdioCredentials::of(Caller::new(table.grant("files:read"), Environment::Live));
    for (name, credentials, expected) in [
        ("plain", of(&PLAIN), false),
        ("counted", of(&COUNTED), false),
        ("conditional", of(&CONDITIONAL), true),
        ("blocked", of(&BLOCKED), true),
        ("approved", of(&APPROVED), true),
        ("elsewhere", of(&BLOCKED).policies_enforced_elsewhere(), false),
        ("conditional elsewhere", of(&CONDITIONAL).policies_enforced_elsewhere(), true),
    ] {
        let kept = Kept::default();
        let mut stdio = Stdio::serve(guard(credentials.audit(kept.clone()), Clerk)).await;
        let mut other = update("x");
        // What rmcp cannot parse is a custom request.
        other["params"].as_object_mut().unwrap().remove("inputResponses");
        for body in [update("/home/ada"), other] {
            let answer = stdio.say(&body.to_string()).await;
            assert_eq!(refused(&answer["error"]), expected, "{name} {answer}");
            if expected {
                assert_eq!(kept.only(), ["deny", "denied", "not_available"].map(str::to_owned));
            }
        }
    }
}
