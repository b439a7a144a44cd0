//! Clocks that step: the whole layer rejects expired tokens.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mcp_scopes_server::{
    __private::v1::JwtVerifier,
    token::{Clock, TokenCache},
};
use serde_json::json;

use crate::{
    faults::{ISSUER, asks, now},
    issuer::{Answer, Issuer},
    key_sets::{Key, keys, set},
    server::{Ask, RESOURCE, Server},
};

const HOUR: Duration = Duration::from_secs(3600);

/// Returns a clock that a test can set, and a server that uses it.
async fn with_clock(key: &Key, start: SystemTime) -> (Arc<Mutex<SystemTime>>, Server) {
    let stated = Arc::new(Mutex::new(start));
    let clock = Clock::new({
        let stated = Arc::clone(&stated);
        move || *stated.lock().unwrap()
    });
    let issuer = Issuer::new(Answer::good(set(&[key])));
    let verifier = JwtVerifier::new(ISSUER, RESOURCE, keys(&issuer)).clock(clock.clone());
    let server = Server::with(|builder| builder.verifier(TokenCache::new(verifier)).clock(clock));
    // Fetches the keys.
    assert_eq!(server.send(Ask::call("status").token(&Key::new("a").token())).await.status.as_u16(), 401);
    (stated, server)
}

async fn is(server: &Server, token: &str, expected: Option<&str>) {
    for ask in asks(token) {
        let answer = server.send(ask).await;
        match expected {
            None => drop(answer.passed()),
            Some(why) => assert!(answer.refused() == (401, 401) && answer.challenge().contains(why), "{answer:?}"),
        }
    }
}

#[tokio::test]
async fn rejects_expired_tokens_when_the_clock_steps_forward_and_back() {
    let (key, start) = (Key::new("a"), SystemTime::now());
    let at = |seconds: i64| now().checked_add_signed(seconds).unwrap();
    let short = key.token_of(&json!({"exp": at(600)}));
    let long = key.token_of(&json!({"exp": at(7200), "nbf": at(-60), "iat": at(-60)}));
    let later = key.token_of(&json!({"exp": at(7200), "nbf": at(5400)}));
    let issued_later = key.token_of(&json!({"exp": at(7200), "iat": at(5400)}));
    let (clock, server) = with_clock(&key, start).await;
    let put = |time: SystemTime| *clock.lock().unwrap() = time;
    is(&server, &short, None).await;
    is(&server, &long, None).await;
    is(&server, &later, Some("is not valid yet")).await;
    // Forward: the cached token has expired.
    put(start + HOUR);
    is(&server, &short, Some("it has expired")).await;
    is(&server, &long, None).await;
    is(&server, &later, Some("is not valid yet")).await;
    is(&server, &issued_later, Some("is not valid yet")).await;
    // Back: the expired token stays rejected, and the valid token stays accepted.
    for back in [start, start - 24 * HOUR, UNIX_EPOCH] {
        put(back);
        is(&server, &short, Some("it has expired")).await;
        is(&server, &long, None).await;
        is(&server, &later, Some("is not valid yet")).await;
    }
    put(start + HOUR + HOUR / 2 + Duration::from_secs(60));
    is(&server, &later, None).await;
    is(&server, &issued_later, None).await;
    put(start + 3 * HOUR);
    for token in [&short, &long, &later, &issued_later] {
        is(&server, token, Some("it has expired")).await;
    }
}

#[tokio::test]
async fn accepts_tokens_once_a_late_clock_is_corrected() {
    let (key, start) = (Key::new("a"), SystemTime::now());
    let token = key.token_of(&json!({"exp": now() + 600, "iat": now() - 10}));
    let (clock, server) = with_clock(&key, start - 24 * HOUR).await;
    is(&server, &token, Some("is not valid yet")).await;
    *clock.lock().unwrap() = start;
    is(&server, &token, None).await;
}
