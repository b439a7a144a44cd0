//! Step 7: sessions of older revisions belong to who began them.

use http::StatusCode;
use mcp_scopes::http::Discovery;

use crate::server::{Ask, Reply, Server};

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
async fn a_session_goes_on_for_its_owner_under_the_servers_own_id() {
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
async fn nobody_else_gets_at_a_session() {
    let session = begin(Some("reader")).await;
    for verb in ["POST", "GET", "DELETE"] {
        for token in [Some("bob"), Some("ada-elsewhere"), None] {
            let ask = Ask::call("status").verb(verb).header("mcp-session-id", &session).header("last-event-id", "1");
            let ask = if let Some(token) = token { ask.token(token) } else { ask };
            // To clients this means to begin a new one.
            assert_eq!(server().send(ask).await.refused(), (404, 404), "{verb} {token:?}");
        }
    }
}

#[tokio::test]
async fn a_session_begun_without_a_token_is_not_taken_over_with_one() {
    let session = begin(None).await;
    server().send(Ask::call("status").header("mcp-session-id", &session)).await.passed();
    let answer = server().send(Ask::call("status").token("reader").header("mcp-session-id", &session)).await;
    assert_eq!(answer.refused(), (404, 404));
}

#[tokio::test]
async fn ids_that_the_layer_has_not_made_are_404() {
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
async fn another_key_makes_other_seals() {
    let session = begin(Some("reader")).await;
    let other = Server::with(|builder| builder.discovery(Discovery::Open).session_key([8; 32]));
    let answer = other.send(Ask::call("status").token("reader").header("mcp-session-id", &session)).await;
    assert_eq!(answer.refused(), (404, 404));
}

#[tokio::test]
async fn from_2026_07_28_on_there_are_no_sessions() {
    let ask = Ask::modern_call("list_files").token("reader").header("mcp-session-id", "anything");
    let answer = server().send(ask.header("last-event-id", "7")).await;
    assert!(!answer.passed().headers.contains_key("mcp-session-id"));
    assert!(!answer.passed().headers.contains_key("last-event-id"));
    assert_eq!((answer.status, answer.header("mcp-session-id")), (StatusCode::OK, ""));
}
