//! Bodies that two parsers read differently.

use bytes::Bytes;
use mcp_scopes_server::{Discovery, ResourceServerBuilder};

use super::{Elsewhere::BodyReadTwice, Out, Row, call, read, row};
use crate::server::{Ask, Server};

fn plain() -> Server {
    Server::new()
}

fn batches() -> Server {
    Server::with(ResourceServerBuilder::allow_batches)
}

fn small() -> Server {
    Server::with(|builder| builder.discovery(Discovery::Open).body_limit(1000).anonymous_body_limit(100))
}

fn sent(name: &str, body: impl Into<Bytes>, status: u16, code: i64) -> Row {
    row(format!("bodies: {name}"), plain, Ask::post(body).token("reader"), Out::Refused(status, code, ""))
}

/// Expects the rejection of a body that two parsers could read differently.
fn ambiguous(name: &str, body: impl Into<Bytes>) -> Row {
    sent(name, body, 400, -32700).about(BodyReadTwice)
}

fn typed(name: &str, content_type: &str) -> Row {
    row(format!("bodies: {name}"), plain, read().only("content-type", Some(content_type)), Out::Refused(415, 415, ""))
}

fn encoded(name: &str, encoding: &str) -> Row {
    row(format!("bodies: {name}"), plain, read().header("content-encoding", encoding), Out::Refused(415, 415, ""))
}

/// Returns a call with these parameters.
fn with(params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{params}}}}}"#)
}

const READ: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files"}}"#;
const RUN: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"run"}}"#;

fn utf_16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().fold(if mark { bytes(0xfeff).to_vec() } else { Vec::new() }, |mut all, unit| {
        all.extend(bytes(unit));
        all
    })
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = duplicates();
    rows.extend(encodings_of_text());
    rows.extend(shapes());
    rows.extend(types());
    rows.extend(sizes());
    rows
}

fn duplicates() -> Vec<Row> {
    let many: Vec<_> = (0..40).map(|at| format!("\"k{at}\":{at}")).collect();
    vec![
        ambiguous("name twice", with(r#""name":"list_files","name":"run""#)),
        ambiguous("name twice, the harmless one last", with(r#""name":"run","name":"list_files""#)),
        ambiguous("name twice, once escaped", with(r#""name":"list_files","n\u0061me":"run""#)),
        ambiguous("name twice, escaped in two ways", with(r#""\u006eame":"list_files","\u006Eame":"run""#)),
        ambiguous("method twice", READ.replace(r#""method""#, r#""method":"ping","method""#)),
        ambiguous("params twice", READ.replace(r#""params""#, r#""params":{"name":"run"},"params""#)),
        ambiguous("id twice", READ.replace(r#""id""#, r#""id":2,"id""#)),
        ambiguous("an argument twice", with(r#""name":"list_files","arguments":{"folder":"home","folder":"/etc"}"#)),
        ambiguous("an argument twice, nested", with(r#""name":"list_files","arguments":{"a":[{"b":{"c":1,"c":2}}]}"#)),
        ambiguous("a member twice in an unknown member", READ.replace(r#""id""#, r#""x":{"y":1,"y":2},"id""#)),
        ambiguous("an empty name twice", with(r#""name":"list_files","":1,"":2"#)),
        ambiguous(
            "the 41st member repeats the first one",
            with(&format!(r#""name":"list_files",{},"k0":0"#, many.join(","))),
        ),
        ambiguous(
            "a version in _meta twice",
            with(
                r#""name":"list_files","_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25","io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#,
            ),
        ),
    ]
}

fn encodings_of_text() -> Vec<Row> {
    vec![
        ambiguous("a byte order mark", format!("\u{feff}{READ}")),
        ambiguous("UTF-16, big-endian", utf_16(RUN, false, u16::to_be_bytes)),
        ambiguous("UTF-16, little-endian", utf_16(RUN, false, u16::to_le_bytes)),
        ambiguous("UTF-16 with a byte order mark", utf_16(RUN, true, u16::to_le_bytes)),
        ambiguous("UTF-32", RUN.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect::<Vec<_>>()),
        ambiguous("UTF-7", "+AHs-\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"+AH0-"),
        ambiguous(
            "a byte outside UTF-8, in a string",
            [&READ.as_bytes()[..20], b"\xff", &READ.as_bytes()[20..]].concat(),
        ),
        ambiguous(
            "an overlong slash",
            with("\"name\":\"list_files\",\"arguments\":\"x\"")
                .replace('x', "\u{0}")
                .into_bytes()
                .into_iter()
                .flat_map(|byte| if byte == 0 { vec![0xc0, 0xaf] } else { vec![byte] })
                .collect::<Vec<_>>(),
        ),
        ambiguous("half a surrogate pair", with(r#""name":"list_files","arguments":{"a":"\ud800"}"#)),
        ambiguous("half a surrogate pair in a member name", with(r#""name":"list_files","\udc00":1"#)),
        ambiguous("a trailing zero byte", format!("{READ}\0")),
        ambiguous("a second message", format!("{READ}{RUN}")),
        ambiguous("a second message on a separate line", format!("{READ}\n{RUN}")),
        ambiguous("records with separators", format!("\u{1e}{READ}\n\u{1e}{RUN}\n")),
        ambiguous("a comment", format!("/* harmless */{READ}")),
        ambiguous("a trailing comma", READ.replace("}}", "},}")),
        ambiguous("single quotes", READ.replace('"', "'")),
        ambiguous("NaN", with(r#""name":"list_files","arguments":{"a":NaN}"#)),
        ambiguous("a number that is too large", with(r#""name":"list_files","arguments":{"a":1e999}"#)),
        ambiguous("a line break in a string", with("\"name\":\"list_files\",\"arguments\":{\"a\":\"\n\"}")),
        ambiguous("a prefix against script inclusion", format!(")]}}',\n{READ}")),
        ambiguous("an assignment", format!("x={READ}")),
        ambiguous("an empty body", ""),
        ambiguous(
            "128 levels",
            with(&format!(r#""name":"list_files","arguments":{}{}"#, "[".repeat(200), "]".repeat(200))),
        ),
        ambiguous("100,000 levels", "[".repeat(100_000).replacen('[', "{\"a\":[", 1)),
    ]
}

fn shapes() -> Vec<Row> {
    let batch = |name: &str, body: &str, status, code, challenge| {
        row(
            format!("bodies: {name}"),
            batches,
            Ask::post(body.to_owned()).token("reader"),
            Out::Refused(status, code, challenge),
        )
    };
    vec![
        sent("a batch", format!("[{READ}]"), 400, -32600).about(BodyReadTwice),
        sent("an empty batch", "[]", 400, -32600),
        batch("a batch in a batch", &format!("[[{RUN}]]"), 400, -32600, ""),
        batch(
            "the second call of a batch requires more scopes",
            &format!("[{READ},{RUN}]"),
            403,
            403,
            "insufficient_scope",
        )
        .about(BodyReadTwice),
        batch("an element of a batch that is not a message", &format!("[{READ},7]"), 400, -32600, ""),
        batch(
            "a message of a batch with a member twice",
            &format!("[{READ},{}]", RUN.replace(r#""id""#, r#""id":1,"id""#)),
            400,
            -32700,
            "",
        ),
        batch("an empty batch where batches are allowed", "[]", 400, -32600, ""),
        sent("a string", "\"tools/call\"", 400, -32600),
        sent("null", "null", 400, -32600),
        sent("no jsonrpc", READ.replace(r#""jsonrpc":"2.0","#, ""), 400, -32600),
        sent("jsonrpc a number", READ.replace(r#""2.0""#, "2.0"), 400, -32600),
        sent("id null", READ.replace(r#""id":1"#, r#""id":null"#), 400, -32600),
        sent("id a fraction", READ.replace(r#""id":1"#, r#""id":1.0"#), 400, -32600),
        sent("id of more than 64 bits", READ.replace(r#""id":1"#, r#""id":18446744073709551616"#), 400, -32600),
        sent("id below 64 bits", READ.replace(r#""id":1"#, r#""id":-9223372036854775809"#), 400, -32600),
        sent("id minus zero", READ.replace(r#""id":1"#, r#""id":-0"#), 400, -32600),
        sent("id an object", READ.replace(r#""id":1"#, r#""id":{"a":1}"#), 400, -32600),
        sent("a call without an id", READ.replace(r#""id":1,"#, ""), 400, -32600),
        sent("a message that is request and response", READ.replace(r#""id":1"#, r#""id":1,"result":{}"#), 400, -32600),
        sent("params a list", r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["run",{}]}"#, 400, -32600),
        sent("method a list", READ.replace(r#""tools/call""#, r#"["tools/call"]"#), 400, -32600),
        sent("name a list", with(r#""name":["list_files"]"#), 400, -32600),
        sent("name an object", with(r#""name":{"a":"list_files"}"#), 400, -32600),
        sent("name missing", with(r#""arguments":{"name":"list_files"}"#), 400, -32600),
        sent(
            "name next to params",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","name":"list_files","params":{}}"#,
            400,
            -32600,
        ),
        sent("name with a space", with(r#""name":"list_files ""#), 200, -32602),
        sent("name in upper case", with(r#""name":"LIST_FILES""#), 200, -32602),
        sent("name with a zero byte", with(r#""name":"list_files\u0000""#), 200, -32602),
        sent("name with a letter of another alphabet", with("\"name\":\"list_f\u{456}les\""), 200, -32602),
        sent("name in another normal form", with("\"name\":\"list_fi\u{301}les\""), 200, -32602),
        sent("name as a path", with(r#""name":"./list_files""#), 200, -32602),
        sent("name of 100 KB", with(&format!(r#""name":"{}""#, "a".repeat(100_000))), 200, -32602),
        sent("method in upper case", READ.replace("tools/call", "TOOLS/CALL"), 200, -32601),
        sent("method with a space", READ.replace("tools/call", "tools/call "), 200, -32601),
        sent("method with two slashes", READ.replace("tools/call", "tools//call"), 200, -32601),
        sent("method of a task", READ.replace("tools/call", "tasks/result"), 200, -32601),
        sent("an unknown method", READ.replace("tools/call", "tools/execute"), 200, -32601),
    ]
}

fn types() -> Vec<Row> {
    vec![
        typed("plain text", "text/plain"),
        typed("a form", "application/x-www-form-urlencoded"),
        typed("a multipart form", "multipart/form-data; boundary=x"),
        typed("a charset of 16 bits", "application/json; charset=utf-16"),
        typed("a charset of 8 bits", "application/json; charset=\"iso-8859-1\""),
        typed("two charsets", "application/json; charset=utf-8; charset=utf-7"),
        typed("two types in one", "application/json, text/plain"),
        typed("a type with the same prefix", "application/json-patch+json"),
        typed("lines of JSON", "application/x-ndjson"),
        typed("CBOR", "application/cbor"),
        typed("an empty type", ""),
        typed("any type", "*/*"),
        row("bodies: no type", plain, read().only("content-type", None), Out::Refused(415, 415, "")),
        row("bodies: two types", plain, read().header("content-type", "text/plain"), Out::Refused(415, 415, "")),
        encoded("gzip", "gzip"),
        encoded("br", "br"),
        encoded("deflate in upper case", "DEFLATE"),
        encoded("aws-chunked", "aws-chunked"),
        encoded("identity and gzip", "identity, gzip"),
        encoded("an empty encoding", ""),
        row(
            "bodies: two encodings, the first one identity",
            plain,
            read().header("content-encoding", "identity").header("content-encoding", "gzip"),
            Out::Refused(415, 415, ""),
        ),
    ]
}

fn sizes() -> Vec<Row> {
    let of = |len: usize| format!("{READ}{}", " ".repeat(len - READ.len()));
    let long = |name: &str, ask: Ask, out| row(format!("bodies: {name}"), small, ask, out);
    let length = |name: &str, stated: &str| {
        row(format!("bodies: {name}"), plain, read().header("content-length", stated), Out::Refused(400, -32600, ""))
    };
    vec![
        long("one byte above the limit", Ask::post(of(1001)).token("reader"), Out::Refused(413, 413, "")),
        long("one byte above the limit without a token", Ask::post(of(101)), Out::Refused(413, 413, "")),
        long("above the limit without a token only", Ask::post(of(1000)), Out::Refused(413, 413, "")),
        long(
            "above the limit, with an unknown token",
            Ask::post(of(2000)).token("unknown"),
            Out::Refused(401, 401, "invalid_token"),
        ),
        row(
            "bodies: 4 MiB and one byte",
            plain,
            Ask::post(of((4 << 20) + 1)).token("reader"),
            Out::Refused(413, 413, ""),
        ),
        row(
            "bodies: 64 KiB and one byte without a token",
            plain,
            Ask::post(of((64 << 10) + 1)),
            Out::Refused(413, 413, ""),
        ),
        length("shorter than its length", "9999"),
        length("longer than its length", "7"),
        length("a length with a sign", "+102"),
        length("two lengths in one", "102, 102"),
        length("a length that is not a number", "many"),
        row(
            "bodies: two lengths",
            plain,
            call().token("reader").header("content-length", "1").header("content-length", "2"),
            Out::Refused(400, -32600, ""),
        ),
    ]
}
