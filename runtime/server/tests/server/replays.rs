//! Step 6: only the caller that received events can replay them.

use mcp_scopes_server::Discovery;

use crate::server::{Ask, Reply, Server};

const KEY: [u8; 32] = [7; 32];

/// Returns a server that answers with events, optionally with a session id.
fn server(session: Option<&'static str>) -> Server {
    let reply =
        Reply::of("text/event-stream", ["id: event-41\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n"]);
    let reply = match session {
        Some(id) => reply.header("mcp-session-id", id),
        None => reply,
    };
    Server::with(|builder| builder.discovery(Discovery::Open).session_key(KEY)).replying(reply)
}

/// Returns the id of the event in the answer to a call, as the client receives it.
async fn received(ask: Ask) -> String {
    let answer = server(None).send(ask).await;
    answer.passed();
    let id = answer.body.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
    assert!(id.starts_with("event-41."), "{id}");
    id.to_owned()
}

fn replay(id: &str) -> Ask {
    Ask::new("GET", "/mcp").header("accept", "text/event-stream").header("last-event-id", id)
}

async fn opens(ask: Ask) -> bool {
    let answer = server(None).send(ask).await;
    let opens = answer.seen.is_some();
    if opens {
        assert_eq!(answer.passed().headers.get("last-event-id").unwrap(), "event-41");
    } else {
        assert_eq!(answer.refused(), (400, 400));
    }
    opens
}

fn as_caller(ask: Ask, token: Option<&str>) -> Ask {
    match token {
        Some(token) => ask.token(token),
        None => ask,
    }
}

#[tokio::test]
async fn opens_event_ids_only_for_their_owner() {
    for (owner, token) in [(Some("reader"), Some("reader")), (None, None), (Some("bob"), Some("bob"))] {
        let id = received(as_caller(Ask::call("status"), owner)).await;
        for other in [Some("reader"), Some("bob"), Some("ada-elsewhere"), None] {
            assert_eq!(opens(as_caller(replay(&id), other)).await, other == token, "{owner:?} {other:?}");
        }
    }
}

#[tokio::test]
async fn opens_event_ids_for_a_grant_that_covers_the_sealed_one() {
    let id = received(Ask::call("list_files").token("reader")).await;
    // `files:write` implies `files:read`.
    assert!(opens(replay(&id).token("writer")).await);
    let answer = server(None).send(replay(&id).token("scopeless")).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(answer.challenge().starts_with("Bearer scope=\"files:read\", error=\"insufficient_scope\""));
    let wider = received(Ask::call("list_files").token("writer")).await;
    assert_eq!(server(None).send(replay(&wider).token("reader")).await.refused(), (403, 403));
}

#[tokio::test]
async fn rejects_event_ids_of_another_session() {
    let begun = |session| async move {
        let answer = server(Some(session)).send(Ask::method("initialize").token("reader")).await;
        let id = answer.body.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
        (answer.header("mcp-session-id").to_owned(), id)
    };
    let ((one, of_one), (other, of_other)) = (begun("5f3a").await, begun("5f3b").await);
    let in_session = |session: &str, id: &str| replay(id).token("reader").header("mcp-session-id", session);
    assert!(opens(in_session(&one, &of_one)).await);
    assert!(opens(in_session(&other, &of_other)).await);
    assert!(!opens(in_session(&one, &of_other)).await);
    assert!(!opens(in_session(&other, &of_one)).await);
    assert!(!opens(replay(&of_one).token("reader")).await, "a replay without the session");
    let without = received(Ask::call("status").token("reader")).await;
    assert!(!opens(in_session(&one, &without)).await, "a replay in another session");
    assert!(opens(replay(&without).token("reader")).await);
}

#[tokio::test]
async fn rejects_ids_that_the_layer_has_not_sealed() {
    let id = received(Ask::call("list_files").token("reader")).await;
    let mut parts = id.rsplitn(3, '.');
    let (seal, grant, own) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    for wrong in [
        "event-41".to_owned(),
        String::new(),
        "..".to_owned(),
        format!("event-42.{grant}.{seal}"),
        format!("{own}.{seal}"),
        format!("{own}..{seal}"),
        format!("{own}.AA.{seal}"),
        format!("{own}._____w.{seal}"),
        format!("{own}.{grant}.{}", seal.to_uppercase()),
        format!("{own}.{grant}.{}", &seal[1..]),
        format!("{own}.{grant}.{}", "0".repeat(32)),
        format!("{id}.{grant}.{seal}"),
        format!("{own}.!.{seal}"),
        format!("{own}.{}.{seal}", "A".repeat(4000)),
        "\u{e4}.A.0".to_owned(),
    ] {
        for verb in ["GET", "POST", "DELETE"] {
            let ask = Ask::call("status").verb(verb).header("last-event-id", &wrong).token("reader");
            assert_eq!(server(None).send(ask).await.refused(), (400, 400), "{verb} {wrong}");
        }
    }
    let twice = replay(&id).header("last-event-id", &id).token("reader");
    assert_eq!(server(None).send(twice).await.refused(), (400, 400));
    let other_key = Server::with(|builder| builder.discovery(Discovery::Open).session_key([8; 32]));
    assert_eq!(other_key.send(replay(&id).token("reader")).await.refused(), (400, 400));
}

#[tokio::test]
async fn forwards_event_ids_only_with_a_get() {
    let id = received(Ask::call("status").token("reader")).await;
    for verb in ["POST", "DELETE"] {
        let ask = Ask::call("status").verb(verb).header("last-event-id", &id).token("reader");
        let answer = server(None).send(ask).await;
        assert!(!answer.passed().headers.contains_key("last-event-id"), "{verb}");
    }
    // Some servers replay events on 2026-07-28 as well.
    let modern = replay(&id).header("mcp-protocol-version", "2026-07-28");
    assert!(opens(modern.token("reader")).await);
    let guessed = replay("event-41").header("mcp-protocol-version", "2026-07-28");
    assert!(!opens(guessed.token("reader")).await);
}

#[tokio::test]
async fn checks_get_and_delete_like_a_post() {
    for verb in ["GET", "DELETE"] {
        let ask = || Ask::new(verb, "/mcp").token("reader");
        for (header, values) in [
            ("mcp-protocol-version", &["2025-11-25", "2026-07-28"][..]),
            ("mcp-protocol-version", &["2025-11-25", "2025-11-25"]),
            ("mcp-protocol-version", &["\u{e4}"]),
            ("mcp-method", &["ping", "ping"]),
            ("mcp-name", &["a", "b"]),
        ] {
            let ask = values.iter().fold(ask(), |ask, value| ask.header(header, value));
            assert_eq!(server(None).send(ask).await.refused(), (400, -32020), "{verb} {header} {values:?}");
        }
        // 2026-07-28 has no sessions.
        let modern = ask().header("mcp-protocol-version", "2026-07-28").header("mcp-session-id", "anything");
        let answer = server(Some("5f3a")).send(modern).await;
        assert!(!answer.passed().headers.contains_key("mcp-session-id"), "{verb}");
        assert_eq!(answer.header("mcp-session-id"), "", "{verb}");
        let legacy = ask().header("mcp-protocol-version", "2025-11-25").header("mcp-session-id", "anything");
        assert_eq!(server(None).send(legacy).await.refused(), (404, 404), "{verb}");
        let sandbox = ask().header("mcp-sandbox", "sandbox");
        assert_eq!(server(None).send(sandbox).await.refused(), (400, 400), "{verb}");
    }
}
