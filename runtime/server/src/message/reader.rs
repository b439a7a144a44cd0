//! The visitor of a message.
//!
//! A derived type would skip unknown members, and with them duplicate names, malformed text, or excessive nesting. This visitor
//! reads everything and keeps little, all of it borrowed.

use core::fmt;
use std::borrow::Cow;

use serde::{
    Deserialize as _,
    de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    super::json::{LongStrings, Walk, Written},
    Kind, Message, MessageFault, Params,
    place::{Place, Raw, Text},
    similar::{Similar, looks_like_envelope, looks_like_reference, looks_like_subscription, looks_like_version},
};

/// The maximum size in bytes of a kept string with escapes, such as `method`. Strings without escapes are borrowed.
const MAX_ESCAPED: usize = 16 << 10;
/// The maximum size in bytes of an id. A response repeats it.
const MAX_ID: usize = 1 << 10;

/// Reads one message, which begins with `{`. `depth` arrays are open around it. `uris` is how many resources it may subscribe to; what
/// it takes is subtracted.
pub(super) fn message<'b>(text: &'b str, depth: usize, uris: &mut usize) -> Result<Message<'b>, MessageFault> {
    let mut reading = Reading::new(text, depth, *uris)?;
    reading.read(text, Place::Message)?;
    *uris = reading.uris;
    reading.found.into_message()
}

/// Checks a JSON text against the rules of [`json`](super::super::json) only.
pub(crate) fn check(text: &str) -> Result<(), MessageFault> {
    Reading::new(text, 0, 0)?.read(text, Place::Other)
}

/// The kept parts of a message.
#[derive(Debug, Default)]
struct Found<'b> {
    jsonrpc: Option<Cow<'b, str>>,
    id: Option<&'b RawValue>,
    method: Option<Cow<'b, str>>,
    params: Params<'b>,
    /// Member names of the parameters that a case-insensitive parser would take for known ones.
    similar: Similar,
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
            Text::TraceParent => &mut self.params.traceparent,
            Text::ReferenceType => &mut self.params.reference.get_or_insert_default().kind,
            Text::ReferenceName => &mut self.params.reference.get_or_insert_default().name,
            Text::ReferenceUri => &mut self.params.reference.get_or_insert_default().uri,
        };
        *kept = Some(text);
    }

    fn into_message(self) -> Result<Message<'b>, MessageFault> {
        if self.jsonrpc.as_deref() != Some("2.0") {
            return Err(MessageFault::NotJsonRpc);
        }
        let (kind, method) = match (self.method, self.result, self.error) {
            (Some(method), false, false) => {
                (if self.id.is_some() { Kind::Request } else { Kind::Notification }, method)
            }
            (None, true, false) | (None, false, true) if self.id.is_some() => (Kind::Response, Cow::Borrowed("")),
            _ => return Err(MessageFault::NotJsonRpc),
        };
        if self.similar.matters_to(&method) {
            return Err(MessageFault::Similar);
        }
        Ok(Message { kind, id: self.id, method, params: self.params })
    }
}

/// Returns whether it is a string or an integer (MCP 2026-07-28, "Requests"): not `null`, no fraction, no exponent. Integers of more
/// than 64 bits and `-0` are rejected: some parsers read them as floating-point numbers, and would repeat another id in the response.
fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    text.starts_with('"') || (text != "-0" && (text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()))
}

/// Returns the id as sent, so that a response can repeat it. `serde_json` delimits a string without checking its escapes, so
/// they are checked here.
fn checked_id(raw: &RawValue) -> Result<&RawValue, serde_json::Error> {
    if raw.get().starts_with('"') {
        serde_json::from_str::<Cow<'_, str>>(raw.get())?;
    }
    Ok(raw)
}

/// The state of reading one message.
#[derive(Debug)]
struct Reading<'b> {
    walk: Walk<'b>,
    long: LongStrings,
    found: Found<'b>,
    /// How many further resources the message may subscribe to.
    uris: usize,
    /// An error other than malformed JSON.
    fault: Option<MessageFault>,
}

impl<'b> Reading<'b> {
    fn new(text: &'b str, depth: usize, uris: usize) -> Result<Self, MessageFault> {
        let long = LongStrings::find(text, depth)?;
        Ok(Self { walk: Walk::new(text, depth), long, found: Found::default(), uris, fault: None })
    }

    fn read(&mut self, text: &'b str, place: Place) -> Result<(), MessageFault> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = Visit { reading: self, place }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        read.map_err(|_| self.fault.unwrap_or(MessageFault::Json(self.walk.fault())))
    }

    #[cold]
    fn fail<E: Error>(&mut self, fault: MessageFault) -> E {
        self.fault = Some(fault);
        E::custom(fault.text())
    }

    /// Rejects a name that a case-insensitive parser would take for a known one, or records it until the method is known.
    fn check_spelling<E: Error>(&mut self, place: Place, key: &str) -> Result<(), E> {
        let similar = match place {
            Place::Message => looks_like_envelope(key),
            Place::Meta => looks_like_version(key),
            Place::Params => {
                self.found.similar.note(key);
                false
            }
            Place::Reference => {
                self.found.similar.note_within("ref", looks_like_reference(key));
                false
            }
            Place::Notifications => {
                self.found.similar.note_within("notifications", looks_like_subscription(key));
                false
            }
            _ => false,
        };
        if similar { Err(self.fail(MessageFault::Similar)) } else { Ok(()) }
    }

    /// Records that what a completion or a subscription is about cannot be read. It matters only to these methods.
    fn mark_malformed(&mut self, place: Place) {
        if place.is_in_reference() {
            self.found.params.reference.get_or_insert_default().is_malformed = true;
        } else if place.is_in_notifications() {
            let subscription = self.found.params.subscription.get_or_insert_default();
            subscription.is_malformed = true;
            subscription.uris = Vec::new();
        }
    }

    /// Keeps a resource of a subscription.
    fn subscribe(&mut self, uri: Cow<'b, str>) {
        let subscription = self.found.params.subscription.get_or_insert_default();
        if subscription.is_malformed {
            return;
        }
        match self.uris.checked_sub(1) {
            Some(left) => {
                self.uris = left;
                subscription.uris.push(uri);
            }
            None => self.mark_malformed(Place::Uris),
        }
    }
}

/// Reads the value at one place.
struct Visit<'r, 'b> {
    reading: &'r mut Reading<'b>,
    place: Place,
}

impl<'b> Visit<'_, 'b> {
    fn text<E: Error>(self, text: Cow<'b, str>) -> Result<(), E> {
        match self.place {
            Place::Text(which) => self.reading.found.keep(which, text),
            Place::SubscribedUri => self.reading.subscribe(text),
            _ => return self.value(),
        }
        Ok(())
    }

    /// Handles a string with escapes: keeping it means a copy, and it may be as long as the body.
    fn escaped<E: Error>(self, len: usize, text: impl FnOnce() -> Result<String, E>) -> Result<(), E> {
        if !matches!(self.place, Place::Text(_) | Place::SubscribedUri) {
            self.value()
        } else if len > MAX_ESCAPED {
            if self.place.is_in_reference() || self.place.is_in_notifications() {
                return self.value();
            }
            Err(self.reading.fail(MessageFault::TooLong))
        } else {
            self.text(Cow::Owned(text()?))
        }
    }

    /// Handles a value that is not kept: a string in an unexpected place, or any other value.
    fn value<E: Error>(self) -> Result<(), E> {
        match self.place {
            // MCP has no parameters by position (JSON-RPC 2.0 §4.2), and a method is a string. Elsewhere no decision depends
            // on a value of another type, and the server behind the layer rejects it.
            Place::Params | Place::Text(Text::Method) => Err(self.reading.fail(MessageFault::NotJsonRpc)),
            place => {
                self.reading.mark_malformed(place);
                Ok(())
            }
        }
    }
}

impl<'b> DeserializeSeed<'b> for Visit<'_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.reading.long.is_next_long() {
            return deserializer.deserialize_any(self);
        }
        let written = Written::of(<&RawValue>::deserialize(deserializer)?);
        let written = written.ok_or_else(|| D::Error::custom("not a string"))?;
        let len = written.decoded_len().map_err(D::Error::custom)?;
        self.escaped(len, || written.decode().map_err(D::Error::custom))
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
        match self.place {
            // Null counts as absent.
            Place::Text(Text::ReferenceType | Text::ReferenceName | Text::ReferenceUri) | Place::Uris => Ok(()),
            _ => self.value(),
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'b str) -> Result<(), E> {
        self.text(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.escaped(text.len(), || Ok(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut elements: A) -> Result<(), A::Error> {
        self.reading.walk.enter()?;
        let place = if self.place == Place::Uris { Place::SubscribedUri } else { Place::Other };
        while elements.next_element_seed(Visit { reading: &mut *self.reading, place })?.is_some() {}
        self.reading.walk.leave();
        if self.place == Place::Uris { Ok(()) } else { self.value() }
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reading, place } = self;
        let mut object = reading.walk.enter_object()?;
        let mut is_number = false;
        match place {
            Place::Reference => {
                reading.found.params.reference.get_or_insert_default();
            }
            Place::Notifications => {
                reading.found.params.subscription.get_or_insert_default();
            }
            _ => {}
        }
        while let Some(key) = reading.walk.next_key(&mut object, &mut map)? {
            if reading.walk.is_number(&key) {
                map.next_value::<IgnoredAny>()?;
                is_number = true;
                continue;
            }
            let inner = place.member(&key);
            if inner == Place::Other {
                reading.check_spelling(place, &key)?;
                if !place.ignores(&key) {
                    reading.mark_malformed(place);
                }
            }
            match inner {
                Place::Id => {
                    let id: &RawValue = map.next_value()?;
                    if id.get().len() > MAX_ID {
                        return Err(reading.fail(MessageFault::LongId));
                    }
                    if !is_id(id) {
                        return Err(reading.fail(MessageFault::NotJsonRpc));
                    }
                    reading.long.is_next_long();
                    reading.found.id = Some(checked_id(id).map_err(A::Error::custom)?);
                }
                Place::Raw(which) => {
                    // Delimited first, so that they are kept as sent, and then read like everything else.
                    let value: &RawValue = map.next_value()?;
                    let params = &mut reading.found.params;
                    match which {
                        Raw::Arguments => params.arguments = Some(value),
                        Raw::InputResponses => params.input_responses = Some(value),
                        Raw::RequestState => params.request_state = Some(value),
                        Raw::ClientCapabilities => params.client_capabilities = Some(value),
                    }
                    reading.read(value.get(), Place::Other).map_err(|fault| reading.fail(fault))?;
                }
                _ => {
                    reading.found.result |= inner == Place::Result;
                    reading.found.error |= inner == Place::Error;
                    map.next_value_seed(Visit { reading: &mut *reading, place: inner })?;
                }
            }
        }
        match place {
            Place::Params | Place::Reference | Place::Notifications if !is_number => Ok(()),
            _ => Visit { reading, place }.value(),
        }
    }
}
