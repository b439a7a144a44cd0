//! Misplaced and duplicate credentials.

use mcp_scopes_server::Discovery;

use super::{Elsewhere::RefusalFails, Out, Row, call, read, row};
use crate::server::{Ask, Server};

const ASK: &str = "scope=\"files:read\", resource_metadata=";
const MALFORMED: &str = "error=\"invalid_request\"";
const INVALID: &str = "scope=\"files:read\", error=\"invalid_token\"";

fn plain() -> Server {
    Server::new()
}

/// Returns a row with this value of the header.
fn stated(name: &str, value: &str, out: Out) -> Row {
    row(format!("credentials: {name}"), plain, call().header("authorization", value), out)
}

fn sent(name: &str, ask: Ask, out: Out) -> Row {
    row(format!("credentials: {name}"), plain, ask, out)
}

fn at(uri: &str) -> Ask {
    call().uri(uri)
}

pub(super) fn rows() -> Vec<Row> {
    use Out::{Passed, Refused};
    let (malformed, anonymous) = (|| Refused(400, 400, MALFORMED), || Refused(401, 401, ASK));
    vec![
        sent("two headers", read().token("runner"), malformed()),
        sent("two headers, the same", read().token("reader"), malformed()),
        sent("two headers, one of another scheme", read().header("authorization", "Basic YTpi"), malformed()),
        sent("two headers, the first one empty", call().header("authorization", "").token("reader"), malformed()),
        stated("two with a comma between", "Bearer reader, Bearer runner", malformed()),
        stated("two schemes with a comma between", "Basic YTpi, Bearer reader", anonymous()),
        stated("Basic", "Basic cmVhZGVyOnJlYWRlcg==", anonymous()),
        stated("Basic with the token", "Basic reader", anonymous()),
        stated("DPoP", "DPoP reader", anonymous()),
        stated("Digest", "Digest username=\"reader\"", anonymous()),
        stated("Negotiate", "Negotiate reader", anonymous()),
        stated("a scheme with the prefix `Bearer`", "BearerX reader", anonymous()),
        stated("no scheme", "reader", anonymous()),
        stated("no space", "Bearerreader", anonymous()),
        stated("a tab instead of the space", "Bearer\treader", anonymous()),
        stated("a tab after the space", "Bearer \treader", malformed()),
        stated("a colon after the scheme", "Bearer: reader", anonymous()),
        stated("the scheme alone", "Bearer", malformed()),
        stated("the scheme and spaces", "Bearer   ", malformed()),
        stated("a parameter", "Bearer token=reader", malformed()),
        stated("in quotes", "Bearer \"reader\"", malformed()),
        stated("bytes outside ASCII", "Bearer re\u{e4}der", malformed()),
        stated("a second token", "Bearer reader runner", malformed()),
        stated("empty", "", anonymous()),
        stated("the scheme in lower case", "bearer reader", Passed(|answer| answer.status == 200)),
        stated("an unknown token", "Bearer unknown", Refused(401, 401, INVALID)),
        stated("a known token in upper case", "Bearer READER", Refused(401, 401, INVALID)),
        stated("an expired token", "Bearer expired", Refused(401, 401, "it has expired")),
        stated("a token for another server", "Bearer foreign", Refused(401, 401, "`aud` has another value")),
        stated("an unavailable verifier", "Bearer down", Refused(503, 503, "")).about(RefusalFails),
        sent("an unknown token, for a public tool", Ask::call("status").token("unknown"), Refused(401, 401, INVALID)),
        sent("an unavailable verifier, for a public tool", Ask::call("status").token("down"), Refused(503, 503, "")),
        sent("in the query", at("/mcp?access_token=reader"), malformed()),
        sent("in the query, escaped", at("/mcp?%61ccess_token=reader"), malformed()),
        sent("in the query, in upper case", at("/mcp?Access_Token=reader"), malformed()),
        sent("in the query, after a semicolon", at("/mcp?a=b;access_token=reader"), malformed()),
        sent("in the query, empty", at("/mcp?access_token="), malformed()),
        sent(
            "in the query, and another one in the header",
            at("/mcp?access_token=runner").token("reader"),
            malformed(),
        ),
        sent("in the query, with other parameter names", at("/mcp?token=reader&bearer=reader"), anonymous()),
        sent("in the path", at("/mcp/reader"), anonymous()),
        sent("in a cookie", call().header("cookie", "access_token=reader; Authorization=Bearer reader"), anonymous()),
        sent("in Proxy-Authorization", call().header("proxy-authorization", "Bearer reader"), anonymous()),
        sent("in X-Api-Key", call().header("x-api-key", "reader"), anonymous()),
        sent("in X-Access-Token", call().header("x-access-token", "reader"), anonymous()),
        sent("in X-Forwarded-Authorization", call().header("x-forwarded-authorization", "Bearer reader"), anonymous()),
        sent("in X-Forwarded-User", call().header("x-forwarded-user", "ada"), anonymous()),
        sent("in a WebSocket's protocol", call().header("sec-websocket-protocol", "bearer, reader"), anonymous()),
        sent("in a form", form("access_token=reader"), Refused(415, 415, "")),
        sent("in the body", Ask::post(IN_BODY), anonymous()),
        row(
            "credentials: the forwarded request has none",
            plain,
            read().header("x-authorization", "kept"),
            Passed(|answer| !format!("{:?}", answer.passed().headers).contains("reader")),
        ),
        row(
            "credentials: a caller in the extensions of the request",
            || Server::with(|builder| builder.discovery(Discovery::Open)),
            with_planted_caller(Ask::call("status")),
            Passed(|answer| {
                answer.passed().caller.unwrap().grant().is_anonymous() && answer.passed().subject.is_none()
            }),
        ),
    ]
}

const IN_BODY: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","access_token":"reader",
    "params":{"name":"list_files","access_token":"reader","_meta":{"authorization":"Bearer reader"}}}"#;

fn form(body: &'static str) -> Ask {
    Ask::post(body).only("content-type", Some("application/x-www-form-urlencoded"))
}

/// Adds another caller and its claims to the extensions, as an untrusted layer in front could.
fn with_planted_caller(mut ask: Ask) -> Ask {
    use std::sync::Arc;

    use mcp_scopes::{Caller, Environment};
    use mcp_scopes_server::Claims;
    let grant = crate::server::TOOLS.grant("files:write system:execute admin");
    ask.0.extensions_mut().insert(Caller::new(grant, Environment::Live));
    ask.0.extensions_mut().insert(Arc::new(Claims::builder("https://evil.example.com").subject("root").build()));
    ask
}
