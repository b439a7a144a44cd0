//! What a body says: the JSON-RPC message, read as strictly as a check has to read it.
//!
//! The SDK behind the layer reads the same bytes again, with a parser of its own. So whatever two parsers could read in two
//! ways is refused here: a member that stands twice at any depth (RFC 8259 §4), a byte order mark, text behind the end,
//! bytes that are no UTF-8, a message that is request and response at once.
//!
//! | module | holds |
//! |---|---|
//! | `reader` | the visitor that sees every level |
//! | `keys` | finding a member that stands twice |
//! | `agreement` | holding the mirrored headers against the body |
//! | `sentinel` | header values in base64 |
//! | `arguments` | the arguments of a call, for those few that ask for them |

mod agreement;
mod arguments;
mod keys;
mod reader;
mod sentinel;

use std::borrow::Cow;

use serde_json::value::RawValue;

#[cfg(any(feature = "jwt", feature = "introspection"))]
pub(crate) use self::reader::unique;
pub(crate) use self::{
    agreement::{Disagreement, Era, ParamHeader, agree},
    arguments::arguments,
};

/// One JSON-RPC message.
#[derive(Debug)]
pub(crate) struct Message<'b> {
    /// All of its text.
    pub(crate) text: &'b str,
    pub(crate) kind: Kind,
    /// As written: a string or an integer. `None` for a notification.
    pub(crate) id: Option<&'b RawValue>,
    /// Empty for a response.
    pub(crate) method: Cow<'b, str>,
    pub(crate) params: Params<'b>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has a method and an id.
    Request,
    /// It has a method and no id.
    Notification,
    /// The answer to a request that the server sent; clients before 2026-07-28 send such.
    Response,
}

/// The parameters that decide something.
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
}

/// The messages of a body.
#[derive(Debug)]
pub(crate) enum Content<'b> {
    One(Message<'b>),
    /// A batch, which MCP had until 2025-03-26.
    Batch(Vec<Message<'b>>),
}

impl<'b> Content<'b> {
    pub(crate) fn messages(&self) -> &[Message<'b>] {
        match self {
            Self::One(message) => core::slice::from_ref(message),
            Self::Batch(messages) => messages,
        }
    }
}

/// Why a body was not understood. None of it is forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not UTF-8 (RFC 8259 §8.1).
    NotUtf8,
    /// A byte order mark in front (RFC 8259 §8.1).
    ByteOrderMark,
    /// Not JSON, nested too deeply, or text behind the end.
    Syntax,
    /// A member stands twice in one object.
    Duplicate,
    /// JSON, but neither an object nor a batch.
    NotAnObject,
    /// A batch, where none is accepted, or an empty one.
    Batch,
    /// No JSON-RPC 2.0 message: `jsonrpc`, `method`, `id`, `params` or `result` missing, of a wrong type, or one too many.
    NotJsonRpc,
}

impl Fault {
    /// The code of JSON-RPC 2.0 §5.1.
    pub(crate) const fn code(self) -> i32 {
        match self {
            Self::NotUtf8 | Self::ByteOrderMark | Self::Syntax | Self::Duplicate => -32700,
            Self::NotAnObject | Self::Batch | Self::NotJsonRpc => -32600,
        }
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NotUtf8 => "the body is not UTF-8",
            Self::ByteOrderMark => "the body begins with a byte order mark; leave it out",
            Self::Syntax => "the body is not one JSON value of at most 127 levels",
            Self::Duplicate => "the body has an object in which a member stands twice",
            Self::NotAnObject => "the body is no JSON object",
            Self::Batch => "batches are not accepted; send each message by itself",
            Self::NotJsonRpc => "the body is no JSON-RPC 2.0 request, notification or response",
        }
    }
}

/// Reads a body.
pub(crate) fn read(body: &[u8], batches: bool) -> Result<Content<'_>, Fault> {
    let text = core::str::from_utf8(body).map_err(|_| Fault::NotUtf8)?;
    // RFC 8259 §2: what may stand around a value. Not `trim`, which takes more for white space.
    let space = [' ', '\t', '\n', '\r'];
    let inner = text.trim_start_matches(space);
    match inner.bytes().next() {
        Some(b'{') => reader::message(inner).map(Content::One),
        Some(b'[') if batches => batch(inner).map(Content::Batch),
        Some(b'[') => Err(Fault::Batch),
        _ if text.starts_with('\u{feff}') => Err(Fault::ByteOrderMark),
        _ if serde_json::from_str::<serde::de::IgnoredAny>(inner).is_ok() => Err(Fault::NotAnObject),
        _ => Err(Fault::Syntax),
    }
}

fn batch(text: &str) -> Result<Vec<Message<'_>>, Fault> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Fault::Syntax)?;
    if elements.is_empty() {
        return Err(Fault::Batch);
    }
    let read = |element: &'_ &RawValue| match element.get().as_bytes() {
        [b'{', ..] => Ok(()),
        _ => Err(Fault::NotAnObject),
    };
    elements.iter().try_for_each(read)?;
    elements.into_iter().map(|element| reader::message(element.get())).collect()
}
