//! The visitor that sees every level.
//!
//! A derived type would skip what it does not name, and with it a member that stands twice, a text that is no Unicode, a
//! level too deep. This one reads everything and keeps little, all of it borrowed.

use core::fmt;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    Fault, Kind, Message, Params,
    keys::{Key, Keys, Open},
};

/// What the protocol calls the version in `_meta` (MCP 2026-07-28, "Per-request protocol fields").
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// Reads one message, which begins with `{`.
pub(super) fn message(text: &str) -> Result<Message<'_>, Fault> {
    let mut reading = Reading::default();
    reading.read(text, Place::Message)?;
    reading.found.into_message(text)
}

/// Reads any JSON text, for others who have to know that no member stands twice in it.
#[cfg(any(feature = "jwt", feature = "introspection"))]
pub(crate) fn unique(text: &str) -> Result<(), Fault> {
    Reading::default().read(text, Place::Other)
}

/// A place in a message.
///
/// A value and not a type: `serde_json`'s reader would be compiled once for each type, and a server has its caches full
/// without that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The message.
    Message,
    /// Its `id`.
    Id,
    /// Its parameters.
    Params,
    /// Their `_meta`.
    Meta,
    /// A text that is kept.
    Text(Text),
    /// `result`, of a response.
    Result,
    /// `error`, of a response.
    Error,
    /// Anything else.
    Other,
}

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    JsonRpc,
    Method,
    Name,
    Uri,
    Task,
    Version,
}

impl Place {
    /// What stands there under a key.
    fn member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Message, "jsonrpc") => Self::Text(Text::JsonRpc),
            (Self::Message, "id") => Self::Id,
            (Self::Message, "method") => Self::Text(Text::Method),
            (Self::Message, "params") => Self::Params,
            (Self::Message, "result") => Self::Result,
            (Self::Message, "error") => Self::Error,
            (Self::Params, "name") => Self::Text(Text::Name),
            (Self::Params, "uri") => Self::Text(Text::Uri),
            (Self::Params, "taskId") => Self::Text(Text::Task),
            (Self::Params, "_meta") => Self::Meta,
            (Self::Meta, VERSION) => Self::Text(Text::Version),
            _ => Self::Other,
        }
    }
}

/// What is kept of a message.
#[derive(Debug, Default)]
struct Found<'b> {
    jsonrpc: Option<Cow<'b, str>>,
    id: Option<&'b RawValue>,
    method: Option<Cow<'b, str>>,
    params: Params<'b>,
    result: bool,
    error: bool,
}

impl<'b> Found<'b> {
    fn keep(&mut self, which: Text, text: Cow<'b, str>) {
        let kept = match which {
            Text::JsonRpc => &mut self.jsonrpc,
            Text::Method => &mut self.method,
            Text::Name => &mut self.params.name,
            Text::Uri => &mut self.params.uri,
            Text::Task => &mut self.params.task,
            Text::Version => &mut self.params.version,
        };
        *kept = Some(text);
    }

    fn into_message(self, text: &'b str) -> Result<Message<'b>, Fault> {
        if self.jsonrpc.as_deref() != Some("2.0") || !self.id.is_none_or(is_id) {
            return Err(Fault::NotJsonRpc);
        }
        let (kind, method) = match (self.method, self.result, self.error) {
            (Some(method), false, false) => {
                (if self.id.is_some() { Kind::Request } else { Kind::Notification }, method)
            }
            (None, true, false) | (None, false, true) if self.id.is_some() => (Kind::Response, Cow::Borrowed("")),
            _ => return Err(Fault::NotJsonRpc),
        };
        Ok(Message { text, kind, id: self.id, method, params: self.params })
    }
}

/// A string or an integer (MCP 2026-07-28, "Requests"): not `null`, no fraction, no exponent.
fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    let digits = text.strip_prefix('-').unwrap_or(text);
    text.starts_with('"') || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The id as it is written, so that an answer can repeat it. Skipping is not reading, so a text is read once more.
fn id(raw: &RawValue) -> Result<&RawValue, serde_json::Error> {
    if raw.get().starts_with('"') {
        serde_json::from_str::<Cow<'_, str>>(raw.get())?;
    }
    Ok(raw)
}

/// What is known of one text while it is read.
#[derive(Debug, Default)]
struct Reading<'b> {
    open: Open<'b>,
    found: Found<'b>,
    /// What is wrong apart from the syntax, which serde has no error type for.
    fault: Option<Fault>,
}

impl<'b> Reading<'b> {
    fn read(&mut self, text: &'b str, place: Place) -> Result<(), Fault> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = Visit { reading: self, place }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        read.map_err(|_| self.fault.unwrap_or(Fault::Syntax))
    }

    #[cold]
    fn fail<E: Error>(&mut self, fault: Fault) -> E {
        self.fault = Some(fault);
        E::custom(fault.text())
    }
}

/// Reads what stands at one place.
struct Visit<'r, 'b> {
    reading: &'r mut Reading<'b>,
    place: Place,
}

impl<'b> Visit<'_, 'b> {
    /// A text.
    fn text<E: Error>(self, text: Cow<'b, str>) -> Result<(), E> {
        let Place::Text(which) = self.place else { return self.value() };
        self.reading.found.keep(which, text);
        Ok(())
    }

    /// A value of which nothing is kept: a text where none is wanted, or anything else.
    fn value<E: Error>(self) -> Result<(), E> {
        match self.place {
            // MCP has no parameters by position (JSON-RPC 2.0 §4.2), and a method is a text. Elsewhere another type decides
            // nothing here, and the server behind the layer says what it thinks of it.
            Place::Params | Place::Text(Text::Method) => Err(self.reading.fail(Fault::NotJsonRpc)),
            _ => Ok(()),
        }
    }
}

impl<'b> DeserializeSeed<'b> for Visit<'_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for Visit<'_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.value()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.value()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.value()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.value()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.value()
    }

    fn visit_borrowed_str<E: Error>(self, text: &'b str) -> Result<(), E> {
        self.text(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(Cow::Owned(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Visit { reading: &mut *self.reading, place: Place::Other })?.is_some() {}
        self.value()
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = Keys::of(&self.reading.open);
        while let Some(key) = map.next_key_seed(Key)? {
            let place = self.place.member(&key);
            if !keys.note(&mut self.reading.open, key) {
                return Err(self.reading.fail(Fault::Duplicate));
            }
            let found = &mut self.reading.found;
            match place {
                Place::Id => {
                    found.id = Some(id(map.next_value()?).map_err(A::Error::custom)?);
                    continue;
                }
                Place::Result => found.result = true,
                Place::Error => found.error = true,
                _ => {}
            }
            map.next_value_seed(Visit { reading: &mut *self.reading, place })?;
        }
        keys.close(&mut self.reading.open);
        if self.place == Place::Params { Ok(()) } else { self.value() }
    }
}
