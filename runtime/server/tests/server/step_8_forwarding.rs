//! Step 8: what the server behind the layer receives of the token.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use mcp_scopes_server::{OwnedToken, ResourceServer, ResourceServerBuilder};
use tower::{ServiceExt, service_fn};

use crate::server::{Ask, BuildNow as _, TOOLS, Tokens};

/// Sends a request, and returns the token that the server behind the layer received; `None` if it was not called.
async fn received(set: impl Fn(ResourceServerBuilder) -> ResourceServerBuilder, ask: Ask) -> Option<Option<String>> {
    let seen = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&seen);
    let inner = service_fn(move |request: Request<Full<Bytes>>| {
        assert!(!request.headers().contains_key("authorization"), "the header is never forwarded");
        let token = request.extensions().get::<OwnedToken>();
        // The text of the extension does not show the token.
        assert!(token.is_none_or(|token| format!("{token:?}") == "OwnedToken(..)"));
        let token = token.map(|token| token.expose_secret().to_owned());
        *noted.lock().unwrap() = Some(token);
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    });
    let server = set(ResourceServer::builder(&TOOLS).verifier(Tokens)).build_now().unwrap();
    // The method of the layer needs no trait.
    let service = server.layer().layer(inner);
    let _ = service.oneshot(ask.0).await.unwrap();
    seen.lock().unwrap().take()
}

#[tokio::test]
async fn forwards_no_token_by_default() {
    for ask in [Ask::call("list_files").token("reader"), Ask::call("status")] {
        assert_eq!(received(|builder| builder, ask).await, Some(None));
    }
}

#[tokio::test]
async fn exposes_a_verified_token_only_if_configured() {
    let set = ResourceServerBuilder::danger_expose_token;
    assert_eq!(received(set, Ask::call("list_files").token("reader")).await, Some(Some("reader".to_owned())));
    assert_eq!(received(set, Ask::call("status")).await, Some(None));
    let preflight = Ask::call("run").verb("OPTIONS").token("runner");
    assert_eq!(received(set, preflight).await, Some(None), "the token of a preflight is not verified");
    for denied in [Ask::call("run").token("reader"), Ask::call("run").token("unknown")] {
        assert_eq!(received(set, denied).await, None);
    }
}

#[tokio::test]
async fn removes_a_token_that_another_layer_has_set() {
    let planted = |mut ask: Ask| {
        ask.0.extensions_mut().insert(mcp_scopes_server::Token::new("planted").to_owned_token());
        ask
    };
    let exposing = ResourceServerBuilder::danger_expose_token;
    assert_eq!(received(exposing, planted(Ask::call("status"))).await, Some(None));
    assert_eq!(received(|builder| builder, planted(Ask::call("list_files").token("reader"))).await, Some(None));
    let ask = planted(Ask::call("list_files").token("reader"));
    assert_eq!(received(exposing, ask).await, Some(Some("reader".to_owned())));
}
