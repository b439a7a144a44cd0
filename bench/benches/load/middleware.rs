//! The alternative to the layer: an axum middleware as a user would write it for the same rules.
//!
//! It decodes the token of each request, reads the body into a [`Value`], looks up the tool's scope in a set, and
//! filters `tools/list`. It has no cache, no strict parsing of the body, no metadata and no sessions.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        StatusCode,
        header::{AUTHORIZATION, CONTENT_LENGTH, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::Value;

const MAX_BODY: usize = 4 << 20;

/// The state of the middleware.
pub(crate) struct Guard {
    key: DecodingKey,
    validation: Validation,
    /// The scope that opens each tool.
    scopes: HashMap<&'static str, &'static str>,
}

#[derive(Clone, Deserialize)]
struct Claims {
    scope: String,
}

impl Guard {
    pub(crate) fn new(
        key: DecodingKey,
        issuer: &str,
        resource: &str,
        scopes: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> Arc<Self> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[resource]);
        validation.validate_nbf = true;
        Arc::new(Self { key, validation, scopes: scopes.into_iter().collect() })
    }

    fn is_open(&self, name: Option<&Value>, held: &HashSet<&str>) -> bool {
        let needed = name.and_then(Value::as_str).and_then(|name| self.scopes.get(name));
        needed.is_some_and(|needed| held.contains(needed))
    }
}

/// The middleware, for [`axum::middleware::from_fn_with_state`].
pub(crate) async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer "));
    let Some(Ok(decoded)) = token.map(|token| decode::<Claims>(token, &guard.key, &guard.validation)) else {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response();
    };
    let held: HashSet<&str> = decoded.claims.scope.split(' ').collect();

    let Ok(body) = to_bytes(body, MAX_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let Ok(message) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let method = message.get("method").and_then(Value::as_str);
    if method == Some("tools/call") && !guard.is_open(message.pointer("/params/name"), &held) {
        return (StatusCode::FORBIDDEN, [(WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"")]).into_response();
    }

    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if method == Some("tools/list") { filtered(&guard, &held, response).await } else { response }
}

/// Removes the tools that the caller cannot call from a `tools/list` response.
async fn filtered(guard: &Guard, held: &HashSet<&str>, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let read = to_bytes(body, MAX_BODY).await.ok().and_then(|body| serde_json::from_slice::<Value>(&body).ok());
    let Some(mut answer) = read else { return StatusCode::BAD_GATEWAY.into_response() };
    if let Some(tools) = answer.pointer_mut("/result/tools").and_then(Value::as_array_mut) {
        tools.retain(|tool| guard.is_open(tool.get("name"), held));
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(answer.to_string()))
}
