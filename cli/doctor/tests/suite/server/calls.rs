//! Calls of tools, and refusals for a missing scope.

use std::sync::atomic::Ordering;

use axum::{body::Body, http::Response};
use serde_json::json;

use super::{
    Served,
    answer::{error, status, with, without},
    documents,
    mcp::{Caller, READ_ONLY, challenged, holds, result},
};

pub(super) fn call(served: &Served, name: &str, caller: &Caller) -> Response<Body> {
    let ran = || result(json!({"resultType": "complete", "content": [{"type": "text", "text": "done"}]}));
    let unknown = || error(200, -32602, &format!("unknown tool: {name}"));
    let Some((_, scopes)) = READ_ONLY.iter().find(|(known, _)| *known == name) else {
        return if served.has("any tool") { ran() } else { unknown() };
    };
    served.calls.fetch_add(1, Ordering::Relaxed);
    if served.has("policy") && name == "list_notes" && caller.subject == "ada" {
        return bare_challenge(served);
    }
    if holds(caller, scopes) || served.has("no check") {
        return ran();
    }
    if served.faults.filtered {
        return match () {
            () if served.has("telling refusal") => error(200, -32001, "not allowed"),
            () if served.has("telling text") => error(200, -32602, "not allowed"),
            () => unknown(),
        };
    }
    if served.has("login for calls") {
        return challenged(served, 401, Some("insufficient_user_authentication"));
    }
    if served.has("error result") {
        return result(
            json!({"resultType": "complete", "isError": true, "content": [{"type": "text", "text": "insufficient scope"}]}),
        );
    }
    refused(served, scopes)
}

/// Returns 403 with a challenge that names neither an error nor a scope.
fn bare_challenge(served: &Served) -> Response<Body> {
    let challenge = format!("Bearer resource_metadata=\"{}\"", documents::address(served));
    with(status(403), "www-authenticate", &challenge)
}

/// Returns 403 with a challenge.
pub(super) fn refused(served: &Served, scopes: &[&str]) -> Response<Body> {
    if served.has("bare 403") {
        return status(403);
    }
    if served.has("403 with a bare challenge") {
        return bare_challenge(served);
    }
    let named = match () {
        () if served.has("drip") => scopes.last().copied().unwrap_or_default().to_owned(),
        () if served.has("loop") => "notes:list".to_owned(),
        () if served.has("undeclared scope") => format!("{} notes:secret", scopes.join(" ")),
        () => scopes.join(" "),
    };
    let mut params = Vec::new();
    params.push(
        if served.has("403 without code") { "error=\"invalid_token\"" } else { "error=\"insufficient_scope\"" }
            .to_owned(),
    );
    if !served.has("403 without scope") {
        params.push(format!("scope=\"{named}\""));
    }
    if !served.has("403 without address") {
        params.push(format!("resource_metadata=\"{}\"", documents::address(served)));
    }
    with(without(status(403), "www-authenticate"), "www-authenticate", &format!("Bearer {}", params.join(", ")))
}
