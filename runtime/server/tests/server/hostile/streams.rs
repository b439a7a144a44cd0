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
static HERS: LazyLock<String> = LazyLock::new(|| begun(Some("reader")));
static NOBODYS: LazyLock<String> = LazyLock::new(|| begun(None));

fn in_session(ask: Ask, id: &str) -> Ask {
    ask.header("mcp-session-id", id)
}

fn gone(name: &str, ask: Ask) -> Row {
    row(format!("sessions: {name}"), sessions, ask, Out::Refused(404, 404, ""))
}

fn hers(name: &str, ask: Ask) -> Row {
    let goes_on = |answer: &Answer| answer.passed().headers.get("mcp-session-id").unwrap() == "5f3a";
    row(format!("sessions: {name}"), sessions, in_session(ask, &HERS), Out::Passed(goes_on))
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
    let mut rows = taken_over();
    rows.extend(made_up());
    rows.extend(outward());
    rows
}

fn taken_over() -> Vec<Row> {
    let asked = |name: &str, ask: Ask| {
        row(format!("streams: {name}"), Server::new, ask, Out::Refused(401, 401, "scope=\"files:read\""))
    };
    vec![
        hers("her call", status().token("reader")),
        hers("her call with another token of hers", status().token("writer")),
        hers("her stream", stream().token("reader")),
        gone_replay("her replay of an id that can be guessed", in_session(replay().token("reader"), &HERS)),
        hers("her end of it", end().token("reader")),
        gone("a call in another's", in_session(status().token("bob"), &HERS)),
        gone("a call in another's without a token", in_session(status(), &HERS)),
        gone("a call in that of a namesake elsewhere", in_session(status().token("ada-elsewhere"), &HERS)),
        gone("the stream of another's", in_session(stream().token("bob"), &HERS)),
        gone("the stream of another's without a token", in_session(stream(), &HERS)),
        gone("the replay of another's", in_session(replay().token("bob"), &HERS)),
        gone("the replay of another's without a token", in_session(replay(), &HERS)),
        gone("the replay of a namesake's elsewhere", in_session(replay().token("ada-elsewhere"), &HERS)),
        gone("the end of another's", in_session(end().token("bob"), &HERS)),
        gone("the end of another's without a token", in_session(end(), &HERS)),
        gone("fixed: begun by nobody, gone on with by her", in_session(status().token("reader"), &NOBODYS)),
        gone("fixed: the stream of one begun by nobody", in_session(stream().token("reader"), &NOBODYS)),
        asked("a stream without a token", stream()),
        asked("a replay without a token", replay()),
        asked("an end without a token", end()),
        row("streams: a replay of nobody knows whose", Server::new, replay().token("bob"), Out::Refused(400, 400, "")),
        row(
            "streams: a replay of nobody knows whose, by a call",
            Server::new,
            status().header("last-event-id", "7").token("bob"),
            Out::Refused(400, 400, ""),
        ),
        row(
            "streams: with a token that has ended",
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
            "streams: an answer to what nobody has asked for, without a token",
            Server::new,
            Ask::post(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            Out::Refused(401, 401, "scope=\"files:read\""),
        ),
    ]
}

fn made_up() -> Vec<Row> {
    let (id, seal) = HERS.rsplit_once('.').unwrap();
    let hers = |id: &str| in_session(status().token("reader"), id);
    vec![
        gone("the server's own id", hers("5f3a")),
        gone("another id under the seal", hers(&format!("5f3b.{seal}"))),
        gone("half a seal", hers(&format!("{id}.{}", &seal[..16]))),
        gone("no seal", hers(&format!("{id}."))),
        gone("a seal in upper case", hers(&format!("{id}.{}", seal.to_uppercase()))),
        gone("a seal of zeros", hers(&format!("{id}.{}", "0".repeat(32)))),
        gone("two seals", hers(&format!("{id}.{seal}.{seal}"))),
        gone("an empty id", hers("")),
        gone("a path", hers("../../5f3a")),
        gone("two ids in one", hers(&format!("{}, {}", *HERS, *HERS))),
        gone("what is no ASCII", hers("5f3a\u{e4}")),
        row("sessions: two ids", sessions, in_session(hers(&HERS), &HERS), Out::Refused(400, 400, "")),
        row(
            "sessions: in a revision that has none",
            sessions,
            in_session(Ask::modern_call("list_files").token("bob"), &HERS),
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
    let cut = |answer: &Answer| answer.body.contains("list_files") && !answer.body.contains("run");
    // Contains nothing of the unreadable answer.
    let held_back = |answer: &Answer| {
        answer.status == 502 && answer.json()["error"]["code"] == -32603 && !answer.body.contains("list_files")
    };
    vec![
        out("a list on a stream that nobody asked on", || replying(event(LIST)), cut),
        out("a list as JSON on a GET", || replying(Reply::json(LIST)), cut),
        out("a list without a type", || replying(Reply::of("application/json", [LIST])), cut),
        out("a list in an event of two lines", || replying(event(&LIST.replace("[{", "[\ndata: {"))), cut),
        out(
            "a list in an event with a name of its own",
            || replying(Reply::of("text/event-stream", [format!("event: other\nid: 8\ndata: {LIST}\n\n")])),
            cut,
        ),
        out(
            "a list with its members escaped",
            || replying(Reply::json(&LIST.replace("tools", "t\\u006fols").replace("name", "n\\u0061me"))),
            cut,
        ),
        out("a list in a batch of answers", || replying(Reply::json(&format!("[{LIST}]"))), cut),
        out("a list under gzip", || replying(Reply::json(LIST).header("content-encoding", "gzip")), held_back),
        out("a list under br", || replying(Reply::json(LIST).header("content-encoding", "br")), held_back),
        out("a stream under gzip", || replying(event(LIST).header("content-encoding", "gzip")), held_back),
        out("a list of 16 bits", || replying(Reply::of("application/json; charset=utf-16", [LIST])), held_back),
        out(
            "a list with a member twice",
            || replying(Reply::json(&LIST.replace(r#""result""#, r#""result":{},"result""#))),
            held_back,
        ),
        out(
            "a list of names alone",
            || replying(Reply::json(&LIST.replace(r#"{"name":"run"}"#, r#""run""#))),
            held_back,
        ),
        out("half a list", || replying(Reply::json(&LIST[..LIST.len() - 1])), held_back),
        out(
            "a list that is no UTF-8",
            || replying(Reply::of("application/json", [Bytes::from([LIST.as_bytes(), b"\xff"].concat())])),
            held_back,
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
        out("a part of a list", || replying(part()), held_back),
        out("a list of a type that begins like JSON", || replying(Reply::of("application/json-seq", [LIST])), cut),
        row(
            "out: a part of a list is asked for",
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
            "out: a list that is asked for under gzip",
            || replying(Reply::json(LIST)),
            Ask::method("tools/list").token("reader").header("accept-encoding", "gzip, br"),
            Out::Passed(|answer| {
                !answer.passed().headers.contains_key("accept-encoding") && !answer.body.contains("run")
            }),
        ),
    ]
}
