//! Properties of every server behind the layer.

use mcp_scopes_sdks::servers::Answers;
use mcp_scopes_server::{Discovery, HiddenTools};
use serde_json::json;

use crate::{
    Era, Subject,
    client::{Ask, Server},
};

const DOCUMENT: &str = "resource_metadata=\"https://files.example.com/.well-known/oauth-protected-resource/mcp\"";

fn filtered(subject: Subject, hidden: HiddenTools) -> Server {
    Server::with(subject, |builder| builder.discovery(Discovery::Filtered).hidden_tools(hidden))
}

fn list(server: &Server) -> Ask {
    server.ask("tools/list", &json!({}))
}

pub(crate) async fn lists_all_tools_in_baseline(subject: Subject) {
    let server = Server::new(subject);
    let answer = server.send(list(&server).token("reader")).await;
    let mut names = answer.names();
    names.sort();
    assert_eq!(names, ["delete_file", "read_file", "status", "write_file"], "{answer:?}");
}

pub(crate) async fn filters_the_list_for_its_caller(subject: Subject) {
    let server = filtered(subject, HiddenTools::Challenge);
    for (token, expected) in [
        (None, &["status"][..]),
        (Some("reader"), &["read_file", "status"]),
        (Some("writer"), &["read_file", "status", "write_file"]),
        (Some("owner"), &["delete_file", "read_file", "status", "write_file"]),
        (Some("trainee"), &["read_file", "status", "write_file"]),
    ] {
        let answer = server.send(list(&server).token(token)).await;
        let mut names = answer.names();
        names.sort();
        assert_eq!(names, expected, "{token:?} {answer:?}");
        let events = answer.header("content-type").starts_with("text/event-stream");
        if subject.era == Era::Modern {
            assert_eq!(answer.message()["result"]["cacheScope"], "private", "{answer:?}");
        }
        // Servers may respond with JSON instead of events, but not with events instead of JSON.
        assert!(!events || subject.answers == Answers::Events || subject.era == Era::Legacy, "{answer:?}");
    }
}

pub(crate) async fn returns_401_with_the_baseline_without_a_token(subject: Subject) {
    let server = Server::new(subject);
    for ask in [list(&server), server.call("read_file"), server.call("no_such_tool")] {
        let answer = server.send(ask.alone()).await;
        let (status, challenge) = answer.expect_rejection();
        assert_eq!(status, 401, "{answer:?}");
        assert!(challenge.contains("scope=\"files:read\"") && challenge.contains(DOCUMENT), "{challenge}");
        assert!(!challenge.contains("error="), "{challenge}");
    }
}

pub(crate) async fn returns_401_for_a_bad_token(subject: Subject) {
    let server = Server::new(subject);
    for ask in [list(&server), server.call("read_file"), server.call("status")] {
        let answer = server.send(ask.alone().token("forged")).await;
        let (status, challenge) = answer.expect_rejection();
        assert_eq!(status, 401, "{answer:?}");
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
}

pub(crate) async fn returns_403_with_the_least_step(subject: Subject) {
    let server = Server::new(subject);
    for (tool, scope) in [("write_file", "scope=\"files:write\""), ("delete_file", "scope=\"files:delete\"")] {
        let answer = server.send(server.call(tool).alone().token("reader")).await;
        let (status, challenge) = answer.expect_rejection();
        assert_eq!(status, 403, "{answer:?}");
        assert!(challenge.contains("error=\"insufficient_scope\"") && challenge.contains(scope), "{challenge}");
        assert!(challenge.contains(DOCUMENT), "{challenge}");
        assert_eq!(answer.message()["id"], 7, "{answer:?}");
    }
}

pub(crate) async fn allows_the_call_after_the_step(subject: Subject) {
    let server = Server::new(subject);
    let refused = server.send(server.call("write_file").alone().token("reader")).await;
    assert_eq!(refused.expect_rejection().0, 403);
    // A token with the scopes of the challenge.
    let answer = server.send(server.call("write_file").token("writer")).await;
    assert_eq!(answer.said(), "notes.txt written Live files:read+files:write");
}

pub(crate) async fn passes_the_caller_to_the_tool(subject: Subject) {
    let server = Server::new(subject);
    for (token, tool, expected) in [
        ("reader", "read_file", "notes.txt read Live files:read"),
        ("owner", "delete_file", "notes.txt deleted Live files:read+files:write+files:delete"),
        ("reader", "status", "fine Live files:read"),
    ] {
        let answer = server.send(server.call(tool).token(token)).await;
        assert_eq!(answer.said(), expected, "{answer:?}");
        assert_eq!((answer.status.as_u16(), answer.header("mcp-environment")), (200, "live"), "{answer:?}");
    }
    let open = Server::with(subject, |builder| builder.discovery(Discovery::Open));
    assert_eq!(open.send(open.call("status")).await.said(), "fine Live ");
}

pub(crate) async fn challenges_or_hides_a_hidden_tool(subject: Subject) {
    let server = filtered(subject, HiddenTools::Challenge);
    let answer = server.send(server.call("delete_file").alone().token("reader")).await;
    assert_eq!(answer.expect_rejection().0, 403, "{answer:?}");
    let server = filtered(subject, HiddenTools::Unknown);
    let hidden = server.send(server.call("delete_file").alone().token("reader")).await;
    let unknown = server.send(server.call("no_such_tool").alone().token("reader")).await;
    assert_eq!((hidden.expect_rejection(), &hidden.body), (unknown.expect_rejection(), &unknown.body));
    assert_eq!(unknown.message()["error"]["code"], -32602, "{unknown:?}");
}

pub(crate) async fn runs_only_safe_tools_for_a_sandbox_caller(subject: Subject) {
    let server = Server::new(subject);
    for (tool, expected) in [
        ("read_file", "notes.txt read Sandbox files:read+files:write+files:delete"),
        ("write_file", "notes.txt pretended Sandbox files:read+files:write+files:delete"),
    ] {
        let answer = server.send(server.call(tool).token("trainee")).await;
        assert_eq!(answer.said(), expected, "{answer:?}");
        assert_eq!(answer.header("mcp-environment"), "sandbox", "{answer:?}");
    }
    let answer = server.send(server.call("delete_file").alone().token("trainee")).await;
    assert_eq!(answer.expect_rejection().0, 403, "{answer:?}");
}

pub(crate) async fn rejects_a_header_for_another_tool(subject: Subject) {
    let server = Server::new(subject);
    for (name, value) in [("mcp-name", "status"), ("mcp-method", "tools/list")] {
        let answer = server.send(server.call("write_file").alone().token("writer").header(name, value)).await;
        assert_eq!(answer.expect_rejection().0, 400, "{answer:?}");
        assert_eq!(answer.message()["error"]["code"], -32020, "{answer:?}");
    }
}

pub(crate) async fn forwards_the_body_unchanged_without_the_token(subject: Subject) {
    body_arrives(subject, " \t").await;
}

/// The member `_meta` of a revision.
fn meta(era: Era) -> &'static str {
    match era {
        Era::Modern => {
            r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
        }
        Era::Legacy => r#""_meta":{}"#,
    }
}

/// Inserts a text between the values of a body.
pub(crate) async fn body_arrives(subject: Subject, space: &str) {
    let server = Server::new(subject);
    let meta = meta(subject.era);
    // White space, escapes, reordered members, and numbers in a spelling that serializers would change.
    let body = format!(
        "{space}{{ \"params\" : {{ \"arguments\" : {{ \"path\" : \"n\\u006ftes.txt\", \"depth\":1.50e+1 }},{space}\"name\":\"read_fil\\u0065\", {meta} }},\
         \"method\":\"tools\\/call\", \"id\":7 ,\"jsonrpc\":\"2.0\"}}{space}"
    );
    let answer = server.send(server.call("read_file").token("reader").body(&body)).await;
    assert_eq!(answer.said(), "notes.txt read Live files:read", "{answer:?}");
    let (headers, arrived) = answer.seen.first().unwrap();
    assert_eq!((answer.seen.len(), arrived), (1, &body.into_bytes().into()));
    assert!(!headers.contains_key("authorization"), "{headers:?}");
}

/// The deepest body that the layer accepts reaches a tool, so no parser behind the layer is more strict, or runs out of
/// stack: a test has 2 MiB, and its frames are those of a debug build.
pub(crate) async fn reads_the_deepest_body_and_rejects_one_level_more(subject: Subject) {
    let server = Server::new(subject);
    // The message, its parameters and the arguments are the first three levels.
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for (levels, accepted) in [(100, true), (101, false), (100_000, false)] {
            let deep = format!("{}1{}", open.repeat(levels - 3), close.repeat(levels - 3));
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"read_file","arguments":{{"path":"notes.txt","deep":{deep}}},{}}}}}"#,
                meta(subject.era)
            );
            let answer = server.send(server.call("read_file").token("reader").body(&body)).await;
            if accepted {
                assert_eq!(answer.said(), "notes.txt read Live files:read", "{answer:?}");
            } else {
                assert_eq!(
                    (answer.expect_rejection().0, &answer.message()["error"]["code"]),
                    (400, &json!(-32700)),
                    "{levels}"
                );
            }
        }
    }
}

pub(crate) async fn serves_the_metadata(subject: Subject) {
    let server = Server::new(subject);
    for path in ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"] {
        let answer = server.send(Ask::get(path)).await;
        assert_eq!(answer.expect_rejection().0, 200, "{answer:?}");
        assert_eq!(answer.message()["resource"], "https://files.example.com/mcp", "{answer:?}");
    }
}

pub(crate) async fn denies_scoped_tools_without_the_layer(subject: Subject) {
    let server = Server::new(subject);
    for tool in ["read_file", "write_file", "delete_file"] {
        let answer = server.send_past_the_layer(server.call(tool).token("owner")).await;
        assert!(!answer.body.contains("notes.txt"), "{answer:?}");
    }
}

pub(crate) async fn binds_a_session_to_its_creator(subject: Subject) {
    let server = Server::new(subject);
    let id = server.begin(Some("writer")).await.unwrap();
    // A different token of the same user.
    let own = server.send(server.call("read_file").token("reader").session_id(&id)).await;
    assert_eq!(own.said(), "notes.txt read Live files:read");
    for other in ["bob", "trainee"] {
        let answer = server.send(server.call("read_file").token(other).session_id(&id)).await;
        assert_eq!(answer.expect_rejection().0, 404, "{answer:?}");
    }
}
