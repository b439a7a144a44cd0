//! Sessions and streams of older revisions, and lists in answers.

use std::sync::LazyLock;

use bytes::Bytes;
use mcp_scopes_server::Discovery;

use super::{Out, Row, row};
use crate::server::{Answer, Ask, Reply, Server};

const KEY: [u8; 32] = [7; 32];

fn sessions() -> Server {
    let reply = Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).header("mcp-session-id", "5f3a");
    Server::with(|builder| builder.discovery(Discovery::Open).session_key(KEY)).replying(reply)
}

/// Returns the id of a session that this caller has begun.
fn begun(token: Option<&'static str>) -> String {
    let ask = Ask::method("initialize");
    let ask = token.map_or_else(|| Ask::method("initialize"), |token| ask.token(token));
    // On a separate thread, because the tables are built inside a runtime.
    let begin = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { sessions().send(ask).await.header("mcp-session-id").to_owned() })
    });
    begin.join().unwrap()
}

/// The sessions of the caller `ada` and of a caller without a token.
static SESSION_OF_ADA: LazyLock<String> = LazyLock::new(|| begun(Some("reader")));
static ANONYMOUS_SESSION: LazyLock<String> = LazyLock::new(|| begun(None));

fn in_session(ask: Ask, id: &str) -> Ask {
    ask.header("mcp-session-id", id)
}

fn gone(name: &str, ask: Ask) -> Row {
    row(format!("sessions: {name}"), sessions, ask, Out::Refused(404, 404, ""))
}

fn continued(name: &str, ask: Ask) -> Row {
    let has_id = |answer: &Answer| answer.passed().headers.get("mcp-session-id").unwrap() == "5f3a";
    row(format!("sessions: {name}"), sessions, in_session(ask, &SESSION_OF_ADA), Out::Passed(has_id))
}

fn gone_replay(name: &str, ask: Ask) -> Row {
    row(format!("sessions: {name}"), sessions, ask, Out::Refused(400, 400, ""))
}

fn stream() -> Ask {
    Ask::new("GET", "/mcp").header("accept", "text/event-stream")
}

fn replay() -> Ask {
    stream().header("last-event-id", "7")
}

fn end() -> Ask {
    Ask::new("DELETE", "/mcp")
}

fn status() -> Ask {
    Ask::call("status")
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = of_other_callers();
    rows.extend(forged());
    rows.extend(outward());
    rows
}

fn of_other_callers() -> Vec<Row> {
    let asked = |name: &str, ask: Ask| {
        row(format!("streams: {name}"), Server::new, ask, Out::Refused(401, 401, "scope=\"files:read\""))
    };
    vec![
        continued("a call of the owner", status().token("reader")),
        continued("a call of the owner with another token", status().token("writer")),
        continued("a stream of the owner", stream().token("reader")),
        gone_replay("a replay of the owner with a guessed id", in_session(replay().token("reader"), &SESSION_OF_ADA)),
        continued("the end by the owner", end().token("reader")),
        gone("a call of another caller", in_session(status().token("bob"), &SESSION_OF_ADA)),
        gone("a call without a token", in_session(status(), &SESSION_OF_ADA)),
        gone(
            "a call of the same subject of another issuer",
            in_session(status().token("ada-elsewhere"), &SESSION_OF_ADA),
        ),
        gone("a stream of another caller", in_session(stream().token("bob"), &SESSION_OF_ADA)),
        gone("a stream without a token", in_session(stream(), &SESSION_OF_ADA)),
        gone("a replay of another caller", in_session(replay().token("bob"), &SESSION_OF_ADA)),
        gone("a replay without a token", in_session(replay(), &SESSION_OF_ADA)),
        gone(
            "a replay of the same subject of another issuer",
            in_session(replay().token("ada-elsewhere"), &SESSION_OF_ADA),
        ),
        gone("the end by another caller", in_session(end().token("bob"), &SESSION_OF_ADA)),
        gone("the end without a token", in_session(end(), &SESSION_OF_ADA)),
        gone(
            "fixation: begun without a token, continued with one",
            in_session(status().token("reader"), &ANONYMOUS_SESSION),
        ),
        gone(
            "fixation: a stream with a token in an anonymous session",
            in_session(stream().token("reader"), &ANONYMOUS_SESSION),
        ),
        asked("a stream without a token", stream()),
        asked("a replay without a token", replay()),
        asked("an end without a token", end()),
        row("streams: a replay of an unsealed id", Server::new, replay().token("bob"), Out::Refused(400, 400, "")),
        row(
            "streams: a replay of an unsealed id, by a call",
            Server::new,
            status().header("last-event-id", "7").token("bob"),
            Out::Refused(400, 400, ""),
        ),
        row(
            "streams: an expired token",
            Server::new,
            replay().token("expired"),
            Out::Refused(401, 401, "it has expired"),
        ),
        row(
            "streams: a call in the body of a GET",
            Server::new,
            Ask::call("run").verb("GET").token("reader"),
            Out::Passed(|answer| answer.passed().body.is_empty()),
        ),
        row(
            "streams: a call in the body of a DELETE",
            Server::new,
            Ask::call("run").verb("DELETE").token("reader"),
            Out::Passed(|answer| answer.passed().body.is_empty()),
        ),
        row(
            "streams: an unsolicited response without a token",
            Server::new,
            Ask::post(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            Out::Refused(401, 401, "scope=\"files:read\""),
        ),
    ]
}

fn forged() -> Vec<Row> {
    let (id, seal) = SESSION_OF_ADA.rsplit_once('.').unwrap();
    let by_owner = |id: &str| in_session(status().token("reader"), id);
    vec![
        gone("the id of the server, unsealed", by_owner("5f3a")),
        gone("another id with the same seal", by_owner(&format!("5f3b.{seal}"))),
        gone("half a seal", by_owner(&format!("{id}.{}", &seal[..16]))),
        gone("no seal", by_owner(&format!("{id}."))),
        gone("a seal in upper case", by_owner(&format!("{id}.{}", seal.to_uppercase()))),
        gone("a seal of zeros", by_owner(&format!("{id}.{}", "0".repeat(32)))),
        gone("two seals", by_owner(&format!("{id}.{seal}.{seal}"))),
        gone("an empty id", by_owner("")),
        gone("a path", by_owner("../../5f3a")),
        gone("two ids in one", by_owner(&format!("{}, {}", *SESSION_OF_ADA, *SESSION_OF_ADA))),
        gone("bytes outside ASCII", by_owner("5f3a\u{e4}")),
        row(
            "sessions: two ids",
            sessions,
            in_session(by_owner(&SESSION_OF_ADA), &SESSION_OF_ADA),
            Out::Refused(400, 400, ""),
        ),
        row(
            "sessions: an id on a revision without sessions",
            sessions,
            in_session(Ask::modern_call("list_files").token("bob"), &SESSION_OF_ADA),
            Out::Passed(|answer| {
                !answer.passed().headers.contains_key("mcp-session-id") && answer.header("mcp-session-id").is_empty()
            }),
        ),
    ]
}

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"run"},{"name":"list_files"}]}}"#;

fn replying(reply: Reply) -> Server {
    Server::with(|builder| builder.discovery(Discovery::Filtered)).replying(reply)
}

fn event(text: &str) -> Reply {
    Reply::of("text/event-stream", [format!("data: {text}\n\n")])
}

/// Returns the end of a list, without the member `tools`.
fn part() -> Reply {
    let end = LIST.split_at(LIST.find("{\"name\"").unwrap()).1;
    Reply::of("application/json", [end]).header("content-range", "bytes 40-80/81")
}

fn outward() -> Vec<Row> {
    let out = |name: &str, server: fn() -> Server, holds: fn(&Answer) -> bool| {
        row(format!("out: {name}"), server, stream().token("reader"), Out::Passed(holds))
    };
    let filtered = |answer: &Answer| answer.body.contains("list_files") && !answer.body.contains("run");
    // Contains nothing of the unreadable answer.
    let replaced = |answer: &Answer| {
        answer.status == 502 && answer.json()["error"]["code"] == -32603 && !answer.body.contains("list_files")
    };
    vec![
        out("a list on a stream without a request", || replying(event(LIST)), filtered),
        out("a list as JSON on a GET", || replying(Reply::json(LIST)), filtered),
        out("a list without a type", || replying(Reply::of("application/json", [LIST])), filtered),
        out("a list in an event of two lines", || replying(event(&LIST.replace("[{", "[\ndata: {"))), filtered),
        out(
            "a list in an event with another name",
            || replying(Reply::of("text/event-stream", [format!("event: other\nid: 8\ndata: {LIST}\n\n")])),
            filtered,
        ),
        out(
            "a list with its members escaped",
            || replying(Reply::json(&LIST.replace("tools", "t\\u006fols").replace("name", "n\\u0061me"))),
            filtered,
        ),
        out("a list in a batch of answers", || replying(Reply::json(&format!("[{LIST}]"))), filtered),
        out("a list with gzip", || replying(Reply::json(LIST).header("content-encoding", "gzip")), replaced),
        out("a list with br", || replying(Reply::json(LIST).header("content-encoding", "br")), replaced),
        out("a stream with gzip", || replying(event(LIST).header("content-encoding", "gzip")), replaced),
        out("a list in UTF-16", || replying(Reply::of("application/json; charset=utf-16", [LIST])), replaced),
        out(
            "a list with a member twice",
            || replying(Reply::json(&LIST.replace(r#""result""#, r#""result":{},"result""#))),
            replaced,
        ),
        out("a list of strings", || replying(Reply::json(&LIST.replace(r#"{"name":"run"}"#, r#""run""#))), replaced),
        out("half a list", || replying(Reply::json(&LIST[..LIST.len() - 1])), replaced),
        out(
            "a list that is not UTF-8",
            || replying(Reply::of("application/json", [Bytes::from([LIST.as_bytes(), b"\xff"].concat())])),
            replaced,
        ),
        out(
            "an event that is too long",
            || {
                let pieces = [format!("data: {LIST}"), "\n\n".to_owned()];
                let server = Server::with(|builder| builder.discovery(Discovery::Filtered).answer_limit(50));
                server.replying(Reply::of("text/event-stream", pieces))
            },
            |answer| answer.body.contains("-32603") && !answer.body.contains("list_files"),
        ),
        out("a partial list", || replying(part()), replaced),
        out(
            "a list with a type whose prefix is JSON",
            || replying(Reply::of("application/json-seq", [LIST])),
            filtered,
        ),
        row(
            "out: a request for a part of a list",
            || replying(Reply::json(LIST)),
            Ask::method("tools/list").token("reader").header("range", "bytes=40-"),
            Out::Passed(|answer| !answer.passed().headers.contains_key("range") && !answer.body.contains("run")),
        ),
        row(
            "out: a list in the answer to a preflight",
            || Server::new().replying(Reply::json(LIST)),
            Ask::new("OPTIONS", "/mcp"),
            Out::Passed(|answer| answer.body.is_empty()),
        ),
        row(
            "out: a session and an event id on a preflight",
            Server::new,
            Ask::new("OPTIONS", "/mcp").header("mcp-session-id", "5f3a").header("last-event-id", "7"),
            Out::Passed(|answer| {
                let headers = &answer.passed().headers;
                !headers.contains_key("mcp-session-id") && !headers.contains_key("last-event-id")
            }),
        ),
        row(
            "out: a request that accepts gzip",
            || replying(Reply::json(LIST)),
            Ask::method("tools/list").token("reader").header("accept-encoding", "gzip, br"),
            Out::Passed(|answer| {
                !answer.passed().headers.contains_key("accept-encoding") && !answer.body.contains("run")
            }),
        ),
    ]
}
