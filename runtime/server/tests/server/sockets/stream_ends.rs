//! Section 3: streams that outlive their token. The module `stream_ends` beside this one tests the same with
//! paused time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mcp_scopes_server::Token;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{
    client::Open,
    fixture::{Fixture, call, in_session, listen, modern_call},
};
use crate::{
    issuer::Answer,
    server::Ask,
    tokens::{KEYS, claims, ec_jwk, good, message, now, with},
};

/// The lifetime of a short token in seconds: enough for one request on a busy machine.
const SHORT: u64 = 5;
/// The maximum delay of the end of a stream.
const LATE: Duration = Duration::from_secs(10);

fn expires_at(expiry: u64) -> Value {
    json!({"sub": "ada", "client_id": "app", "scope": "notes:read", "exp": expiry})
}

/// The maximum time until a stream ends after a revocation or after its key left the key set.
const NOTICED: Duration = Duration::from_secs(30);

/// Waits until a stream ends.
async fn end(stream: &mut Open) {
    while stream.event().await.is_some() {}
}

fn since(expiry: u64) -> Option<Duration> {
    SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_secs(expiry)).ok()
}

#[tokio::test]
async fn ends_listening_streams_when_their_token_expires() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    let open = async |token: &str| {
        let filter = r#""notifications":{"toolsListChanged":true},"#;
        let get = fixture.open(in_session(listen(), &session).token(token)).await;
        let post = fixture.open(Ask::modern("subscriptions/listen", filter).token(token)).await;
        assert_eq!((get.status, post.status), (200, 200));
        [get, post]
    };
    let long = open(&token).await;
    let expiry = now() + SHORT;
    for mut stream in open(&fixture.token(&expires_at(expiry))).await {
        let end = async { while stream.event().await.is_some() {} };
        timeout(Duration::from_secs(SHORT) + LATE, end).await.expect("the stream outlived its token");
        let late = since(expiry).expect("the stream ended before its token");
        assert!(late < LATE, "{late:?} after the expiry");
    }
    for mut stream in long {
        let end = async { while stream.event().await.is_some() {} };
        assert!(timeout(Duration::from_millis(300), end).await.is_err(), "the stream of another token ended");
    }
}

#[tokio::test]
async fn finishes_the_answer_to_a_call_without_notifications_after_the_expiry() {
    let fixture = Fixture::new().await;
    let session = fixture.session(&fixture.reader()).await;
    let follow = async |token: &str, until: Option<u64>| {
        let ask = in_session(call("follow_note", &json!({"title": "a"})), &session);
        let mut stream = fixture.open(ask.token(token)).await;
        assert_eq!(stream.status, 200);
        while !stream.event().await.unwrap().data.contains(r#""progress":1"#) {}
        if let Some(expiry) = until {
            while since(expiry).is_none_or(|passed| passed < Duration::from_millis(200)) {
                sleep(Duration::from_millis(50)).await;
            }
        }
        fixture.runs.release(1);
        let rest = stream.rest().await;
        assert_eq!((rest.text().as_str(), fixture.runs.take()), ("a", vec!["follow a".to_owned()]));
        rest.body.contains(r#""progress":2"#)
    };
    assert!(follow(&fixture.reader(), None).await);
    let expiry = now() + SHORT;
    let short = fixture.token(&expires_at(expiry));
    assert!(!follow(&short, Some(expiry)).await, "a notification after the expiry");
    let again = fixture.send(modern_call("read_note", &json!({"title": "a"})).token(&short)).await;
    let (status, challenge) = again.challenge();
    assert!(status == 401 && challenge.contains("invalid_token"), "{again:?}");
}

#[tokio::test]
async fn ends_listening_streams_after_revocation() {
    let fixture = Fixture::new().await;
    let [revoked, other] = [fixture.reader(), fixture.reader()];
    let session = fixture.session(&revoked).await;
    let open = async |token: &str| {
        let stream = fixture.open(in_session(listen(), &session).token(token)).await;
        assert_eq!(stream.status, 200);
        stream
    };
    let (mut ended, mut open) = (open(&revoked).await, open(&other).await);
    fixture.server.revoke(Token::new(&revoked), None);
    let reply = fixture.send(modern_call("read_note", &json!({"title": "a"})).token(&revoked)).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    timeout(NOTICED, end(&mut ended)).await.expect("the stream outlived the revocation");
    assert!(timeout(Duration::from_millis(300), end(&mut open)).await.is_err(), "the stream of another token ended");
}

#[tokio::test]
async fn ends_listening_streams_when_their_key_leaves_the_key_set() {
    let fixture = Fixture::new().await;
    let mut claims_for_long = with("scope", json!("notes:read"));
    claims_for_long["exp"] = json!(now() + 600);
    let token = good(&claims_for_long);
    let session = fixture.session(&token).await;
    let mut stream = fixture.open(in_session(listen(), &session).token(&token)).await;
    assert_eq!(stream.status, 200);
    let left = Instant::now();
    fixture.keys.answers(Answer::good(json!({"keys": [ec_jwk(&KEYS.p256, "P-256", "p256")]}).to_string()));
    // A token with an unknown key renews the keys, at most every ten seconds.
    let unknown = format!("{}.AAAA", message(r#"{"alg":"EdDSA","kid":"unknown"}"#, &claims().to_string()));
    let asked = fixture.keys.asked();
    let renewal = async {
        while fixture.keys.asked() == asked {
            fixture.send(Ask::call("read_note").token(&unknown)).await;
            sleep(Duration::from_millis(500)).await;
        }
    };
    timeout(NOTICED, renewal).await.expect("the keys were not renewed");
    timeout(NOTICED.saturating_sub(left.elapsed()), end(&mut stream)).await.expect("the stream outlived its key");
    let reply = fixture.send(modern_call("read_note", &json!({"title": "a"})).token(&token)).await;
    assert_eq!(reply.status, 401, "{reply:?}");
}
