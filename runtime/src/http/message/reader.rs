//! The visitor that sees every level.
//!
//! A derived type would skip what it does not name, and with it a member that stands twice, a text that is no Unicode, a
//! level too deep. This one reads everything and keeps little, all of it borrowed.

use core::fmt;
use std::{borrow::Cow, cell::RefCell};

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
    let reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let envelope = Visit(&reading, Top).deserialize(&mut deserializer).and_then(|read| {
        deserializer.end()?;
        Ok(read)
    });
    match (envelope, reading.fault.into_inner()) {
        (_, Some(fault)) => Err(fault),
        (Err(_), None) => Err(Fault::Syntax),
        (Ok(envelope), None) => envelope.into_message(text),
    }
}

/// Reads any JSON text, for others who have to know that no member stands twice in it.
#[cfg(any(feature = "jwt", feature = "introspection"))]
pub(crate) fn unique(text: &str) -> Result<(), Fault> {
    let reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Visit(&reading, Other).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    read.map_err(|_| reading.fault.into_inner().unwrap_or(Fault::Syntax))
}

/// What all visitors of one body share.
#[derive(Debug, Default)]
struct Reading<'b> {
    open: RefCell<Open<'b>>,
    /// What is wrong apart from the syntax, which serde has no error type for.
    fault: RefCell<Option<Fault>>,
}

impl<'b> Reading<'b> {
    fn fail<E: Error>(&self, fault: Fault) -> E {
        self.fault.replace(Some(fault));
        E::custom(fault.text())
    }

    /// Goes through an object; `visit` takes each value.
    fn members<A: MapAccess<'b>>(
        &self,
        mut map: A,
        mut visit: impl FnMut(&Cow<'b, str>, &mut A) -> Result<(), A::Error>,
    ) -> Result<(), A::Error> {
        let mut keys = Keys::of(&self.open.borrow());
        while let Some(key) = map.next_key_seed(Key)? {
            // Cheap: keys are borrowed but for those with an escape in them.
            if !keys.note(&mut self.open.borrow_mut(), key.clone()) {
                return Err(self.fail(Fault::Duplicate));
            }
            visit(&key, &mut map)?;
        }
        keys.close(&mut self.open.borrow_mut());
        Ok(())
    }
}

/// The members of a message.
#[derive(Debug, Default)]
struct Envelope<'b> {
    version: Option<Cow<'b, str>>,
    id: Option<&'b RawValue>,
    method: Option<Cow<'b, str>>,
    params: Option<Params<'b>>,
    result: bool,
    error: bool,
}

impl<'b> Envelope<'b> {
    fn into_message(self, text: &'b str) -> Result<Message<'b>, Fault> {
        if self.version.as_deref() != Some("2.0") || !self.id.is_none_or(is_id) {
            return Err(Fault::NotJsonRpc);
        }
        let (kind, method) = match (self.method, self.result, self.error) {
            (Some(method), false, false) => {
                (if self.id.is_some() { Kind::Request } else { Kind::Notification }, method)
            }
            (None, true, false) | (None, false, true) if self.id.is_some() => (Kind::Response, Cow::Borrowed("")),
            _ => return Err(Fault::NotJsonRpc),
        };
        Ok(Message { text, kind, id: self.id, method, params: self.params.unwrap_or_default() })
    }
}

/// A string or an integer (MCP 2026-07-28, "Requests"): not `null`, no fraction, no exponent.
fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    let digits = text.strip_prefix('-').unwrap_or(text);
    text.starts_with('"') || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A place in a message, which says what is kept of the value there.
trait Place<'b>: Sized {
    type Kept: Default;

    fn text(_: Cow<'b, str>) -> Result<Self::Kept, Fault> {
        Self::other()
    }

    fn object<A: MapAccess<'b>>(reading: &Reading<'b>, map: A) -> Result<Self::Kept, A::Error> {
        reading.members(map, |_, map| map.next_value_seed(Visit(reading, Other)))?;
        Self::other().map_err(|fault| reading.fail(fault))
    }

    /// A value of another type.
    fn other() -> Result<Self::Kept, Fault> {
        Ok(Self::Kept::default())
    }
}

/// The message.
struct Top;
/// Its parameters.
struct Within;
/// Their `_meta`.
struct Meta;
/// A text that is kept; other values are read and dropped.
struct Text;
/// Anything else.
struct Other;

impl<'b> Place<'b> for Top {
    type Kept = Envelope<'b>;

    fn object<A: MapAccess<'b>>(reading: &Reading<'b>, map: A) -> Result<Self::Kept, A::Error> {
        let mut envelope = Envelope::default();
        reading.members(map, |key, map| {
            match &**key {
                "jsonrpc" => envelope.version = map.next_value_seed(Visit(reading, Text))?,
                "id" => envelope.id = Some(id(map.next_value()?).map_err(A::Error::custom)?),
                "method" => {
                    let method = map.next_value_seed(Visit(reading, Text))?;
                    envelope.method = Some(method.ok_or_else(|| reading.fail::<A::Error>(Fault::NotJsonRpc))?);
                }
                "params" => envelope.params = Some(map.next_value_seed(Visit(reading, Within))?),
                name => {
                    envelope.result |= name == "result";
                    envelope.error |= name == "error";
                    map.next_value_seed(Visit(reading, Other))?;
                }
            }
            Ok(())
        })?;
        Ok(envelope)
    }
}

/// The id as it is written, so that an answer can repeat it. Skipping is not reading, so a text is read once more.
fn id(raw: &RawValue) -> Result<&RawValue, serde_json::Error> {
    if raw.get().starts_with('"') {
        serde_json::from_str::<Cow<'_, str>>(raw.get())?;
    }
    Ok(raw)
}

impl<'b> Place<'b> for Within {
    type Kept = Params<'b>;

    fn object<A: MapAccess<'b>>(reading: &Reading<'b>, map: A) -> Result<Self::Kept, A::Error> {
        let mut params = Params::default();
        reading.members(map, |key, map| {
            match &**key {
                "name" => params.name = map.next_value_seed(Visit(reading, Text))?,
                "uri" => params.uri = map.next_value_seed(Visit(reading, Text))?,
                "taskId" => params.task = map.next_value_seed(Visit(reading, Text))?,
                "_meta" => params.version = map.next_value_seed(Visit(reading, Meta))?,
                _ => map.next_value_seed(Visit(reading, Other))?,
            }
            Ok(())
        })?;
        Ok(params)
    }

    /// MCP has no parameters by position (JSON-RPC 2.0 §4.2).
    fn other() -> Result<Self::Kept, Fault> {
        Err(Fault::NotJsonRpc)
    }
}

impl<'b> Place<'b> for Meta {
    type Kept = Option<Cow<'b, str>>;

    fn object<A: MapAccess<'b>>(reading: &Reading<'b>, map: A) -> Result<Self::Kept, A::Error> {
        let mut version = None;
        reading.members(map, |key, map| {
            if key == VERSION {
                version = map.next_value_seed(Visit(reading, Text))?;
                Ok(())
            } else {
                map.next_value_seed(Visit(reading, Other))
            }
        })?;
        Ok(version)
    }
}

impl<'b> Place<'b> for Text {
    type Kept = Option<Cow<'b, str>>;

    fn text(text: Cow<'b, str>) -> Result<Self::Kept, Fault> {
        Ok(Some(text))
    }
}

impl Place<'_> for Other {
    type Kept = ();
}

/// Reads what stands at one place.
struct Visit<'r, 'b, P>(&'r Reading<'b>, P);

impl<'b, P: Place<'b>> DeserializeSeed<'b> for Visit<'_, 'b, P> {
    type Value = P::Kept;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'b, P: Place<'b>> Visit<'_, 'b, P> {
    fn other<E: Error>(self) -> Result<P::Kept, E> {
        P::other().map_err(|fault| self.0.fail(fault))
    }
}

impl<'b, P: Place<'b>> Visitor<'b> for Visit<'_, 'b, P> {
    type Value = P::Kept;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        self.other()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        self.other()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        self.other()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        self.other()
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        self.other()
    }

    fn visit_borrowed_str<E: Error>(self, text: &'b str) -> Result<Self::Value, E> {
        P::text(Cow::Borrowed(text)).map_err(|fault| self.0.fail(fault))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        P::text(Cow::Owned(text.to_owned())).map_err(|fault| self.0.fail(fault))
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element_seed(Visit(self.0, Other))?.is_some() {}
        self.other()
    }

    fn visit_map<A: MapAccess<'b>>(self, map: A) -> Result<Self::Value, A::Error> {
        P::object(self.0, map)
    }
}
