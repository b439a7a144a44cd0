//! Compares the headers that mirror the body (MCP 2026-07-28, "Server Validation").
//!
//! Load balancers and SDKs act on the headers, and the check acts on the body, so the two must agree. Headers that mirror
//! arguments are compared later (`params`), once the call is admitted.

use http::HeaderMap;

use super::{
    super::head::{Head, HeaderValues},
    Kind, Message, sentinel,
};

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The first revision that mirrors the body in headers and has no handshake.
const MODERN: &str = "2026-07-28";

/// The set of rules that applies to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2025-11-25 and before: a handshake and sessions. The headers are optional, but must agree with the body.
    Legacy,
    /// 2026-07-28 and later: no handshake and no sessions; the headers are required.
    Modern,
}

/// How headers and body disagree.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disagreement {
    /// A header is missing, or differs from the body: −32020.
    Header(String),
    /// The body lacks a required member of `_meta`: −32602, as for other missing parameters
    /// (SEP-2575).
    Meta(&'static str),
}

impl From<String> for Disagreement {
    fn from(text: String) -> Self {
        Self::Header(text)
    }
}

impl From<&str> for Disagreement {
    #[cold]
    fn from(text: &str) -> Self {
        Self::Header(text.to_owned())
    }
}

/// Returns the era of a request without a body.
///
/// # Errors
/// A header that states it, or would mirror a body, occurs twice or is not ASCII.
pub(crate) fn era_of(head: &Head<'_>) -> Result<Era, Disagreement> {
    let version = single(head.version, VERSION)?;
    single(head.method, METHOD)?;
    single(head.name, NAME)?;
    Ok(if is_modern(version) { Era::Modern } else { Era::Legacy })
}

/// Compares the revisions as text, which orders dates of one format correctly.
fn is_modern(version: Option<&str>) -> bool {
    version.is_some_and(|version| version >= MODERN)
}

/// Returns the era of a message.
///
/// # Errors
/// Headers and body disagree.
pub(crate) fn agree(head: &Head<'_>, message: &Message<'_>) -> Result<Era, Disagreement> {
    let version = single(head.version, VERSION)?;
    let method = single(head.method, METHOD)?;
    let name = single(head.name, NAME)?;
    let stated = message.params.version.as_deref();
    if let (Some(header), Some(body)) = (version, stated)
        && header != body
    {
        return Err("the header `MCP-Protocol-Version` and `_meta` name two versions".into());
    }
    let era = if is_modern(version) || is_modern(stated) { Era::Modern } else { Era::Legacy };
    // `initialize` does not exist in this era. A client that sends it requests an older one, and does not know the headers yet.
    let modern = era == Era::Modern && message.kind != Kind::Response && message.method != "initialize";
    // Notifications also have the headers, but do not need `_meta` (SEP-2243, SEP-2575).
    let required = modern && message.kind == Kind::Request;
    if modern && version.is_none() {
        return Err("the header `MCP-Protocol-Version` is missing".into());
    }
    if required && stated.is_none() {
        return Err(Disagreement::Meta("`_meta` does not say the protocol version; the header alone is not enough"));
    }
    match method {
        Some(method) if method != message.method => {
            return Err("the header `Mcp-Method` is not the method of the body".into());
        }
        None if modern => return Err("the header `Mcp-Method` is missing".into()),
        _ => {}
    }
    match name {
        Some(value) => {
            let value = sentinel::decode(value)
                .ok_or("the header `Mcp-Name` is marked as base64 but is not base64 of UTF-8")?;
            let mut names = names(message).into_iter().flatten().peekable();
            // Of several, the server could run another one than the header names.
            if names.peek().is_none() || names.any(|name| name != value) {
                return Err("the header `Mcp-Name` is not what the body names".into());
            }
        }
        None if required && NAMED.contains(&&*message.method) && names(message).iter().any(Option::is_some) => {
            return Err("the header `Mcp-Name` is missing".into());
        }
        None => {}
    }
    Ok(era)
}

/// The methods for which `Mcp-Name` is required.
const NAMED: [&str; 3] = ["tools/call", "prompts/get", "resources/read"];

/// Returns the values that `Mcp-Name` mirrors. For a method that is not known here, all of them must be equal.
fn names<'m>(message: &'m Message<'_>) -> [Option<&'m str>; 3] {
    let params = &message.params;
    let (name, uri, task) = (params.name.as_deref(), params.uri.as_deref(), params.task.as_deref());
    match &*message.method {
        "tools/call" | "prompts/get" => [name, None, None],
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" | "resources/directory/read" => {
            [None, uri, None]
        }
        method if method.starts_with("tasks/") => [None, None, task],
        _ => [name, uri, task],
    }
}

/// Returns the only value of a header. If there were two, a proxy could act on the other one.
fn single<'h>(stated: HeaderValues<'h>, name: &str) -> Result<Option<&'h str>, String> {
    match stated {
        HeaderValues::Absent => Ok(None),
        HeaderValues::Single(value) => {
            value.to_str().map(Some).map_err(|_| format!("the header `{name}` holds what is not visible ASCII"))
        }
        HeaderValues::Multiple => Err(format!("the header `{name}` occurs twice")),
    }
}

/// Returns the only value of a header, by its name.
pub(super) fn named<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, String> {
    let mut values = headers.get_all(name).iter();
    let stated = match (values.next(), values.next()) {
        (None, _) => HeaderValues::Absent,
        (Some(value), None) => HeaderValues::Single(value),
        (Some(_), Some(_)) => HeaderValues::Multiple,
    };
    single(stated, name)
}
