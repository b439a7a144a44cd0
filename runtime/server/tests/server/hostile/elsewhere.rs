//! Weaknesses of other servers that no other table covers.

use mcp_scopes_server::{Access, Discovery, HiddenTools, PolicyDenial, PolicyHook, PolicyRequest};
use serde_json::{Value, json};

use super::{
    Elsewhere::{
        AdvertisesOtherScopes, ListIsNotTheCheck, ListKeptForAll, MissingClaimPasses, NoHierarchy, OneScopeAtATime,
        RefusalFails, UnescapedHeader,
    },
    Out, Row, row,
};
use crate::server::{Answer, Ask, Reply, Server, TOOLS};

fn plain() -> Server {
    Server::new()
}

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":60000,"cacheScope":"public","tools":[
    {"name":"status"},{"name":"list_files"},{"name":"write_file"},{"name":"run"},{"name":"unlisted"}]}}"#;

fn filtered() -> Server {
    Server::with(|builder| builder.discovery(Discovery::Filtered)).replying(Reply::json(LIST))
}

fn unknown() -> Server {
    Server::with(|builder| builder.discovery(Discovery::Filtered).hidden_tools(HiddenTools::Unknown))
}

fn methods() -> Server {
    Server::with(|builder| builder.method("resources/read", Access::scopes(["files:write"])))
}

/// Rejects with a text that would split a header.
struct Rude;

impl PolicyHook for Rude {
    async fn decide(&self, _: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        Err(PolicyDenial::new("no\", scope=\"admin\"\r\nset-cookie: a=b\r\n\u{e4}"))
    }
}

fn rude() -> Server {
    Server::with(|builder| builder.policy(Rude))
}

fn names(answer: &Answer) -> Vec<String> {
    let tools = answer.json()["result"]["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn named(name: &str) -> Ask {
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name}});
    Ask::post(call.to_string())
}

pub(super) fn rows() -> Vec<Row> {
    use Out::{Passed, Refused};
    let mut rows = vec![
        row("scopes: none, for a tool that requires one", plain, call("list_files", "scopeless"), step("files:read"))
            .about(MissingClaimPasses),
        row("scopes: the required scope is implied", plain, call("list_files", "writer"), Passed(|_| true))
            .about(NoHierarchy),
        row(
            "scopes: the implied scope does not imply the other",
            plain,
            call("write_file", "reader"),
            step("files:write"),
        )
        .about(NoHierarchy),
        row("scopes: the challenge names no broader scope", plain, call("list_files", "runner"), step("files:read")),
        row(
            "scopes: the challenge names all missing scopes at once",
            plain,
            call("run", "reader"),
            step("system:execute oncall"),
        )
        .about(OneScopeAtATime),
        row(
            "scopes: the challenge names held scopes too",
            plain,
            call("run", "scopeless"),
            step("system:execute oncall"),
        )
        .about(OneScopeAtATime),
        row("scopes: the named scopes are sufficient", plain, call("run", "runner"), Passed(|_| true))
            .about(OneScopeAtATime),
        row(
            "scopes: required by a method",
            methods,
            Ask::method("resources/read").token("reader"),
            step("files:write"),
        ),
        row("lists: a hidden tool is called", filtered, call("run", "reader"), step("system:execute oncall"))
            .about(ListIsNotTheCheck),
        row(
            "lists: a hidden tool is called without a token",
            filtered,
            Ask::call("run"),
            Refused(401, 401, "scope=\"files:read\""),
        ),
        row("lists: a tool that no table lists", filtered, call("unlisted", "reader"), Refused(200, -32602, ""))
            .about(ListIsNotTheCheck),
        row("lists: a hidden tool looks like an unknown one", unknown, call("run", "reader"), Refused(200, -32602, "")),
        row(
            "lists: a hidden tool looks like an unknown one, without a token",
            unknown,
            Ask::call("run"),
            Refused(401, 401, "files:read"),
        ),
        row(
            "lists: tools that cannot be called are removed",
            filtered,
            Ask::method("tools/list").token("reader"),
            Passed(|answer| names(answer) == ["status", "list_files"]),
        )
        .about(ListIsNotTheCheck),
        row(
            "lists: the list of a caller is not reused for another",
            filtered,
            Ask::method("tools/list").token("runner"),
            Passed(|answer| names(answer) == ["status", "run"] && answer.json()["result"]["cacheScope"] == "private"),
        )
        .after(vec![Ask::method("tools/list").token("reader")])
        .about(ListKeptForAll),
        row(
            "lists: private without a token too",
            filtered,
            Ask::method("tools/list"),
            Passed(|answer| names(answer) == ["status"] && answer.json()["result"]["cacheScope"] == "private"),
        )
        .about(ListKeptForAll),
        row("policy: a reason with a line break", rude, call("list_files", "reader"), Refused(403, 403, "Bearer "))
            .about(UnescapedHeader),
        row("policy: rejects a tool without scopes", rude, Ask::call("status"), Refused(403, 403, "Bearer "))
            .about(RefusalFails),
    ];
    for (what, name) in [
        ("quotes", "run\", scope=\"admin"),
        ("line breaks", "run\r\nset-cookie: a=b"),
        ("bytes outside ASCII", "run\u{e4}\u{202e}"),
        ("a challenge", "Bearer scope=\"admin\""),
        ("markup", "<script>alert(1)</script>"),
    ] {
        let sent = named(name).token("reader");
        rows.push(row(format!("names: {what}"), plain, sent, Refused(200, -32602, "")).about(UnescapedHeader));
    }
    // Each rejection asks for the scopes that the metadata publishes.
    for tool in ["list_files", "write_file", "run"] {
        let scopes = required(tool);
        let out = Refused(403, 403, Box::leak(format!("Bearer scope=\"{scopes}\", error=").into_boxed_str()));
        rows.push(row(format!("advertised: {tool}"), plain, call(tool, "scopeless"), out).about(AdvertisesOtherScopes));
    }
    rows
}

fn call(tool: &str, token: &str) -> Ask {
    Ask::call(tool).token(token)
}

/// Expects a rejection with a challenge for these scopes.
fn step(scopes: &str) -> Out {
    let challenge = format!("Bearer scope=\"{scopes}\", error=\"insufficient_scope\"");
    Out::Refused(403, 403, Box::leak(challenge.into_boxed_str()))
}

/// Returns the first alternative in the published metadata.
fn required(tool: &str) -> String {
    let document: Value = serde_json::from_str(&TOOLS.metadata().build().unwrap().to_json_pretty()).unwrap();
    let ways = &document["mcp_extensions"]["tool_scope_mapping"][tool]["required_scopes"];
    let way = ways[0].as_array().unwrap_or_else(|| panic!("{ways}"));
    way.iter().map(|scope| scope.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}
