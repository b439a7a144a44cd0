//! Step 6: the sessions of older revisions belong to the caller that began them.

use std::sync::Arc;

use http::StatusCode;
use mcp_scopes::Environment;
use mcp_scopes_server::{Claims, Discovery, Environments, Token, TokenError, TokenVerifier};

use crate::server::{Ask, RESOURCE, Reply, Server};

fn server() -> Server {
    let reply = Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).header("mcp-session-id", "5f3a.b");
    Server::with(|builder| builder.discovery(Discovery::Open).session_key([7; 32])).replying(reply)
}

async fn begin(token: Option<&str>) -> String {
    let ask = Ask::method("initialize");
    let answer = server().send(token.map_or_else(|| Ask::method("initialize"), |token| ask.token(token))).await;
    answer.passed();
    answer.header("mcp-session-id").to_owned()
}

#[tokio::test]
async fn continues_a_session_for_its_owner_under_the_id_of_the_server() {
    let session = begin(Some("reader")).await;
    assert!(session.starts_with("5f3a.b."), "{session}");
    for verb in ["POST", "GET", "DELETE"] {
        // Another token of the same user, in another process with the same key.
        let ask = Ask::call("list_files").verb(verb).token("writer").header("mcp-session-id", &session);
        let answer = server().send(ask).await;
        assert_eq!(answer.passed().headers.get("mcp-session-id").unwrap(), "5f3a.b", "{verb}");
    }
}

#[tokio::test]
async fn rejects_sessions_of_other_callers() {
    let session = begin(Some("reader")).await;
    for verb in ["POST", "GET", "DELETE"] {
        for token in [Some("bob"), Some("ada-elsewhere"), None] {
            let ask = Ask::call("status").verb(verb).header("mcp-session-id", &session).header("last-event-id", "1");
            let ask = if let Some(token) = token { ask.token(token) } else { ask };
            // On 404 clients begin another session.
            assert_eq!(server().send(ask).await.refused(), (404, 404), "{verb} {token:?}");
        }
    }
}

/// Accepts tokens of several clients by names such as `ada.app.1`: subject, client, number. A `-` is a missing claim.
struct Clients;

impl TokenVerifier for Clients {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let parts: Vec<_> = token.expose_secret().split('.').collect();
        let [subject, client, number] = *parts else {
            return Err(TokenError::invalid("it is not known"));
        };
        let mut claims = Claims::builder("https://auth.example.com").audience([RESOURCE]).scope("files:read");
        if subject != "-" {
            claims = claims.subject(subject);
        }
        if client != "-" {
            claims = claims.client(client);
        }
        let environment = if number == "test" { Environment::Sandbox } else { Environment::Live };
        Ok(Arc::new(claims.environment(environment).build()))
    }
}

#[tokio::test]
async fn rejects_the_session_of_another_client_of_the_same_subject() {
    let reply = Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).header("mcp-session-id", "5f3a.b");
    let server = Server::with(|builder| {
        builder.verifier(Clients).environments(Environments::new().by_credential()).discovery(Discovery::Open)
    });
    let server = server.replying(reply);
    for (owner, token, is_same) in [
        ("ada.app.1", "ada.app.2", true),
        ("ada.app.1", "ada.other.1", false),
        ("ada.app.1", "ada.-.1", false),
        ("ada.-.1", "ada.app.1", false),
        ("ada.-.1", "ada.-.2", true),
        ("ada.app.1", "bob.app.1", false),
        ("ada.app.1", "-.app.1", false),
        ("-.app.1", "-.app.2", true),
        ("-.app.1", "app.-.1", false),
        ("-.-.1", "-.-.1", true),
        ("-.-.1", "-.-.2", false),
        ("ada.app.1", "ada.app.test", false),
        ("ada.app.test", "ada.app.test", true),
    ] {
        let begun = server.send(Ask::method("initialize").token(owner)).await;
        let session = begun.header("mcp-session-id");
        for verb in ["POST", "GET", "DELETE"] {
            let ask = Ask::method("tools/list").verb(verb).token(token).header("mcp-session-id", session);
            let answer = server.send(ask).await;
            if is_same {
                assert_eq!(answer.passed().headers.get("mcp-session-id").unwrap(), "5f3a.b", "{owner} {token} {verb}");
            } else {
                assert_eq!(answer.refused(), (404, 404), "{owner} {token} {verb}");
            }
        }
    }
}

#[tokio::test]
async fn accepts_any_spelling_of_the_header_from_the_session_owner() {
    let reply = Reply::json(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).header("mcp-session-id", "5f3a.b");
    let server = Server::with(|builder| builder.verifier(Clients).discovery(Discovery::Open)).replying(reply);
    let begun = server.send(Ask::method("initialize").token("-.-.1")).await;
    for scheme in ["Bearer ", "bEARER ", "bearer     "] {
        let ask = Ask::method("tools/list").header("authorization", &format!("{scheme}-.-.1"));
        server.send(ask.header("mcp-session-id", begun.header("mcp-session-id"))).await.passed();
    }
}

#[tokio::test]
async fn rejects_anonymous_sessions_with_a_token() {
    let session = begin(None).await;
    server().send(Ask::call("status").header("mcp-session-id", &session)).await.passed();
    let answer = server().send(Ask::call("status").token("reader").header("mcp-session-id", &session)).await;
    assert_eq!(answer.refused(), (404, 404));
}

#[tokio::test]
async fn returns_404_for_forged_session_ids() {
    let session = begin(Some("reader")).await;
    let (id, seal) = session.rsplit_once('.').unwrap();
    for wrong in [
        "5f3a.b".to_owned(),
        String::new(),
        ".".to_owned(),
        format!("5f3a.c.{seal}"),
        format!("{id}.{}", seal.to_uppercase()),
        format!("{id}.{}", &seal[2..]),
        format!("{id}.{seal}00"),
        format!("{id}.+{}", &seal[1..]),
        format!("{id}."),
        session.replace('5', "6"),
    ] {
        let answer = server().send(Ask::call("status").token("reader").header("mcp-session-id", &wrong)).await;
        assert_eq!(answer.refused(), (404, 404), "{wrong}");
    }
    let two = Ask::call("status").token("reader").header("mcp-session-id", &session).header("mcp-session-id", &session);
    assert_eq!(server().send(two).await.refused(), (400, 400));
}

#[tokio::test]
async fn rejects_sessions_sealed_with_another_key() {
    let session = begin(Some("reader")).await;
    let other = Server::with(|builder| builder.discovery(Discovery::Open).session_key([8; 32]));
    let answer = other.send(Ask::call("status").token("reader").header("mcp-session-id", &session)).await;
    assert_eq!(answer.refused(), (404, 404));
}

#[tokio::test]
async fn removes_session_headers_since_2026_07_28() {
    let ask = Ask::modern_call("list_files").token("reader").header("mcp-session-id", "anything");
    let answer = server().send(ask.header("last-event-id", "7")).await;
    assert!(!answer.passed().headers.contains_key("mcp-session-id"));
    assert!(!answer.passed().headers.contains_key("last-event-id"));
    assert_eq!((answer.status, answer.header("mcp-session-id")), (StatusCode::OK, ""));
}
