//! Step 5: scopes that a call needs by its arguments.

use std::sync::Arc;

use mcp_scopes::{Caller, Denied, Environment, Reason, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_rmcp::guard;
use mcp_scopes_server::{
    Claims, Discovery, Environments, ProblemKind, ResourceServer, ResourceServerBuilder, StdioCredentials, Token,
    TokenError, TokenVerifier,
};
use rmcp::{ErrorData, ServerHandler, handler::server::wrapper::Parameters, tool, tool_handler, tool_router};
use serde_json::{Value, json};

use crate::{
    policies::Stdio,
    server::{Answer, Ask, BuildNow as _, RESOURCE, Reply, Server},
};

/// Read a file
#[mcp_tool(
    scope = any(all("files:read", when("/etc/*", "files:system"), when(argument = "mode", "w*", "files:write")), "files:admin"),
    risk = "medium"
)]
fn read_file(path: &str, mode: Option<&str>) {
    let _ = (path, mode);
}
/// Search files
#[mcp_tool(scope = all("files:read", when("/etc/*", "files:system")), risk = "low", guard = caller)]
fn search(caller: &Caller, folder: &str) -> Result<(), Denied> {
    let _ = folder;
    Ok(())
}
/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
fn list_files() {}
/// Explore files
#[mcp_tool(scope = all("files:read", when("/etc/*", "files:system")), risk = "low", sandbox = "allow")]
fn explore(folder: &str) {
    let _ = folder;
}

scope_table! { static SANDBOXED = [search, explore] with "tests/server/sandbox.toml"; }

scope_table! {
    static FILES = [
        read_file,
        search,
        list_files,
        dynamic "query" (
            scope = all("files:read", when(argument = "sql", "*drop*", "files:admin")),
            risk = "high",
            parameters("sql"),
        ),
        dynamic "copy" (
            scope = all("files:read", when("/etc/*", "files:system"), when("*.key", "files:write")),
            risk = "high",
        ),
    ] with "tests/server/conditions.toml";
}

/// Accepts tokens that name their scopes: `read.system`.
struct Named;

impl TokenVerifier for Named {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let scopes: Vec<String> = token.expose_secret().split('.').map(|name| format!("files:{name}")).collect();
        let claims = Claims::builder("https://auth.example.com").subject("ada").audience([RESOURCE]);
        Ok(Arc::new(claims.scp(scopes).build()))
    }
}

pub(crate) fn builder() -> ResourceServerBuilder {
    ResourceServer::builder(&FILES).verifier(Named)
}

fn message(id: u32, tool: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

pub(crate) fn ask(token: &str, tool: &str, arguments: &Value) -> Ask {
    Ask::post(message(1, tool, arguments).to_string()).token(token)
}

/// Returns the scopes that a denied call is challenged for, and whether it passed.
#[track_caller]
pub(crate) fn challenged(answer: &Answer) -> Option<Vec<&str>> {
    if answer.seen.is_some() {
        return None;
    }
    assert_eq!(answer.refused(), (403, 403));
    assert!(answer.challenge().contains(r#"error="insufficient_scope""#), "{}", answer.challenge());
    let scope = answer.challenge().split("scope=\"").nth(1).unwrap().split('"').next().unwrap();
    Some(scope.split(' ').collect())
}

#[tokio::test]
async fn asks_for_all_scopes_of_a_call_in_one_challenge() {
    let server = Server::around(builder());
    let (read, system, write, admin) = ("files:read", "files:system", "files:write", "files:admin");
    for (token, tool, arguments, expected) in [
        ("read", "read_file", json!({"path": "/home/ada"}), None),
        ("read", "read_file", json!({"path": "/home/ada", "mode": "r"}), None),
        ("read", "read_file", json!({"path": "/etc/passwd"}), Some(vec![read, system])),
        ("read", "read_file", json!({"path": "/home/../etc/passwd"}), Some(vec![read, system])),
        ("read", "read_file", json!({"path": "/%65tc/passwd"}), Some(vec![read, system])),
        ("read", "read_file", json!({"path": ["x", {"deep": "/etc/passwd"}]}), Some(vec![read, system])),
        ("read", "read_file", json!({"path": "/home", "mode": "w+"}), Some(vec![read, write])),
        // Only the argument `mode` counts for the second condition.
        ("read", "read_file", json!({"path": "w+", "mode": "r"}), None),
        // The least step: one scope in place of two.
        ("read", "read_file", json!({"path": "/etc/passwd", "mode": "w"}), Some(vec![admin])),
        ("read.system", "read_file", json!({"path": "/etc/passwd"}), None),
        // A granted scope is named too, for clients that replace their scopes.
        ("read.system", "read_file", json!({"path": "/etc/passwd", "mode": "w"}), Some(vec![read, system, write])),
        ("read.system.write", "read_file", json!({"path": "/etc/passwd", "mode": "w"}), None),
        ("admin", "read_file", json!({"path": "/etc/passwd", "mode": "w"}), None),
        // Without what every call needs, the arguments are not compared: the challenge has the scopes of all conditions.
        ("none", "copy", json!({"from": "/home/ada"}), Some(vec![read, system, write])),
        ("none", "read_file", json!({"path": "/home/ada"}), Some(vec![admin])),
        ("read", "copy", json!({"from": "/etc/x.key"}), Some(vec![read, system, write])),
        ("read.system", "copy", json!({"from": "/etc/x.key"}), Some(vec![read, system, write])),
        ("read.system", "copy", json!({"from": "/etc/x"}), None),
        ("none", "search", json!({"folder": "/home"}), Some(vec![read, system])),
        ("read", "search", json!({"folder": "/etc/x"}), Some(vec![read, system])),
        ("read", "search", json!({"other": "/etc/x"}), Some(vec![read, system])),
        ("read", "search", json!({"other": "/home/x"}), None),
        ("read", "list_files", json!({"folder": "/etc/x"}), None),
        ("read", "query", json!({"sql": "select 1"}), None),
        ("read", "query", json!({"sql": "drop table x"}), Some(vec![read, admin])),
    ] {
        let answer = server.send(ask(token, tool, &arguments)).await;
        assert_eq!(challenged(&answer), expected, "{token} {tool} {arguments}");
    }
}

#[tokio::test]
async fn rejects_arguments_that_are_no_parameters_where_a_condition_names_one() {
    let server = Server::around(builder());
    for token in ["read", "read.system.write", "admin"] {
        for (arguments, expected) in [
            (json!({"path": "/x", "Mode": "w"}), "not a parameter of the tool; send only `path`, `mode`"),
            (json!({"file": "/etc/passwd"}), "not a parameter of the tool; send only `path`, `mode`"),
            (json!(["/x"]), "the arguments are not an object; send an object of `path`, `mode`"),
            (json!("/x"), "the arguments are not an object; send an object of `path`, `mode`"),
        ] {
            let answer = server.send(ask(token, "read_file", &arguments)).await;
            assert_eq!(answer.refused(), (200, -32602), "{token} {arguments}");
            let text = answer.json()["error"]["message"].to_string();
            assert!(text.contains(expected), "{text}");
        }
        // JSON escapes are another spelling of the same name.
        let escaped = message(1, "read_file", &json!({"path": "/x", "MODE": "r"})).to_string();
        let escaped = escaped.replace("\"MODE\"", r#""m\u006fde""#);
        server.send(Ask::post(escaped).token(token)).await.passed();
    }
    // A caller who may not call the tool learns nothing about its parameters.
    let answer = server.send(ask("none", "read_file", &json!({"file": "/x"}))).await;
    assert_eq!(answer.refused(), (403, 403));
    // Without arguments, no condition applies.
    let bare = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file"}}"#;
    server.send(Ask::post(bare).token("read")).await.passed();
}

#[tokio::test]
async fn compares_what_a_tool_receives_beside_its_arguments() {
    let server = Server::around(builder());
    for (beside, passes) in [
        (r#""inputResponses":{"q":{"action":"accept","content":{"path":"/etc/passwd"}}}"#, false),
        (r#""inputResponses":{"q":{"action":"accept","content":{"path":"/home/ada"}}}"#, true),
        (r#""inputResponses":{"q":{"action":"accept","content":{"mode":"write"}}}"#, false),
        (r#""requestState":"/etc/passwd""#, false),
        (r#""requestState":"state""#, true),
    ] {
        let params = format!(r#""name":"read_file","arguments":{{"path":"/x"}},{beside},"#);
        let ask = Ask::modern("tools/call", &params).header("mcp-name", "read_file").token("read");
        assert_eq!(server.send(ask).await.seen.is_some(), passes, "{beside}");
    }
}

#[tokio::test]
async fn rejects_a_body_if_one_of_its_calls_lacks_scopes() {
    let server = Server::around(builder().allow_batches());
    let (home, etc) = (json!({"folder": "/home"}), json!({"folder": "/etc/x"}));
    for (first, second, passes) in [(&home, &home, true), (&home, &etc, false), (&etc, &home, false)] {
        let body = json!([message(1, "search", first), message(2, "search", second)]);
        let answer = server.send(Ask::post(body.to_string()).token("read")).await;
        assert_eq!(answer.seen.is_some(), passes, "{body}");
    }
}

#[tokio::test]
async fn lists_tools_that_some_calls_open() {
    let list = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"read_file"},{"name":"search"},{"name":"list_files"},{"name":"query"},{"name":"copy"}]}}"#;
    let server = Server::around(builder().discovery(Discovery::Filtered)).replying(Reply::json(list));
    for (token, expected) in [
        ("read", &["read_file", "search", "list_files", "query", "copy"][..]),
        ("system", &[]),
        ("admin", &["read_file"]),
    ] {
        let answer = server.send(Ask::method("tools/list").token(token)).await;
        let tools = answer.json()["result"]["tools"].clone();
        let names: Vec<_> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{token}");
    }
}

/// The layer tells the function that it has compared the arguments of this tool. Nothing else does.
#[tokio::test]
async fn inline_checks_accept_what_the_layer_has_compared() {
    let caller = |scopes: &str| Caller::new(FILES.grant(scopes), Environment::Live);
    let unmarked = search(&caller("files:read"), "/home").unwrap_err();
    assert_eq!(unmarked.reason(), Reason::MissingScopes);
    let text = unmarked.to_string();
    assert!(text.contains("`files:system`") && text.contains("put the resource server layer in front"), "{text}");
    assert!(search(&caller("files:read").policies_enforced_elsewhere(), "/home").is_err());
    assert!(search(&caller("files:read files:system"), "/home").is_ok());
    assert!(!search(&caller("files:system"), "/home").unwrap_err().to_string().contains("layer"));

    for builder in [builder(), builder().policies_enforced_elsewhere()] {
        let server = Server::around(builder);
        let seen = server.send(ask("read", "search", &json!({"folder": "/home"}))).await.passed().caller.unwrap();
        assert!(search(&seen, "/home").is_ok());
        for other in [ask("read", "list_files", &json!({})), Ask::method("tools/list").token("read")] {
            let seen = server.send(other).await.passed().caller.unwrap();
            assert!(search(&seen, "/home").is_err());
        }
    }
}

/// Which call of a batch a function belongs to is not known: another tool may call it with other arguments.
#[tokio::test]
async fn inline_checks_in_a_batch_need_the_scopes_of_all_conditions() {
    for builder in [builder(), builder().policies_enforced_elsewhere()] {
        let server = Server::around(builder.allow_batches());
        let seen = async |token: &str, calls: &[(&str, Value)]| {
            let calls = (1..).zip(calls).map(|(id, (tool, arguments))| message(id, tool, arguments));
            let body: Value = calls.collect();
            server.send(Ask::post(body.to_string()).token(token)).await.passed().caller.unwrap()
        };
        let (home, list) = (("search", json!({"folder": "/home"})), ("list_files", json!({})));
        let caller = seen("read", &[home.clone(), list.clone()]).await;
        let denied = search(&caller, "/etc/x").unwrap_err();
        assert!(denied.to_string().contains("send the call without a batch"), "{denied}");
        assert!(search(&seen("read", &[list.clone(), home.clone()]).await, "/home").is_err());
        assert!(search(&seen("read.system", &[home.clone(), list]).await, "/etc/x").is_ok());
        // A batch of one call is that call.
        assert!(search(&seen("read", &[home]).await, "/home").is_ok());
    }
}

#[tokio::test]
async fn applies_in_the_sandbox() {
    let caller = |scopes: &str| Caller::new(FILES.grant(scopes), Environment::Sandbox);
    assert_eq!(caller("files:read files:system").authorize("search").unwrap_err().reason(), Reason::NotInSandbox);
    // Further scopes would not help a caller that has what every call needs.
    assert_eq!(caller("files:read").authorize("search").unwrap_err().reason(), Reason::NotInSandbox);
    assert_eq!(caller("files:system").authorize("search").unwrap_err().reason(), Reason::MissingScopes);
    let live = Caller::new(FILES.grant("files:read"), Environment::Live);
    assert_eq!(live.authorize("search").unwrap_err().reason(), Reason::MissingScopes);

    let server = Server::around(
        ResourceServer::builder(&SANDBOXED)
            .verifier(Named)
            .environments(Environments::new().by_claim("env").default_live()),
    );
    for (token, tool, folder, expected) in [
        ("read", "search", "/home", Err(false)),
        ("read", "search", "/etc/x", Err(false)),
        ("read.system", "search", "/home", Err(false)),
        ("none", "search", "/home", Err(true)),
        ("read", "explore", "/home", Ok(())),
        ("read", "explore", "/etc/x", Err(true)),
    ] {
        let ask = ask(token, tool, &json!({"folder": folder})).header("mcp-sandbox", "sandbox");
        let answer = server.send(ask).await;
        let asks_for_scopes = |answer: &Answer| answer.challenge().contains("scope=");
        let found = if answer.seen.is_some() { Ok(()) } else { Err(asks_for_scopes(&answer)) };
        assert_eq!(found, expected, "{token} {tool} {folder}: {answer:?}");
        if expected == Err(false) {
            assert!(answer.json()["error"]["message"].to_string().contains("is not available in the sandbox"));
        }
    }

    let sandboxed = StdioCredentials::of(Caller::new(FIELDS.grant("files:read"), Environment::Sandbox));
    let mut stdio = Stdio::serve(guard(sandboxed, Files)).await;
    for path in ["/home", "/etc/passwd"] {
        let answer = stdio.say(&message(1, "open", &json!({"path": path})).to_string()).await;
        assert!(answer["error"]["message"].to_string().contains("is not available in the sandbox"), "{answer}");
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Place {
    /// `serde` accepts both names.
    #[serde(alias = "file")]
    path: String,
}

#[derive(Clone, Debug)]
struct Files;

#[mcp_tools]
#[tool_router]
impl Files {
    #[mcp_tool(scope = all("files:read", when(argument = "path", "/etc/*", "files:system")), risk = "low")]
    #[tool(description = "Read a file")]
    async fn read(&self, place: Parameters<Place>) -> String {
        place.0.path
    }

    #[mcp_tool(scope = all("files:read", when("/etc/*", "files:system")), risk = "low", guard = caller)]
    #[tool(description = "Open a file")]
    async fn open(&self, caller: mcp_scopes_rmcp::Caller, place: Parameters<Place>) -> Result<String, ErrorData> {
        Ok(place.0.path)
    }
}

#[tool_handler]
impl ServerHandler for Files {}

#[mcp_tool(scope = all("files:read", when(argument = "file", "/etc/*", "files:system")), risk = "low")]
fn misnamed(Parameters(place): Parameters<Place>) {
    drop(place);
}

scope_table! { static FIELDS = [Files::*]; }
scope_table! { static MISNAMED = [misnamed]; }

#[tokio::test]
async fn an_alias_of_serde_evades_no_condition() {
    let server = Server::around(
        ResourceServer::builder(&FIELDS)
            .resource(RESOURCE)
            .authorization_server("https://auth.example.com")
            .verifier(Named),
    );
    server.send(ask("read", "read", &json!({"path": "/home"}))).await.passed();
    assert_eq!(server.send(ask("read", "read", &json!({"file": "/etc/x"}))).await.refused(), (200, -32602));
    assert_eq!(server.send(ask("read", "read", &json!({"path": "/etc/x"}))).await.refused(), (403, 403));
    // A condition about every argument sees the alias.
    assert_eq!(server.send(ask("read", "open", &json!({"file": "/etc/x"}))).await.refused(), (403, 403));
}

#[test]
fn does_not_start_with_a_condition_about_no_parameter() {
    let builder = ResourceServer::builder(&MISNAMED).resource(RESOURCE).verifier(Named);
    let error = builder.authorization_server("https://auth.example.com").build_now().unwrap_err();
    let [problem] = error.problems() else { panic!("{error}") };
    assert_eq!((problem.setting, problem.kind), ("table", ProblemKind::Table));
    assert!(error.to_string().contains("by its argument `file`, which is not one of its parameters"), "{error}");
}

#[tokio::test]
async fn compares_arguments_without_http() {
    let start = async |scopes| {
        let caller = Caller::new(FIELDS.grant(scopes), Environment::Live);
        Stdio::serve(guard(StdioCredentials::of(caller), Files)).await
    };
    let mut stdio = start("files:read").await;
    let mut say = async |tool: &str, arguments: Value| stdio.say(&message(1, tool, &arguments).to_string()).await;
    for tool in ["read", "open"] {
        let answer = say(tool, json!({"path": "/home/ada"})).await;
        assert_eq!(answer["result"]["content"][0]["text"], "/home/ada", "{answer}");
        let answer = say(tool, json!({"path": "/etc/../etc/passwd"})).await;
        assert_eq!(answer["error"]["code"], 403, "{answer}");
        assert!(answer["error"]["message"].to_string().contains("files:system"), "{answer}");
    }
    let answer = say("read", json!({"file": "/home/ada"})).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    let list = stdio.say(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#).await;
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), 2, "{list}");

    let mut stdio = start("files:read files:system").await;
    let answer = stdio.say(&message(1, "open", &json!({"path": "/etc/passwd"})).to_string()).await;
    assert_eq!(answer["result"]["content"][0]["text"], "/etc/passwd", "{answer}");
    let mut stdio = start("files:system").await;
    let answer = stdio.say(&message(1, "read", &json!({"path": "/home"})).to_string()).await;
    assert_eq!(answer["error"]["code"], 403, "{answer}");
}
