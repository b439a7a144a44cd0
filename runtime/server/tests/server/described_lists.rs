//! Step 9: what is added to the entries of lists of tools.

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{Discovery, ResourceServer, ResourceServerBuilder};
use serde_json::{Value, json};

use crate::server::{Answer, Ask, RESOURCE, Reply, Server, TOOLS, Tokens};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"status"}, {"name":"list_files","x":1.50},{"name":"run"},{"name":"unlisted"}],"ttlMs":1,"cacheScope":"public"}}"#;

fn described(reply: Reply) -> Server {
    Server::with(ResourceServerBuilder::describe_lists).replying(reply)
}

async fn list(server: &Server) -> Answer {
    let answer = server.send(Ask::method("tools/list").token("reader").header("accept-encoding", "gzip")).await;
    let seen = answer.passed();
    assert!(!seen.headers.contains_key("accept-encoding"));
    answer
}

/// Returns the members that the table states.
fn schemes(tool: &str) -> Value {
    serde_json::to_value(TOOLS.handle(tool).security_schemes(&TOOLS.tools_list())).unwrap()
}

#[track_caller]
fn is_described(entry: &Value, schemes: &Value) {
    assert_eq!(&entry["securitySchemes"], schemes, "{entry}");
    assert_eq!(&entry["_meta"]["securitySchemes"], schemes, "{entry}");
}

#[tokio::test]
async fn leaves_lists_unchanged_by_default() {
    assert_eq!(list(&Server::new().replying(Reply::json(LIST))).await.body, LIST);
}

#[tokio::test]
async fn describes_each_tool_of_the_table() {
    let answer = list(&described(Reply::json(LIST))).await;
    let document = answer.json();
    let tools = document["result"]["tools"].as_array().unwrap();
    is_described(&tools[0], &json!([{"type": "noauth"}]));
    is_described(&tools[1], &json!([{"type": "oauth2", "scopes": ["files:read"]}]));
    for (entry, name) in tools.iter().zip(["status", "list_files", "run"]) {
        is_described(entry, &schemes(name));
    }
    assert_eq!(tools[3], json!({"name": "unlisted"}));
    assert_eq!(answer.header("content-length"), "");
    // Everything else stays as it was, and the list is the same for all callers.
    assert!(answer.body.contains(r#""x":1.50"#) && answer.body.ends_with(r#""ttlMs":1,"cacheScope":"public"}}"#));
}

#[tokio::test]
async fn replaces_what_the_server_states() {
    let right = schemes("list_files");
    for (members, rest) in [
        (r#""securitySchemes":[{"type":"noauth"}]"#, json!({})),
        (r#""securitySchemes":null,"_meta":null"#, json!({})),
        (r#""_meta":{}"#, json!({})),
        (r#""_meta":{ "a":{"securitySchemes":7} }"#, json!({"a": {"securitySchemes": 7}})),
        (r#""_meta":{"securitySchemes":[],"b":2},"securitySchemes":7"#, json!({"b": 2})),
        (r#""security\u0053chemes":[]"#, json!({})),
    ] {
        for entry in
            [format!(r#"{{"name":"list_files",{members}}}"#), format!(r#"{{ {members} , "name":"list_files"}}"#)]
        {
            let reply = Reply::json(&format!(r#"{{"result":{{"tools":[{entry}]}}}}"#));
            let answer = list(&described(reply)).await;
            assert_eq!(answer.body.matches("\"noauth\"").count(), 0, "{answer:?}");
            let mut tool = answer.json()["result"]["tools"][0].clone();
            is_described(&tool, &right);
            tool["_meta"].as_object_mut().unwrap().remove("securitySchemes");
            assert_eq!(tool["_meta"], rest, "{entry}");
            // No reader finds two members of one name.
            let names = answer.body.matches("curitySchemes\":").count() + answer.body.matches("u0053chemes\":").count();
            assert_eq!(names, 2 + rest.to_string().matches("securitySchemes").count(), "{}", answer.body);
        }
    }
}

/// The answer grows by what the table states at most.
#[tokio::test]
async fn describes_a_repeated_tool_once() {
    let repeated = format!(r#"{{"result":{{"tools":[{}]}}}}"#, vec![r#"{"name":"run"}"#; 1000].join(","));
    let answer = list(&described(Reply::json(&repeated))).await;
    assert_eq!(answer.json()["result"]["tools"].as_array().unwrap().len(), 1000);
    assert_eq!(answer.body.matches("securitySchemes").count(), 2);
}

#[tokio::test]
async fn describes_and_filters_in_one_answer() {
    let server = Server::with(|builder| builder.describe_lists().discovery(Discovery::Filtered));
    let answer = list(&server.replying(Reply::json(LIST))).await;
    let result = answer.json()["result"].clone();
    let tools = result["tools"].as_array().unwrap();
    assert_eq!(tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect::<Vec<_>>(), ["status", "list_files"]);
    is_described(&tools[0], &schemes("status"));
    is_described(&tools[1], &schemes("list_files"));
    assert_eq!(result["cacheScope"], "private");
}

#[tokio::test]
async fn describes_events_split_at_any_position() {
    let text = format!(": hello\r\n\r\nevent: message\ndata: {LIST}\n\ndata: {{\"method\":\"x\"}}\n\ndata:{LIST}\r\r");
    for piece in (1..30).chain([text.len()]) {
        let pieces: Vec<_> = text.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
        let server = described(Reply::of("text/event-stream", pieces));
        for ask in [Ask::method("tools/list"), Ask::new("GET", "/mcp")] {
            let body = server.send(ask.token("reader")).await.body;
            let lists: Vec<Value> = body
                .lines()
                .filter_map(|line| line.strip_prefix("data: "))
                .map(|data| serde_json::from_str(data).unwrap())
                .filter(|data: &Value| data["method"] != "x")
                .collect();
            assert_eq!(lists.len(), 2, "{piece}: {body}");
            for list in lists {
                is_described(&list["result"]["tools"][1], &schemes("list_files"));
                assert_eq!(list["result"]["tools"][3], json!({"name": "unlisted"}));
            }
            assert!(
                body.starts_with(": hello\r\n\r\nevent: message\n") && body.contains("data: {\"method\":\"x\"}\n\n")
            );
        }
    }
}

#[tokio::test]
async fn describes_lists_of_batches() {
    let server = Server::with(|builder| builder.describe_lists().allow_batches());
    let batch = r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]"#;
    let server = server.replying(Reply::json(&format!(r#"[{{"id":1,"result":{{}}}},{LIST}]"#)));
    let answer = server.send(Ask::post(batch).token("reader")).await;
    is_described(&answer.json()[1]["result"]["tools"][0], &schemes("status"));
}

/// The members inform, so an answer that cannot be read is no error.
#[tokio::test]
async fn forwards_other_answers_byte_for_byte() {
    for body in [
        r#"{"result":{"tools":7}}"#,
        r#"{"result":{"tools":[{"name":"run"}],"tools":[]}}"#,
        r#"{"result":{"tools":[{"name":"run","securitySchemes":1,"securitySchemes":2}]}}"#,
        r#"{"result":{"tools":[{"name":"run","_meta":{"securitySchemes":1,"securitySchemes":2}}]}}"#,
        r#"{"result":{"tools":[{"name":"unlisted"} , {"x":1}]}}"#,
        r#"{"result":{"tools":[]}}"#,
        r#"{"error":{"code":1}}"#,
        "tools\" {",
        "",
    ] {
        let answer = list(&described(Reply::json(body))).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, body));
    }
    // The answer to another request is not read.
    let answer = described(Reply::json(LIST)).send(Ask::call("list_files").token("reader")).await;
    assert_eq!(answer.body, LIST);
    let encoded = described(Reply::json(LIST).header("content-encoding", "br"));
    assert_eq!(list(&encoded).await.body, LIST);
}

#[tokio::test]
async fn names_scopes_with_the_prefix_of_the_issuer() {
    /// List
    #[mcp_tool(scope = "Files.Read", risk = "low")]
    fn list_files() {}
    scope_table! { static PREFIXED = [list_files] with "tests/server/scope_prefix.toml"; }
    let builder =
        ResourceServer::builder(&PREFIXED).resource(RESOURCE).authorization_server("https://auth.example.com");
    let server = Server::around(builder.verifier(Tokens).describe_lists()).replying(Reply::json(LIST));
    let tools = list(&server).await.json()["result"]["tools"].clone();
    let outside = PREFIXED.outline().config.scope_prefix.outside;
    assert!(!outside.is_empty());
    let scope = format!("{outside}Files.Read");
    is_described(&tools[1], &json!([{"type": "oauth2", "scopes": [scope]}]));
}
