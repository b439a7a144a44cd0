//! Responses.

use axum::{
    body::Body,
    http::{HeaderName, Response},
};
use serde_json::{Value, json};

pub(crate) fn status(status: u16) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

/// Returns a body that claims to be JSON.
pub(crate) fn json_text(text: &'static str) -> Response<Body> {
    Response::builder().header("content-type", "application/json").body(Body::from(text)).unwrap()
}

pub(crate) fn json(code: u16, value: &Value) -> Response<Body> {
    let builder = Response::builder().status(code).header("content-type", "application/json");
    builder.body(Body::from(value.to_string())).unwrap()
}

pub(crate) fn with(mut response: Response<Body>, name: &'static str, value: &str) -> Response<Body> {
    response.headers_mut().append(HeaderName::from_static(name), value.parse().unwrap());
    response
}

pub(crate) fn without(mut response: Response<Body>, name: &'static str) -> Response<Body> {
    response.headers_mut().remove(name);
    response
}

pub(crate) fn error(code: u16, number: i64, text: &str) -> Response<Body> {
    json(code, &json!({"jsonrpc": "2.0", "id": 1, "error": {"code": number, "message": text}}))
}
