//! Headers that contradict the request.

use super::{Out, Row, read, row};
use crate::server::{Ask, Server};

fn plain() -> Server {
    Server::new()
}

fn origins() -> Server {
    Server::with(|builder| builder.origin("https://app.example.com"))
}

fn mirrored() -> Server {
    Server::with(|builder| builder.param_header("list_files", "Folder", ["folder"]))
}

fn modern() -> Ask {
    Ask::modern_call("list_files").token("reader")
}

fn sent(name: &str, ask: Ask, out: Out) -> Row {
    row(format!("headers: {name}"), plain, ask, out)
}

fn from(name: &str, origin: &str) -> Row {
    row(format!("origin: {name}"), origins, read().header("origin", origin), Out::Refused(403, 403, ""))
}

/// Returns a call of `run` with a header that names another tool or method.
fn disguised(header: &str, value: &str) -> Ask {
    Ask::modern_call("run").only(header, Some(value)).token("reader")
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = mirrors();
    rows.extend(others());
    rows.extend(pages());
    rows
}

/// Returns rows with headers that mirror the body.
fn mirrors() -> Vec<Row> {
    let mismatch = || Out::Refused(400, -32020, "");
    let parameter = || Out::Refused(400, -32602, "");
    let run = || Ask::call("run").token("reader");
    vec![
        sent("Mcp-Name of a harmless tool", disguised("mcp-name", "list_files"), mismatch()),
        sent("Mcp-Name of a harmless tool, on an older revision", run().header("mcp-name", "list_files"), mismatch()),
        sent("Mcp-Name of a harmless tool in base64", disguised("mcp-name", "=?base64?bGlzdF9maWxlcw==?="), mismatch()),
        sent("Mcp-Name in malformed base64", disguised("mcp-name", "=?base64?%%%?="), mismatch()),
        sent("Mcp-Name in upper case", disguised("mcp-name", "RUN"), mismatch()),
        sent("Mcp-Name twice", modern().header("mcp-name", "run"), mismatch()),
        sent("Mcp-Name twice, the same", modern().header("mcp-name", "list_files"), mismatch()),
        sent("Mcp-Name with a comma", disguised("mcp-name", "list_files, run"), mismatch()),
        sent("Mcp-Name missing", modern().only("mcp-name", None), mismatch()),
        sent("Mcp-Name empty", disguised("mcp-name", ""), mismatch()),
        sent("Mcp-Name with bytes outside ASCII", modern().only("mcp-name", Some("list_files\u{e4}")), mismatch()),
        sent("Mcp-Method of the list", disguised("mcp-method", "tools/list"), mismatch()),
        sent("Mcp-Method of the list, on an older revision", run().header("mcp-method", "tools/list"), mismatch()),
        sent("Mcp-Method twice", modern().header("mcp-method", "tools/list"), mismatch()),
        sent("Mcp-Method missing", modern().only("mcp-method", None), mismatch()),
        sent("Mcp-Method in base64", disguised("mcp-method", "=?base64?dG9vbHMvY2FsbA==?="), mismatch()),
        sent("MCP-Protocol-Version twice", modern().header("mcp-protocol-version", "2025-11-25"), mismatch()),
        sent(
            "MCP-Protocol-Version older than in the body",
            disguised("mcp-protocol-version", "2025-11-25"),
            mismatch(),
        ),
        sent("MCP-Protocol-Version missing", modern().only("mcp-protocol-version", None), mismatch()),
        sent(
            "MCP-Protocol-Version alone, without the body",
            read().header("mcp-protocol-version", "2026-07-28"),
            parameter(),
        ),
        sent("MCP-Protocol-Version that is not a date", read().header("mcp-protocol-version", "latest"), parameter()),
        row("headers: Mcp-Param of another argument", mirrored, modern().header("mcp-param-folder", "2"), mismatch()),
        row(
            "headers: an undeclared Mcp-Param",
            mirrored,
            modern().header("mcp-param-folder", "home").header("mcp-param-any", "root"),
            Out::Passed(|answer| {
                let headers = &answer.passed().headers;
                headers.contains_key("mcp-param-folder") && !headers.contains_key("mcp-param-any")
            }),
        ),
        row(
            "headers: a mirrored argument that differs",
            mirrored,
            modern().header("mcp-param-folder", "root"),
            mismatch(),
        ),
        row("headers: a mirrored argument that is missing", mirrored, modern(), mismatch()),
        row(
            "headers: a mirrored argument twice",
            mirrored,
            modern().header("mcp-param-folder", "home").header("mcp-param-folder", "home"),
            mismatch(),
        ),
    ]
}

fn others() -> Vec<Row> {
    use Out::{Passed, Refused};
    // The server behind the layer may interpret these headers with or without the layer, so they must not affect any check
    // of the layer.
    let denied = || Refused(403, 403, "scope=\"system:execute oncall\"");
    let run = || Ask::call("run").token("reader");
    let mut rows = vec![
        sent("X-HTTP-Method-Override to GET", run().header("x-http-method-override", "GET"), denied()),
        sent("X-Original-URL to the metadata", run().header("x-original-url", DOCUMENT_PATH), denied()),
        sent("X-Rewrite-URL to another path", run().header("x-rewrite-url", "/status"), denied()),
        sent("X-Forwarded-Prefix", run().header("x-forwarded-prefix", DOCUMENT_PATH), denied()),
        sent("X-Forwarded-Host of another host", run().header("x-forwarded-host", "evil.example.com"), denied()),
        sent("Host of another host", run().only("host", Some("evil.example.com")), denied()),
        sent("Forwarded from a loopback address", run().header("forwarded", "for=127.0.0.1;host=localhost"), denied()),
        sent("X-Forwarded-For a loopback address", run().header("x-forwarded-for", "127.0.0.1"), denied()),
        sent("X-Real-IP of a loopback address", run().header("x-real-ip", "127.0.0.1"), denied()),
        sent("Connection that removes Authorization", run().header("connection", "close, authorization"), denied()),
        sent("a path through the metadata with dots", run().uri(&format!("{DOCUMENT_PATH}/../../mcp")), denied()),
        sent("the path of the metadata with a slash", run().uri(&format!("{DOCUMENT_PATH}/")), denied()),
        sent("the path of the metadata with a parameter", run().uri(&format!("{DOCUMENT_PATH};a=b")), denied()),
        sent(
            "a GET overridden to POST",
            read().verb("GET").header("x-http-method-override", "POST"),
            Passed(|answer| answer.passed().body.is_empty() && answer.passed().method == "GET"),
        ),
        sent(
            "a preflight with a call in its body",
            run().verb("OPTIONS"),
            Passed(|answer| answer.passed().body.is_empty() && answer.passed().caller.is_none()),
        ),
        sent("Upgrade to a WebSocket", read().verb("GET").header("upgrade", "websocket"), Refused(400, 400, "")),
        sent("Upgrade in a preflight", read().verb("OPTIONS").header("upgrade", "websocket"), Refused(400, 400, "")),
        sent("Upgrade to HTTP/2", read().header("upgrade", "h2c"), Refused(400, 400, "")),
    ];
    for verb in ["HEAD", "PUT", "PATCH", "TRACE", "CONNECT", "PROPFIND", "post", "QUERY"] {
        rows.push(sent(&format!("the method {verb}"), read().verb(verb), Refused(405, 405, "")));
    }
    rows
}

/// Returns rows with pages of other origins.
fn pages() -> Vec<Row> {
    use Out::{Passed, Refused};
    vec![
        from("another host", "https://evil.example.com"),
        from("null", "null"),
        from("with plain http", "http://app.example.com"),
        from("with another port", "https://app.example.com:8443"),
        from("with the same suffix", "https://evilapp.example.com"),
        from("with the same prefix", "https://app.example.com.evil.example"),
        from("with a user", "https://app.example.com@evil.example"),
        from("of a loopback host", "http://localhost"),
        from("empty", ""),
        row(
            "origin: two of them",
            origins,
            read().header("origin", "https://app.example.com").header("origin", "https://evil.example.com"),
            Refused(403, 403, ""),
        ),
        row(
            "origin: a preflight of another origin",
            origins,
            read().verb("OPTIONS").header("origin", "https://evil.example.com"),
            Refused(403, 403, ""),
        ),
        row(
            "origin: the allowed one",
            origins,
            read().header("origin", "https://app.example.com"),
            Passed(|answer| answer.header("access-control-allow-origin") == "https://app.example.com"),
        ),
    ]
}

const DOCUMENT_PATH: &str = "/.well-known/oauth-protected-resource/mcp";
