//! Section 3: transport sessions of other callers, and requests that once bypassed the checks of a POST.

use std::sync::{Arc, Mutex};

use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::Full;
use mcp_scopes_server::ResourceServer;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use serde_json::json;
use tower::{ServiceExt as _, service_fn};

use super::{
    client,
    fixture::{Fixture, call, in_session, listen, serve},
    notes::{NOTES, Notes, Runs},
};
use crate::server::{Ask, BuildNow as _, Tokens};

fn read() -> Ask {
    call("read_note", &json!({"title": "a"}))
}

fn end() -> Ask {
    Ask::new("DELETE", "/mcp")
}

#[tokio::test]
async fn rejects_a_get_or_delete_with_two_version_headers() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for versions in [["2025-11-25", "2026-07-28"], ["2026-07-28", "2025-11-25"], ["2025-11-25", "2025-11-25"]] {
        for ask in [listen(), end(), read()] {
            let ask = ask.header("mcp-session-id", &session).token(&token);
            let ask = versions.iter().fold(ask, |ask, version| ask.header("mcp-protocol-version", version));
            assert_eq!(fixture.send(ask).await.status_and_code(), (400, -32020), "{versions:?}");
        }
    }
    // A revision without sessions cannot end one.
    let modern = end().header("mcp-session-id", &session).header("mcp-protocol-version", "2026-07-28");
    assert_eq!(fixture.send(modern.token(&token)).await.status, 405);
    assert_eq!(fixture.send(in_session(read(), &session).token(&token)).await.text(), "a");
    assert_eq!(fixture.send(in_session(end(), &session).token(&token)).await.status, 202);
    assert_eq!(fixture.send(in_session(read(), &session).token(&token)).await.status, 404);
}

#[tokio::test]
async fn rejects_sessions_of_another_client_of_the_same_user() {
    let fixture = Fixture::new().await;
    let of = |claims| fixture.token(&claims);
    let owner = of(json!({"sub": "ada", "client_id": "app", "scope": "notes:read"}));
    let session = fixture.session(&owner).await;
    for claims in [
        json!({"sub": "ada", "client_id": "other", "scope": "notes:read"}),
        json!({"sub": "ada", "scope": "notes:read"}),
        json!({"sub": "bob", "client_id": "app", "scope": "notes:read"}),
        json!({"client_id": "app", "scope": "notes:read"}),
        json!({"sub": "app", "client_id": "ada", "scope": "notes:read"}),
    ] {
        let token = of(claims.clone());
        for ask in [read(), listen(), end()] {
            let reply = fixture.send(in_session(ask, &session).token(&token)).await;
            // On 404 SDKs initialize again.
            assert_eq!(reply.status_and_code(), (404, 404), "{claims}");
        }
    }
    for ask in [read(), listen(), end()] {
        let sandbox = in_session(ask, &session).header("mcp-sandbox", "sandbox").token(&owner);
        assert_eq!(fixture.send(sandbox).await.status_and_code(), (404, 404));
    }
    for ask in [read(), listen(), end()] {
        assert_eq!(fixture.send(in_session(ask, &session)).await.challenge().0, 401);
    }
    assert_eq!(fixture.runs.take(), [""; 0]);
    // Another token of the owner continues it.
    let renewed = of(json!({"sub": "ada", "client_id": "app", "scope": "notes:read notes:delete"}));
    assert_eq!(fixture.send(in_session(read(), &session).token(&renewed)).await.text(), "a");
}

#[tokio::test]
async fn forwards_no_session_and_no_event_id_with_options() {
    let layer = ResourceServer::builder(&NOTES).verifier(Tokens).build_now().unwrap();
    let seen = Arc::new(Mutex::new(Vec::<HeaderMap>::new()));
    let guard = layer.clone();
    let rmcp = StreamableHttpService::new(
        move || Ok(mcp_scopes_rmcp::guard(&guard, Notes(Runs::default()))),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let behind = {
        let seen = Arc::clone(&seen);
        service_fn(move |request: Request<Full<Bytes>>| {
            seen.lock().unwrap().push(request.headers().clone());
            rmcp.clone().oneshot(request)
        })
    };
    let address = serve(Router::new().fallback_service(layer.layer().layer(behind))).await;
    for headers in [&["mcp-session-id"][..], &["last-event-id"], &["mcp-session-id", "last-event-id"]] {
        let ask = Ask::new("OPTIONS", "/mcp").header("access-control-request-method", "POST");
        let ask = headers.iter().fold(ask, |ask, name| ask.header(name, "event-41").header(name, "event-42"));
        let reply = client::send(address, ask).await;
        assert_eq!(reply.body, "", "{reply:?}");
        let seen = seen.lock().unwrap().pop().unwrap();
        assert!(!seen.contains_key("mcp-session-id") && !seen.contains_key("last-event-id"), "{seen:?}");
        assert!(seen.contains_key("access-control-request-method"), "{seen:?}");
    }
}
