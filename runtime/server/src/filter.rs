//! Responses of the server behind the layer: lists of tools are filtered for the requester, event ids are sealed, and messages
//! are withheld after the token's end.
//!
//! A list may be the response to `tools/list`, an event on its stream or on a stream that was opened by GET, part of a replay
//! or of a batch. So the shape decides, an array `result.tools`, and not the request.
//!
//! | module | holds |
//! |---|---|
//! | `list` | filters and describes one JSON text |
//! | `describe` | what is added to the entries of a list |
//! | `files` | replaces answers with files that a policy does not allow |
//! | `events` | splits a stream into events, and writes them |
//! | `event_rules` | what happens to an event |

mod describe;
mod event_rules;
mod events;
#[cfg(feature = "policies")]
mod files;
mod list;

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE},
};

#[cfg(feature = "policies")]
pub(super) use self::files::{FileLimits, Replacement};
pub(super) use self::{describe::Descriptions, event_rules::EventRules, events::Events, list::ListRules};

/// A response that cannot be read. It becomes an error, because it might show too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Whether it may be a stream of events.
    pub(super) events: bool,
}

/// The format of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON text. A response without a type is read as JSON, too.
    Json,
    /// A stream of events.
    Events,
    /// A format in which MCP clients read no lists.
    Other,
}

/// Returns the format of a response according to its headers.
///
/// # Errors
/// The response is encoded or partial: clients would understand it, and the filter would not. The request asked for neither,
/// since `Accept-Encoding` and `Range` are removed when it is forwarded.
pub(super) fn format(headers: &HeaderMap) -> Result<Format, Unreadable> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (stated, more) = (types.next(), types.next());
    let format = match stated {
        None => Format::Json,
        Some(_) if more.is_some() => return Err(Unreadable { events: true }),
        Some(stated) => {
            let (essence, parameters) = media_type(stated.to_str().map_err(|_| Unreadable { events: true })?);
            let is = |whole: &str| essence.eq_ignore_ascii_case(whole);
            let begins = |with: &str| essence.get(..with.len()).is_some_and(|front| front.eq_ignore_ascii_case(with));
            let ends = |with: &str| {
                let from = essence.len().checked_sub(with.len());
                from.and_then(|from| essence.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(with))
            };
            // Some clients check only the start of the type.
            let format = if is("text/event-stream") {
                Format::Events
            } else if is("text/json") || begins("application/json") || ends("+json") {
                Format::Json
            } else {
                Format::Other
            };
            if format != Format::Other && !is_utf8(parameters) {
                return Err(Unreadable { events: format == Format::Events });
            }
            format
        }
    };
    let encoded = headers.get_all(CONTENT_ENCODING).iter().any(|encoding| encoding != "identity");
    let part = headers.contains_key(CONTENT_RANGE);
    if (encoded || part) && format != Format::Other {
        return Err(Unreadable { events: format == Format::Events });
    }
    Ok(format)
}

/// Returns the media type without its parameters, in its original case, and the parameters.
pub(super) fn media_type(stated: &str) -> (&str, &str) {
    let (essence, parameters) = stated.split_once(';').unwrap_or((stated, ""));
    (essence.trim(), parameters)
}

/// Returns whether the parameters of a media type state no character set other than UTF-8.
pub(super) fn is_utf8(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        let value = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset") || value.eq_ignore_ascii_case("utf-8")
    })
}
