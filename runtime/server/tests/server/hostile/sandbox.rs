//! Switching from one environment to the other, and evading the limit of the sandbox.

use std::{num::NonZeroU32, sync::Arc};

use mcp_scopes::{Environment, scope_table};
use mcp_scopes_server::{Claims, Environments, ResourceServer, Token, TokenError, TokenVerifier};
use serde_json::json;

use super::{
    Elsewhere::{EnvironmentByHeader, LimitOfASession, RefusalFails},
    Out, Row, row,
};
use crate::{
    server::{Answer, Ask, RESOURCE, Server},
    step_3_environments as market,
};

scope_table! { static MARKET = [market::look, market::close, market::send] with "tests/server/sandbox.toml"; }

const SANDBOX: &str = "https://sandbox.example.com/mcp";

/// Accepts tokens by name; the claim `env` names the environment.
struct Traders;

impl TokenVerifier for Traders {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let of = |issuer: &str, audience: &[&str], env: serde_json::Value| {
            let others = json!({"env": env}).as_object().unwrap().clone();
            Claims::builder(issuer).subject("ada").scope("trade").audience(audience.iter().copied()).raw(others).build()
        };
        let (live, test) = ("https://auth.example.com", "https://auth.sandbox.example.com");
        let claims = match token.expose_secret() {
            "live" => of(live, &[RESOURCE], json!("live")),
            "test" => of(test, &[SANDBOX], json!("sandbox")),
            "silent" => Claims::builder(live).subject("ada").scope("trade").audience([RESOURCE]).build(),
            "odd" => of(live, &[RESOURCE], json!("production")),
            "upper" => of(live, &[RESOURCE], json!("LIVE")),
            "list" => of(live, &[RESOURCE], json!(["live"])),
            // The claims name neither a subject nor a client.
            name if name == "nameless" || name.starts_with("eyJ") => Claims::builder(test)
                .scope("trade")
                .audience([SANDBOX])
                .raw(json!({"env": "sandbox"}).as_object().unwrap().clone())
                .build(),
            "claims-live" => of(test, &[SANDBOX], json!("live")),
            "claims-test" => of(live, &[RESOURCE], json!("sandbox")),
            "both" => of(live, &[RESOURCE, SANDBOX], json!("live")),
            "stranger" => of("https://other.example.com", &[RESOURCE], json!("live")),
            _ => return Err(TokenError::invalid("it is not known")),
        };
        Ok(Arc::new(claims))
    }
}

fn market(environments: Environments) -> Server {
    let builder = ResourceServer::builder(&MARKET).resource(RESOURCE).authorization_server("https://auth.example.com");
    Server::around(builder.verifier(Traders).environments(environments).sandbox_calls_per_minute(NonZeroU32::MIN))
}

fn three() -> Server {
    market(Environments::new().by_claim("env").by_issuer().by_audience())
}

fn no_source() -> Server {
    market(Environments::new())
}

fn call(tool: &str, token: &str) -> Ask {
    Ask::call(tool).token(token)
}

fn in_sandbox(answer: &Answer) -> bool {
    answer.header("mcp-environment") == "sandbox"
        && answer.passed().caller.unwrap().environment() == Environment::Sandbox
}

fn in_live(answer: &Answer) -> bool {
    answer.header("mcp-environment") == "live" && answer.passed().caller.unwrap().environment() == Environment::Live
}

pub(super) fn rows() -> Vec<Row> {
    use Out::{Passed, Refused};
    let header = |name: &str, value: &str| {
        let ask = call("look", "live").header("mcp-sandbox", value);
        row(format!("sandbox: {name}"), three, ask, Refused(400, 400, "")).about(EnvironmentByHeader)
    };
    let token = |name: &str, token: &str| {
        row(format!("sandbox: {name}"), three, call("look", token), Refused(403, 403, "Bearer "))
    };
    let sent = |name: &str, ask: Ask, out| row(format!("sandbox: {name}"), three, ask, out);
    vec![
        header("a header that requests live", "live"),
        header("a header with an unknown environment", "production"),
        header("a header in upper case", "Sandbox"),
        header("a header with a comma", "sandbox, live"),
        header("an empty header", ""),
        header("a header with `true`", "true"),
        sent(
            "the header twice",
            call("look", "live").header("mcp-sandbox", "sandbox").header("mcp-sandbox", "sandbox"),
            Refused(400, 400, ""),
        ),
        sent(
            "the header requests live for a sandbox token",
            call("send", "test").header("mcp-sandbox", "live"),
            Refused(400, 400, ""),
        )
        .about(EnvironmentByHeader),
        row(
            "sandbox: the header without a configured sandbox",
            Server::new,
            Ask::call("list_files").token("reader").header("mcp-sandbox", "sandbox"),
            Refused(400, 400, ""),
        ),
        sent(
            "the header requests the sandbox for a live token",
            call("look", "live").header("mcp-sandbox", "sandbox"),
            Passed(in_sandbox),
        ),
        sent(
            "the answer's header in a request",
            call("look", "live").header("mcp-environment", "sandbox"),
            Passed(in_live),
        )
        .about(EnvironmentByHeader),
        sent("a sandbox token for a tool without a mode", call("send", "test"), Refused(403, 403, "Bearer ")),
        sent("a sandbox token for a tool with the mode `deny`", call("close", "test"), Refused(403, 403, "Bearer ")),
        sent("a sandbox token for a tool with the mode `allow`", call("look", "test"), Passed(in_sandbox)),
        sent(
            "a live token and the header, for a tool without a mode",
            call("send", "live").header("mcp-sandbox", "sandbox"),
            Refused(403, 403, "Bearer "),
        ),
        token("a token without an environment", "silent").about(RefusalFails),
        token("a token with an unknown environment", "odd"),
        token("an environment in upper case", "upper"),
        token("an environment in a list", "list"),
        token("a sandbox token whose claim names live", "claims-live").about(EnvironmentByHeader),
        token("a live token whose claim names the sandbox", "claims-test"),
        token("a token for both environments", "both"),
        token("a token of an unknown issuer", "stranger"),
        row(
            "sandbox: a sandbox token without a configured sandbox",
            no_source,
            call("look", "test"),
            Refused(401, 401, "`aud` has another value"),
        ),
        row("sandbox: all tokens are live without a source", no_source, call("send", "live"), Passed(in_live)),
        sent(
            "a method with effects outside of the sandbox",
            Ask::method("resources/read").token("test"),
            Refused(200, -32601, ""),
        ),
        sent("one call above the limit", call("look", "test"), Refused(429, 429, "")).after(vec![call("look", "test")]),
        sent(
            "one call above the limit, in a new session",
            call("look", "live").header("mcp-sandbox", "sandbox"),
            Refused(429, 429, ""),
        )
        .after(vec![call("look", "live").header("mcp-sandbox", "sandbox"), Ask::method("initialize").token("live")])
        .about(LimitOfASession),
        sent(
            "one call above the limit, from another address",
            call("look", "test").header("x-forwarded-for", "203.0.113.7"),
            Refused(429, 429, ""),
        )
        .after(vec![call("look", "test").header("x-forwarded-for", "203.0.113.8")])
        .about(LimitOfASession),
        sent("the limit of the sandbox does not apply to live calls", call("look", "live"), Passed(in_live))
            .after(vec![call("look", "live").header("mcp-sandbox", "sandbox"), call("look", "live")]),
        sent("a list after the limit of calls", Ask::method("tools/list").token("test"), Passed(in_sandbox))
            .after(vec![call("look", "test"), call("look", "test")]),
    ]
}

/// Returns every spelling of `Bearer`, followed by one to four spaces.
fn schemes() -> impl Iterator<Item = String> {
    let cased = (0..1_u32 << 6).map(|upper| {
        let letters = "bearer".char_indices();
        letters.map(|(at, letter)| if upper >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter }).collect()
    });
    cased.flat_map(|scheme: String| (1..=4).map(move |spaces| format!("{scheme}{}", " ".repeat(spaces))))
}

#[tokio::test]
async fn counts_calls_of_a_token_whatever_its_spelling_or_signature() {
    let jwt = |signature: &str| format!("eyJhbGciOiJFUzI1NiJ9.e30.{signature}");
    for (tokens, others) in [
        (vec!["nameless".to_owned()], jwt("AAAA")),
        // ECDSA has two valid signatures for each message.
        (vec![jwt("AAAA"), jwt("BBBB")], "eyJhbGciOiJFUzI1NiJ9.e31.AAAA".to_owned()),
    ] {
        let server = three();
        let send = async |scheme: &str, token: &str| {
            server.send(Ask::call("look").header("authorization", &format!("{scheme}{token}"))).await
        };
        send("Bearer ", &tokens[0]).await.passed();
        for scheme in schemes() {
            for token in &tokens {
                assert_eq!(send(&scheme, token).await.refused(), (429, 429), "{scheme}{token}");
            }
        }
        send("Bearer ", &others).await.passed();
    }
}
