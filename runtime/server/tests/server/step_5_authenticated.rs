//! Step 5: tools that every valid token opens, whatever its scopes.

use std::sync::Arc;

use mcp_scopes::{Environment, mcp_tool, scope_table};
use mcp_scopes_server::{
    Claims, Discovery, Environments, HiddenTools, ResourceServer, Token, TokenError, TokenVerifier,
};

use crate::server::{Answer, Ask, RESOURCE, Reply, Server, Tokens};

/// Say how the server is
#[mcp_tool(public, risk = "minimal")]
fn status() {}
/// Show the profile of the caller
#[mcp_tool(authenticated, risk = "low", sandbox = "allow")]
fn whoami() {}
/// Change the profile of the caller
#[mcp_tool(authenticated, risk = "medium")]
fn rename() {}
/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file(path: &str) {
    let _ = path;
}

scope_table! { static PROFILES = [status, whoami, rename, read_file] with "tests/server/mcp-scopes.toml"; }
scope_table! { static CLOSED = [whoami, rename, read_file] with "tests/server/mcp-scopes.toml"; }

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"status"},{"name":"whoami"},{"name":"rename"},{"name":"read_file"}]}}"#;

scope_table! { static PLAIN = [status, whoami]; }

/// Such a server has no scope that a baseline could name.
#[tokio::test]
async fn a_server_without_scopes_can_filter_its_list() {
    let builder = ResourceServer::builder(&PLAIN).resource(RESOURCE).authorization_server("https://auth.example.com");
    let server = Server::around(builder.verifier(Tokens).discovery(Discovery::Filtered)).replying(Reply::json(LIST));
    assert_eq!(names(&server.send(Ask::method("tools/list")).await), ["status"]);
    assert_eq!(names(&server.send(Ask::method("tools/list").token("reader")).await), ["status", "whoami"]);
}

fn server(discovery: Discovery) -> Server {
    Server::around(ResourceServer::builder(&PROFILES).verifier(Tokens).discovery(discovery)).replying(Reply::json(LIST))
}

fn names(answer: &Answer) -> Vec<String> {
    let tools = answer.json()["result"]["tools"].clone();
    tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn returns_401_without_an_error_to_callers_without_a_token() {
    // The challenge names no scope where it may name those of the tool: the tool needs none.
    for (discovery, names_baseline) in
        [(Discovery::Open, false), (Discovery::Baseline, false), (Discovery::Filtered, true)]
    {
        for ask in [Ask::call("whoami"), Ask::modern_call("whoami")] {
            let answer = server(discovery).send(ask).await;
            assert_eq!(answer.refused(), (401, 401), "{discovery:?}");
            assert!(answer.challenge().starts_with("Bearer "), "{}", answer.challenge());
            assert!(answer.challenge().contains("resource_metadata="), "{}", answer.challenge());
            assert!(!answer.challenge().contains("error="), "{}", answer.challenge());
            let scope = answer.challenge().contains(r#"scope="files:read""#);
            assert_eq!(
                (scope, answer.challenge().contains("scope=")),
                (names_baseline, names_baseline),
                "{discovery:?}"
            );
        }
    }
}

#[tokio::test]
async fn forwards_calls_with_any_valid_token() {
    for discovery in [Discovery::Open, Discovery::Baseline, Discovery::Filtered] {
        for token in ["scopeless", "reader", "bob", "ada-elsewhere"] {
            for tool in ["whoami", "rename"] {
                let answer = server(discovery).send(Ask::call(tool).token(token)).await;
                let seen = answer.passed();
                assert!(!seen.caller.unwrap().grant().is_anonymous(), "{discovery:?} {token} {tool}");
                assert!(seen.subject.is_some(), "{discovery:?} {token} {tool}");
            }
        }
        // The token opens nothing that needs a scope.
        assert_eq!(server(discovery).send(Ask::call("read_file").token("scopeless")).await.refused(), (403, 403));
    }
}

#[tokio::test]
async fn returns_401_for_invalid_tokens() {
    for token in ["unknown", "expired", "foreign", "without-audience"] {
        let answer = server(Discovery::Baseline).send(Ask::call("whoami").token(token)).await;
        assert_eq!(answer.refused(), (401, 401), "{token}");
        assert!(answer.challenge().contains(r#"error="invalid_token""#), "{token} {}", answer.challenge());
    }
    let answer = server(Discovery::Baseline).send(Ask::call("whoami").token("down")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.seen.is_none());
}

#[tokio::test]
async fn lists_the_tools_for_callers_with_a_token_only() {
    for (token, expected) in [
        (None, &["status"][..]),
        (Some("scopeless"), &["status", "whoami", "rename"]),
        (Some("reader"), &["status", "whoami", "rename", "read_file"]),
    ] {
        let ask = Ask::method("tools/list");
        let ask = match token {
            Some(token) => ask.token(token),
            None => ask,
        };
        let answer = server(Discovery::Filtered).send(ask).await;
        answer.passed();
        assert_eq!(names(&answer), expected, "{token:?}");
    }
}

/// A tool that needs a token is not public: without a public tool, no request without a token succeeds.
#[tokio::test]
async fn requires_a_token_for_filtered_lists_without_public_tools() {
    let server = Server::around(ResourceServer::builder(&CLOSED).verifier(Tokens).discovery(Discovery::Filtered));
    for ask in [Ask::method("initialize"), Ask::method("tools/list"), Ask::call("whoami"), Ask::call("nix")] {
        assert_eq!(server.send(ask).await.refused(), (401, 401));
    }
    server.send(Ask::method("tools/list").token("scopeless")).await.passed();
}

#[tokio::test]
async fn answers_hidden_tools_like_unknown_ones_without_a_token() {
    let builder = ResourceServer::builder(&PROFILES).verifier(Tokens).discovery(Discovery::Filtered);
    let server = Server::around(builder.hidden_tools(HiddenTools::Unknown));
    let (hidden, unknown) = (server.send(Ask::call("whoami")).await, server.send(Ask::call("nix")).await);
    assert_eq!((hidden.status, &hidden.headers, &hidden.body), (unknown.status, &unknown.headers, &unknown.body));
    server.send(Ask::call("whoami").token("scopeless")).await.passed();
}

/// Accepts `live` and `sandbox`, without any scope.
struct Environed;

impl TokenVerifier for Environed {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let environment = match token.expose_secret() {
            "sandbox" => Environment::Sandbox,
            _ => Environment::Live,
        };
        let claims = Claims::builder("https://auth.example.com").subject("ada").audience([RESOURCE]);
        Ok(Arc::new(claims.environment(environment).build()))
    }
}

#[tokio::test]
async fn applies_the_sandbox_mode_of_the_tool() {
    let builder = ResourceServer::builder(&PROFILES).verifier(Environed);
    let server = Server::around(builder.environments(Environments::new().by_credential()));
    for (tool, token, passes) in
        [("whoami", "live", true), ("whoami", "sandbox", true), ("rename", "live", true), ("rename", "sandbox", false)]
    {
        let answer = server.send(Ask::call(tool).token(token)).await;
        assert_eq!(answer.seen.is_some(), passes, "{tool} {token}");
        if !passes {
            assert_eq!(answer.refused(), (403, 403));
            assert!(!answer.challenge().contains("scope="), "{}", answer.challenge());
        }
    }
}
