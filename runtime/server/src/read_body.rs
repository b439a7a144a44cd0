//! Step 4: reads the body of a request and its messages.

use core::time::Duration;

use bytes::Bytes;
use http::{
    Method,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};
use http_body::Body;

use super::{
    body::{self, Unread},
    filter,
    head::{Head, HeaderValues},
    message::{self, Content},
    rejection::Rejection,
    requester::Requester,
};

/// Reads request bodies, bounded in size and time.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyReader {
    /// In bytes.
    pub(super) limit: usize,
    /// In bytes, for unauthenticated callers.
    pub(super) anonymous_limit: usize,
    pub(super) timeout: Duration,
    /// Whether a body may be a batch.
    pub(super) batches: bool,
}

impl BodyReader {
    /// Reads the body of a `POST` in full. The body of any other method is not read.
    ///
    /// # Errors
    /// 415 for a body that is not JSON, 413 for one over the limit, 408 for one that takes too long, 400 for an incomplete one.
    pub(super) async fn read_body<B: Body>(
        &self,
        method: &Method,
        head: &Head<'_>,
        body: B,
        requester: &Requester,
    ) -> Result<Bytes, Rejection> {
        if *method != Method::POST {
            return Ok(Bytes::new());
        }
        if !is_json(head) {
            return Err(Rejection::media_type());
        }
        let limit = if requester.is_anonymous() { self.anonymous_limit.min(self.limit) } else { self.limit };
        let body = body::read(body, limit, self.timeout).await.map_err(|unread| match unread {
            Unread::TooLarge => Rejection::too_large(limit),
            Unread::Broken => Rejection::incomplete(),
            Unread::Late => Rejection::late(),
        })?;
        if is_length(head, body.len()) { Ok(body) } else { Err(Rejection::length()) }
    }

    /// Reads the messages of a `POST`. Other methods have none.
    ///
    /// # Errors
    /// 400 for a body that is not JSON-RPC 2.0, or that two parsers could read differently.
    pub(super) fn read_messages<'b>(&self, method: &Method, body: &'b [u8]) -> Result<Content<'b>, Rejection> {
        if *method == Method::POST {
            message::read(body, self.batches).map_err(Rejection::fault)
        } else {
            Ok(Content::None)
        }
    }
}

/// Returns whether a body has the length that its request states, if it states one. A server behind the layer that forwards the
/// request would use the stated length to delimit it (RFC 9112 §6.3).
fn is_length(head: &Head<'_>, len: usize) -> bool {
    head.all_of(head.content_length, &CONTENT_LENGTH, |stated| {
        let digits = stated.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()) == Some(len)
    })
}

/// Returns whether a request declares its body as JSON in UTF-8, without content encoding. A server that decodes would read
/// other bytes than those that were checked.
fn is_json(head: &Head<'_>) -> bool {
    let HeaderValues::Single(stated) = head.content_type else { return false };
    // The form that nearly all clients send.
    let json = stated == "application/json"
        || stated.to_str().is_ok_and(|stated| {
            let (essence, parameters) = filter::media_type(stated);
            essence.eq_ignore_ascii_case("application/json") && filter::is_utf8(parameters)
        });
    json && head.all_of(head.content_encoding, &CONTENT_ENCODING, |encoding| encoding == "identity")
}
