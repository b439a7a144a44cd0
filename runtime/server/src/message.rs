//! A request body: the JSON-RPC message, parsed strictly.
//!
//! The SDK behind the layer reads the same bytes again, with another parser. What two parsers could read differently is
//! rejected: by the rules of [`json`](super::json), and here a byte order mark, bytes that are not UTF-8, a message that is
//! request and response at once, and member names that differ from known ones only by case (`similar`).
//!
//! | module | holds |
//! |---|---|
//! | `reader` | the visitor that reads every level |
//! | `place` | the places that it tells apart |
//! | `similar` | names that a case-insensitive parser takes for known ones |
//! | `agreement` | compares the headers that mirror the body |
//! | `params` | compares the headers that mirror arguments: `Mcp-Param-*` |
//! | `sentinel` | header values in base64 |

mod agreement;
mod params;
mod place;
mod reader;
mod sentinel;
mod similar;

use core::fmt;
use std::borrow::Cow;

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::json::{self, LongStrings};

pub use self::params::{DeclaredParams, ParamHeader};
pub(crate) use self::{
    agreement::{Disagreement, Era, agree, era_of},
    params::{Kept, ParamHeaders},
    reader::check,
};

/// The maximum number of messages in a batch.
const MAX_BATCH: usize = 100;
/// The maximum number of resources that the subscriptions of one body name.
const MAX_SUBSCRIPTIONS: usize = 100;

/// One JSON-RPC message.
#[derive(Debug)]
pub(crate) struct Message<'b> {
    pub(crate) kind: Kind,
    /// The id as sent: a string or an integer. `None` for a notification.
    pub(crate) id: Option<&'b RawValue>,
    /// Empty for a response.
    pub(crate) method: Cow<'b, str>,
    pub(crate) params: Params<'b>,
}

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has a method and an id.
    Request,
    /// It has a method and no id.
    Notification,
    /// The response to a request of the server. Only clients before 2026-07-28 send it.
    Response,
}

/// The parameters that a decision depends on.
#[derive(Debug, Default)]
pub(crate) struct Params<'b> {
    /// `name`, if it is a string.
    pub(crate) name: Option<Cow<'b, str>>,
    /// `uri`, if it is a string.
    pub(crate) uri: Option<Cow<'b, str>>,
    /// `taskId`, if it is a string.
    pub(crate) task: Option<Cow<'b, str>>,
    /// `_meta["io.modelcontextprotocol/protocolVersion"]`, if it is a string.
    pub(crate) version: Option<Cow<'b, str>>,
    /// `_meta["io.modelcontextprotocol/clientCapabilities"]`, as sent.
    pub(crate) client_capabilities: Option<&'b RawValue>,
    /// `_meta.traceparent`, if it is a string.
    pub(crate) traceparent: Option<Cow<'b, str>>,
    /// `arguments`, as sent.
    pub(crate) arguments: Option<&'b RawValue>,
    /// `inputResponses`, as sent: what the client answers to questions of a tool (MCP 2026-07-28, "Multi Round-Trip Requests").
    pub(crate) input_responses: Option<&'b RawValue>,
    /// `requestState`, as sent: what a tool has told the client to return with the answers.
    pub(crate) request_state: Option<&'b RawValue>,
    /// `ref`: what a completion is about. Boxed, like the next one: few messages have it.
    pub(crate) reference: Option<Box<Reference<'b>>>,
    /// `notifications`: what a subscription is about.
    pub(crate) subscription: Option<Box<Subscription<'b>>>,
}

/// What a completion is about (MCP 2026-07-28, "Completion").
#[derive(Debug, Default)]
pub(crate) struct Reference<'b> {
    /// `type`.
    pub(crate) kind: Option<Cow<'b, str>>,
    pub(crate) name: Option<Cow<'b, str>>,
    pub(crate) uri: Option<Cow<'b, str>>,
    /// It is not an object, or has an unknown member or one of another type.
    pub(crate) is_malformed: bool,
}

/// What a subscription is about (MCP 2026-07-28, "Subscriptions").
#[derive(Debug, Default)]
pub(crate) struct Subscription<'b> {
    /// `resourceSubscriptions`; empty if it is malformed.
    pub(crate) uris: Vec<Cow<'b, str>>,
    /// It is not an object, has an unknown member or one of another type, or names more than [`MAX_SUBSCRIPTIONS`] resources.
    pub(crate) is_malformed: bool,
}

/// The messages of a body.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every body is one message")]
pub(crate) enum Content<'b> {
    /// A request without a body.
    None,
    One(Message<'b>),
    /// A batch, which MCP supported until 2025-03-26.
    Batch(Vec<Message<'b>>),
}

impl<'b> Content<'b> {
    pub(crate) fn messages(&self) -> &[Message<'b>] {
        match self {
            Self::None => &[],
            Self::One(message) => core::slice::from_ref(message),
            Self::Batch(messages) => messages,
        }
    }
}

/// Why a body was rejected. No part of it is forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageFault {
    /// Not UTF-8 (RFC 8259 §8.1).
    NotUtf8,
    /// A leading byte order mark (RFC 8259 §8.1).
    ByteOrderMark,
    /// Not JSON that every parser reads in the same way.
    Json(json::Fault),
    /// A member name that differs from a known one only by case or U+0000.
    Similar,
    /// A string that a decision depends on is too long.
    TooLong,
    /// A member name with escapes, or a number, is too long.
    LongToken,
    /// An id is too long to be repeated.
    LongId,
    /// JSON, but neither an object nor a batch.
    NotAnObject,
    /// A batch where none is accepted, or an empty one.
    Batch,
    /// A batch of more than [`MAX_BATCH`] messages.
    LongBatch,
    /// A batch in which two requests have the same id. Readers differ about what an answer belongs to.
    SameId,
    /// Not a JSON-RPC 2.0 message: `jsonrpc`, `method`, `id`, `params` or `result` is missing, of a wrong type, or one too many.
    NotJsonRpc,
}

impl MessageFault {
    /// Returns the code of JSON-RPC 2.0 §5.1.
    pub(crate) const fn code(self) -> i32 {
        match self {
            Self::NotUtf8 | Self::ByteOrderMark | Self::Json(_) => -32700,
            Self::Similar
            | Self::TooLong
            | Self::LongToken
            | Self::LongId
            | Self::NotAnObject
            | Self::Batch
            | Self::LongBatch
            | Self::SameId
            | Self::NotJsonRpc => -32600,
        }
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NotUtf8 => "the body is not UTF-8",
            Self::ByteOrderMark => "the body begins with a byte order mark; remove it",
            Self::Json(json::Fault::Syntax) => "the body is not one JSON value",
            Self::Json(json::Fault::TooDeep) => "the body has more than 100 nested arrays and objects",
            Self::Json(json::Fault::Duplicate) => "the body has an object with a member name that occurs twice",
            Self::Json(json::Fault::Reserved) => {
                "the body has a member name that parsers reserve for themselves; rename it"
            }
            Self::Similar => "the body has a member name that differs from a known one only in case or by U+0000",
            Self::TooLong => "the body has a method, name or URI of more than 16 KiB with escapes",
            Self::LongToken => "the body has a member name with escapes, or a number, of more than 32 KiB",
            Self::LongId => "the body has an `id` of more than 1 KiB",
            Self::NotAnObject => "the body is not a JSON object",
            Self::Batch => "batches are not accepted; send each message by itself",
            Self::LongBatch => "the batch has more than 100 messages",
            Self::SameId => "the batch has two requests with the same `id`",
            Self::NotJsonRpc => "the body is not a JSON-RPC 2.0 request, notification or response",
        }
    }
}

impl From<json::Excess> for MessageFault {
    fn from(excess: json::Excess) -> Self {
        match excess {
            json::Excess::TooDeep => Self::Json(json::Fault::TooDeep),
            json::Excess::LongToken => Self::LongToken,
        }
    }
}

/// Reads a body.
pub(crate) fn read(body: &[u8], batches: bool) -> Result<Content<'_>, MessageFault> {
    let text = core::str::from_utf8(body).map_err(|_| MessageFault::NotUtf8)?;
    // RFC 8259 §2: the white space around a value. `trim` would remove further characters.
    let space = [' ', '\t', '\n', '\r'];
    let inner = text.trim_start_matches(space);
    match inner.bytes().next() {
        Some(b'{') => reader::message(inner, 0, &mut { MAX_SUBSCRIPTIONS }).map(Content::One),
        Some(b'[') if batches => batch(inner).map(Content::Batch),
        Some(b'[') => Err(MessageFault::Batch),
        _ if text.starts_with('\u{feff}') => Err(MessageFault::ByteOrderMark),
        _ if serde_json::from_str::<serde::de::IgnoredAny>(inner).is_ok() => Err(MessageFault::NotAnObject),
        _ => Err(MessageFault::Json(json::Fault::Syntax)),
    }
}

fn batch(text: &str) -> Result<Vec<Message<'_>>, MessageFault> {
    // Before the parser delimits the messages, for which it counts brackets.
    LongStrings::find(text, 0)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let elements = deserializer.deserialize_seq(Elements).and_then(|elements| deserializer.end().map(|()| elements));
    let elements = elements.map_err(|_| MessageFault::Json(json::Fault::Syntax))?.ok_or(MessageFault::LongBatch)?;
    if elements.is_empty() {
        return Err(MessageFault::Batch);
    }
    if !elements.iter().all(|element| element.get().starts_with('{')) {
        return Err(MessageFault::NotAnObject);
    }
    let mut uris = MAX_SUBSCRIPTIONS;
    let messages = elements.into_iter().map(|element| reader::message(element.get(), 1, &mut uris));
    let messages = messages.collect::<Result<Vec<_>, _>>()?;
    // Responses answer requests of the server, whose ids are its own.
    let ids = messages.iter().filter(|message| message.kind == Kind::Request).filter_map(|message| message.id);
    let mut ids: Vec<String> = ids.map(|id| json_id(id.get())).collect();
    ids.sort_unstable();
    if ids.iter().zip(ids.iter().skip(1)).any(|(one, next)| one == next) {
        return Err(MessageFault::SameId);
    }
    Ok(messages)
}

/// Returns an id in one spelling: a string may have escapes.
fn json_id(id: &str) -> String {
    serde_json::from_str::<serde_json::Value>(id).map_or_else(|_| id.to_owned(), |id| id.to_string())
}

/// The elements of an array as sent; `None` for more than [`MAX_BATCH`].
struct Elements;

impl<'b> Visitor<'b> for Elements {
    type Value = Option<Vec<&'b RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut is_long) = (Vec::new(), false);
        while let Some(element) = elements.next_element()? {
            if found.len() < MAX_BATCH {
                found.push(element);
            } else {
                is_long = true;
            }
        }
        Ok((!is_long).then_some(found))
    }
}
