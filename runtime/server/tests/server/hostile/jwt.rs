//! Malformed tokens, and tokens for other purposes.
//!
//! | module | attacks on |
//! |---|---|
//! | `signatures` | algorithms, keys and signatures |
//! | `structure` | headers and the form of the token |
//! | `claims` | issuer, audience, times and scopes |

mod claims;
mod signatures;
mod structure;

use std::sync::LazyLock;

use mcp_scopes_server::token::TokenCache;
use serde_json::Value;

use super::{Out, Row, call, row};
use crate::{
    server::Server,
    tokens::{claims, good, raw, verifier, with},
};

fn jwt() -> Server {
    Server::with(|builder| builder.verifier(TokenCache::new(verifier())))
}

/// Returns a server that requires the type of an access token.
fn strict() -> Server {
    Server::with(|builder| builder.verifier(verifier().require_access_token_type()))
}

/// Expects 401 with a reason in the challenge.
fn invalid(name: &str, token: &str, why: &'static str) -> Row {
    row(format!("jwt: {name}"), jwt, call().token(token), Out::Refused(401, 401, why))
}

/// Expects 400: the text does not have the syntax of a token in a header (RFC 6750 §2.1).
fn no_token(name: &str, token: &str) -> Row {
    row(format!("jwt: {name}"), jwt, call().token(token), Out::Refused(400, 400, "error=\"invalid_request\""))
}

/// Expects 403: the token is valid and does not open the tool.
fn insufficient(name: &str, claims: &Value) -> Row {
    let step = "scope=\"files:read\", error=\"insufficient_scope\"";
    row(format!("jwt: {name}"), jwt, call().token(&good(claims)), Out::Refused(403, 403, step))
}

fn passes(name: &str, token: &str) -> Row {
    let by_ada = |answer: &crate::server::Answer| answer.passed().subject.as_deref() == Some("ada");
    row(format!("jwt: {name}"), jwt, call().token(token), Out::Passed(by_ada))
}

/// Returns valid claims under that header, signed with the right key.
fn headed(header: &Value) -> String {
    raw(&header.to_string(), &claims().to_string())
}

const ED: &str = r#"{"alg":"EdDSA","kid":"ed"}"#;

/// Returns a valid token whose claims are this text.
fn text(claims: &str) -> String {
    raw(ED, claims)
}

/// Returns a valid token whose claims contain this text as one more member.
fn more(member: &str) -> String {
    text(&format!("{},{member}}}", claims().to_string().strip_suffix('}').unwrap()))
}

/// Returns a valid token with this text as `exp`.
fn ending(exp: &str) -> String {
    let claims = with("exp", Value::Null).to_string();
    text(&format!(r#"{},"exp":{exp}}}"#, claims.strip_suffix('}').unwrap()))
}

static GOOD: LazyLock<String> = LazyLock::new(|| good(&claims()));

fn part(number: usize) -> &'static str {
    GOOD.split('.').nth(number).unwrap()
}

pub(super) fn rows() -> Vec<Row> {
    [
        signatures::algorithms(),
        signatures::keys(),
        structure::headers(),
        structure::shapes(),
        signatures::signatures(),
        claims::issuers(),
        claims::audiences(),
        claims::times(),
        claims::scopes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
