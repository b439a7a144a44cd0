//! What is the same caller, and what is not.

use std::sync::Arc;

use mcp_scopes::{Environment, mcp_tool, scope_table};
use mcp_scopes_server::{
    Claims, Environments, ResourceServer, Token, TokenError, TokenVerifier,
    policies::SessionHolder,
    token::{ApiKeys, Issuer, Provider},
};
use serde_json::json;

use super::{Limited, OTHER_NAME, TABLE, ask, builder, denial, reason};
use crate::{
    server::{Ask, RESOURCE, Reply},
    tokens,
};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow")]
fn read(path: &str) {
    let _ = path;
}
/// Send a message
#[mcp_tool(
    scope = "files:read",
    risk = "low",
    sandbox = "allow",
    policy(blocked_after("read:*.key"), max_calls_per_session = 2)
)]
fn send() {}

scope_table! { static SANDBOXED = [read, send] with "tests/server/policies/contents.toml"; }

#[tokio::test]
async fn new_clients_tokens_names_and_transport_sessions_reset_nothing() {
    let mut server = Limited::with(builder(&TABLE).also_served_at(OTHER_NAME).session_key([7; 32]));
    server.server =
        server.server.replying(Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).header("mcp-session-id", "5f3a"));
    let begin = || ask("read_file", &json!({"path": "id.key"}));
    let session = server.server.send(begin().token("ada.app")).await.header("mcp-session-id").to_owned();
    let send = || ask("send_email", &json!({}));
    for ask in [
        send().token("ada.app").header("mcp-session-id", &session),
        send().token("ada.app"),
        send().token("ada.another-client"),
        send().token("ada"),
        // Refreshed: another token with other claims.
        send().token("ada.app.1800000000.gold"),
        send().token("ada.app").uri("https://files.example.org/mcp").header("host", "files.example.org"),
        Ask::modern("tools/call", r#""name":"send_email","arguments":{},"#)
            .header("mcp-name", "send_email")
            .token("ada.app"),
    ] {
        assert_eq!(reason(&server.server.send(ask).await), "blocked_after");
    }
    // Another subject.
    server.call("bob.app", "send_email", json!({})).await.passed();
}

/// Ada of several issuers, and callers without a subject.
struct Several;

impl TokenVerifier for Several {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let (issuer, subject) = token.expose_secret().split_once('.').unwrap();
        let claims = Claims::builder(format!("https://{issuer}.example.com")).audience([RESOURCE]).scp(super::SCOPES);
        let claims = claims.client("app");
        Ok(Arc::new(if subject == "-" { claims } else { claims.subject(subject) }.build()))
    }
}

#[tokio::test]
async fn other_issuers_are_other_callers() {
    let server = Limited::with(
        ResourceServer::builder(&TABLE).resource(RESOURCE).authorization_server("https://a").verifier(Several),
    );
    server.call("a.ada", "restart", json!({})).await.passed();
    assert_eq!(reason(&server.call("a.ada", "restart", json!({})).await), "cooling_period_minutes");
    server.call("b.ada", "restart", json!({})).await.passed();
}

#[tokio::test]
async fn tokens_without_a_subject_call_no_tool_that_policies_name() {
    let server = Limited::with(
        ResourceServer::builder(&TABLE).resource(RESOURCE).authorization_server("https://a").verifier(Several),
    );
    // With a policy, and in a pattern.
    for tool in ["send_email", "write_file", "restart", "read_file"] {
        let answer = server.call("a.-", tool, json!({})).await;
        assert_eq!(denial(&answer), json!({"reason": "no_subject", "tool": tool}));
        assert!(answer.body.contains("requires a token that names its subject"), "{}", answer.body);
    }
    for tool in ["status", "list_files", "wipe"] {
        server.call("a.-", tool, json!({})).await.passed();
    }
}

#[tokio::test]
async fn entra_users_are_known_by_tenant_and_object() {
    let issuer = "https://login.microsoftonline.com/t1/v2.0";
    let provider = Provider::entra("app-id");
    let entra = Issuer::keys(issuer, tokens::all()).provider(provider);
    let server = Limited::with(ResourceServer::builder(&TABLE).resource(RESOURCE).issuer(entra));
    let token = |oid: &str, sub: &str, client: &str| {
        tokens::good(&json!({
            "iss": issuer, "aud": "app-id", "exp": tokens::now() + 600, "azp": client, "oid": oid, "sub": sub, "scp": "restart",
            "tid": "t1", "ver": "2.0",
        }))
    };
    server.call(&token("o1", "pairwise-1", "c1"), "restart", json!({})).await.passed();
    // `sub` differs between the clients of one user.
    let answer = server.call(&token("o1", "pairwise-2", "c2"), "restart", json!({})).await;
    assert_eq!(reason(&answer), "cooling_period_minutes");
    server.call(&token("o2", "pairwise-1", "c1"), "restart", json!({})).await.passed();
}

#[tokio::test]
async fn holders_of_api_keys_are_callers() {
    let keys = ApiKeys::new("https://files.example.com", b"0123456789abcdef").unwrap();
    let hashes = ["sk_live_one", "sk_live_two", "sk_live_ada"].map(|key| keys.hash(Token::new(key)));
    let keys = keys.key(&hashes[0], "ci", "restart").unwrap().key(&hashes[1], "ci", "restart").unwrap();
    let keys = keys.key(&hashes[2], "ada", "restart").unwrap();
    let server = Limited::with(builder(&TABLE).api_keys(keys));
    server.call("sk_live_one", "restart", json!({})).await.passed();
    // Another key of the same holder.
    assert_eq!(reason(&server.call("sk_live_two", "restart", json!({})).await), "cooling_period_minutes");
    server.call("sk_live_ada", "restart", json!({})).await.passed();
    let sessions = server.server.layer().policy_sessions().unwrap();
    let show = async |holder| sessions.show("https://files.example.com", holder, Environment::Live).await.unwrap();
    assert!(show(SessionHolder::ApiKey("ci")).await.is_some() && show(SessionHolder::Subject("ci")).await.is_none());
}

#[tokio::test]
async fn a_header_for_the_sandbox_resets_nothing() {
    let server = Limited::of(&SANDBOXED);
    let sandboxed =
        |tool: &str, path: &str| ask(tool, &json!({"path": path})).token("ada").header("mcp-sandbox", "sandbox");
    // What was read in the sandbox blocks live calls, and calls there.
    server.server.send(sandboxed("read", "id.key")).await.passed();
    assert_eq!(reason(&server.server.send(sandboxed("send", "")).await), "blocked_after");
    assert_eq!(reason(&server.ada("send", "").await), "blocked_after");
    // What was read live blocks calls in the sandbox.
    let server = Limited::of(&SANDBOXED);
    server.ada("read", "id.key").await.passed();
    assert_eq!(reason(&server.server.send(sandboxed("send", "")).await), "blocked_after");
    assert_eq!(reason(&server.ada("send", "").await), "blocked_after");
    // Calls in both environments count together.
    let server = Limited::of(&SANDBOXED);
    server.ada("send", "").await.passed();
    server.server.send(sandboxed("send", "")).await.passed();
    assert_eq!(reason(&server.server.send(sandboxed("send", "")).await), "max_calls_per_session");
    assert_eq!(reason(&server.ada("send", "").await), "max_calls_per_session");
}

#[tokio::test]
async fn a_sandbox_token_has_a_session_of_its_own() {
    struct ByName;
    impl TokenVerifier for ByName {
        async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
            let environment = if token.expose_secret() == "live" { Environment::Live } else { Environment::Sandbox };
            let claims = Claims::builder(super::ISSUER).audience([RESOURCE]).subject("ada").scope("files:read");
            Ok(Arc::new(claims.environment(environment).build()))
        }
    }
    let environments = Environments::new().by_credential();
    let server = Limited::with(ResourceServer::builder(&SANDBOXED).verifier(ByName).environments(environments));
    server.call("sandbox", "read", json!({"path": "id.key"})).await.passed();
    assert_eq!(reason(&server.call("sandbox", "send", json!({})).await), "blocked_after");
    server.call("live", "send", json!({})).await.passed();
}

#[tokio::test]
async fn reads_everything_that_a_tool_receives() {
    let params = |member: &str| {
        let mut params = json!({"name": "read", "arguments": {"path": "/home/ada"}});
        params[member] = json!({"answer": {"action": "accept", "content": {"path": "id.key"}}});
        if member.eq_ignore_ascii_case("requestState") {
            params[member] = json!("id.key");
        }
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    };
    for (member, is_read) in [("inputResponses", true), ("requestState", true), ("other", false)] {
        let server = Limited::of(&SANDBOXED);
        server.server.send(Ask::post(params(member).to_string()).token("ada")).await.passed();
        let answer = server.ada("send", "").await;
        assert_eq!(answer.seen.is_none(), is_read, "{member}: {answer:?}");
    }
    for member in ["inputresponses", "RequestState", "requestState\u{0}"] {
        let server = Limited::of(&SANDBOXED);
        let answer = server.server.send(Ask::post(params(member).to_string()).token("ada")).await;
        assert!(answer.seen.is_none(), "{member}: {answer:?}");
    }
}
