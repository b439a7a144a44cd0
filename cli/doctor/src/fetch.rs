//! One request and its answer, within a time and a size.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout};

use crate::{
    answer::{Answer, Broken, Silence},
    events::Events,
};

/// Maximum size of a body. The answers of a server with thousands of tools take less.
const MAX_BODY: usize = 4 << 20;

/// Sends a request and reads the answer within a time.
pub(crate) async fn exchange(request: RequestBuilder, wait: Duration) -> Result<Answer, Silence> {
    let end = Instant::now() + wait;
    let response = match timeout(wait, request.send()).await {
        Err(_) => return Err(Silence::Slow),
        Ok(Err(error)) if error.is_timeout() => return Err(Silence::Slow),
        Ok(Err(error)) => return Err(Silence::Unreachable(reason(error))),
        Ok(Ok(response)) => response,
    };
    let status = response.status().as_u16();
    let headers: Vec<(String, Vec<u8>)> =
        response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let head = Answer::new(status, headers, Vec::new(), None);
    let (body, broken) = body(response, head.is_stream(), end).await;
    Ok(head.with_body(body, broken))
}

/// Reads a body of at most [`MAX_BODY`] bytes. A stream of events is read until it contains the response: it may stay open.
async fn body(mut response: Response, is_stream: bool, end: Instant) -> (Vec<u8>, Option<Broken>) {
    let mut body = Vec::new();
    let mut events = Events::default();
    loop {
        let chunk = match tokio::time::timeout_at(end, response.chunk()).await {
            Err(_) => return (body, Some(Broken::Slow)),
            Ok(Err(_)) => return (body, Some(Broken::CutOff)),
            Ok(Ok(None)) => return (body, None),
            Ok(Ok(Some(chunk))) => chunk,
        };
        let room = MAX_BODY.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return (body, Some(Broken::TooLarge));
        }
        if is_stream && events.response(&body).is_some() {
            return (body, None);
        }
    }
}

/// Returns why a connection failed, without the address, whose query may hold a secret.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
