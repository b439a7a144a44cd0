//! Section 3: event ids of other callers.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::fixture::{Fixture, call, in_session, modern_call, replay};
use crate::server::Ask;

const SECRET: &str = "what ada has written";
const PATIENCE: Duration = Duration::from_secs(30);

/// Returns a call of `follow_note`, which sends two notifications before its result.
fn follow() -> Ask {
    call("follow_note", &json!({"title": SECRET}))
}

fn modern(ask: Ask) -> Ask {
    ask.header("mcp-protocol-version", "2026-07-28")
}

#[tokio::test]
async fn rejects_event_ids_that_are_guessed() {
    let fixture = Fixture::new().await;
    let (ada, bob) = (fixture.reader(), fixture.user("bob", "notes:read"));
    let (of_ada, of_bob) = (fixture.session(&ada).await, fixture.session(&bob).await);
    fixture.runs.release(11);
    for _ in 0..11 {
        // Each call has four events.
        let reply = fixture.send(in_session(follow(), &of_ada).token(&ada)).await;
        assert_eq!((reply.events().len(), reply.text().as_str()), (4, SECRET), "{reply:?}");
    }
    for number in 0..44 {
        let id = format!("event-{number}");
        for ask in [
            in_session(replay(&id), &of_bob).token(&bob),
            replay(&id).token(&bob),
            modern(replay(&id)).token(&bob),
            in_session(replay(&id), &of_ada).token(&ada),
            modern(replay(&id)).token(&ada),
        ] {
            let reply = fixture.send(ask).await;
            assert_eq!(reply.status_and_code(), (400, 400), "{id}");
        }
        let reply = fixture.send(modern(replay(&id))).await;
        assert_eq!(reply.challenge().0, 401, "{reply:?}");
        // Neither session nor event id of a preflight is forwarded.
        let reply = fixture.send(in_session(replay(&id), &of_ada).verb("OPTIONS").token(&ada)).await;
        assert!(reply.status >= 400 && !reply.body.contains(SECRET), "{reply:?}");
    }
}

#[tokio::test]
async fn replays_events_of_a_session_only_for_their_owner() {
    let fixture = Fixture::new().await;
    let both = "notes:read notes:delete";
    let of = |subject: &str, client: &str, scope: &str| {
        fixture.token(&json!({"sub": subject, "client_id": client, "scope": scope}))
    };
    let ada = of("ada", "app", both);
    let (session, other_session) = (fixture.session(&ada).await, fixture.session(&ada).await);
    fixture.runs.release(1);
    let id = fixture.send(in_session(follow(), &session).token(&ada)).await.first_id();
    assert!(id.starts_with("event-"), "{id}");
    for token in [&ada, &of("ada", "app", both)] {
        let reply = fixture.send(in_session(replay(&id), &session).token(token)).await;
        assert_eq!((reply.status, reply.events().len(), reply.text().as_str()), (200, 3, SECRET), "{reply:?}");
        // The layer seals the ids of replayed events again.
        let later = fixture.send(in_session(replay(&reply.first_id()), &session).token(token)).await;
        assert_eq!((later.events().len(), later.text().as_str()), (2, SECRET), "{later:?}");
    }
    let narrower = fixture.send(in_session(replay(&id), &session).token(&of("ada", "app", "notes:read"))).await;
    let (status, challenge) = narrower.challenge();
    assert_eq!(status, 403, "{narrower:?}");
    assert!(challenge.contains("insufficient_scope") && challenge.contains(both), "{challenge}");
    for (subject, client) in [("bob", "app"), ("ada", "other"), ("bob", "other")] {
        let token = of(subject, client, both);
        let own = fixture.session(&token).await;
        for (ask, status) in [
            (in_session(replay(&id), &session), 404),
            (in_session(replay(&id), &own), 400),
            (replay(&id), 400),
            (modern(replay(&id)), 400),
        ] {
            assert_eq!(
                fixture.send(ask.token(&token)).await.status_and_code(),
                (status, i64::from(status)),
                "{subject} {client}"
            );
        }
    }
    for (ask, status) in [
        (in_session(replay(&id), &other_session), 400),
        (replay(&id), 400),
        (modern(replay(&id)), 400),
        (in_session(replay(&id), &session).header("mcp-sandbox", "sandbox"), 404),
        (replay(&id).header("mcp-sandbox", "sandbox"), 400),
    ] {
        assert_eq!(fixture.send(ask.token(&ada)).await.status_and_code(), (status, i64::from(status)));
    }
    assert_eq!(fixture.send(in_session(replay(&id), &session)).await.challenge().0, 401);
}

#[tokio::test]
async fn replays_events_of_2026_07_28_only_for_their_owner() {
    let fixture = Fixture::new().await;
    let ada = fixture.user("ada", "notes:read notes:delete");
    fixture.runs.release(1);
    let ask = modern_call("follow_note", &json!({"title": SECRET}));
    let id = fixture.send(ask.token(&ada)).await.first_id();
    let reply = fixture.send(modern(replay(&id)).token(&ada)).await;
    assert_eq!((reply.status, reply.text().as_str()), (200, SECRET), "{reply:?}");
    let narrower = fixture.send(modern(replay(&id)).token(&fixture.reader())).await;
    assert_eq!(narrower.status_and_code(), (403, 403), "{narrower:?}");
    let bob = fixture.user("bob", "notes:read notes:delete");
    let session = fixture.session(&bob).await;
    for ask in [modern(replay(&id)), replay(&id), in_session(replay(&id), &session)] {
        assert_eq!(fixture.send(ask.token(&bob)).await.status_and_code(), (400, 400));
    }
    let sandbox = modern(replay(&id)).header("mcp-sandbox", "sandbox");
    assert_eq!(fixture.send(sandbox.token(&ada)).await.status_and_code(), (400, 400));
}

#[tokio::test]
async fn resumes_a_call_after_its_connection_is_lost() {
    for (name, fixture) in [("stored", Fixture::new().await), ("not stored", Fixture::without_event_store().await)] {
        let token = fixture.reader();
        let session = fixture.session(&token).await;
        let mut stream = fixture.open(in_session(follow(), &session).token(&token)).await;
        let last = loop {
            let event = stream.event().await.unwrap();
            if event.data.contains("notifications/progress") {
                break event.id.unwrap();
            }
        };
        drop(stream);
        let (began, mut released) = (Instant::now(), false);
        // A store answers with the stored events; without a store the stream remains open.
        'resumed: loop {
            assert!(began.elapsed() < PATIENCE, "{name}");
            let mut stream = fixture.open(in_session(replay(&last), &session).token(&token)).await;
            assert_eq!(stream.status, 200, "{name}");
            if !released {
                released = true;
                fixture.runs.release(1);
            }
            while let Some(event) = stream.event().await {
                if event.data.contains(SECRET) {
                    break 'resumed;
                }
            }
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(fixture.runs.take(), [format!("follow {SECRET}")], "{name}: the call runs once");
    }
}
