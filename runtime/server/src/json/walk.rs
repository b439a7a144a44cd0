//! The checks of every visitor of untrusted JSON: nesting, duplicate names, names with a private meaning.

use core::fmt;
use std::borrow::Cow;

use mcp_scopes_model::markers;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::{
    Fault, MAX_DEPTH,
    members::{Members, OpenObjects},
};

/// The state of one reading of one text.
#[derive(Debug)]
pub(crate) struct Walk<'b> {
    text: &'b str,
    open: OpenObjects<'b>,
    depth: usize,
    /// An error other than the syntax, for which serde has no error type.
    fault: Option<Fault>,
}

/// The names of an object that is being read.
#[derive(Debug)]
pub(crate) struct Object(Members);

impl<'b> Walk<'b> {
    /// Starts to read a text. `depth` arrays and objects are open around it.
    pub(crate) fn new(text: &'b str, depth: usize) -> Self {
        Self { text, open: OpenObjects::default(), depth, fault: None }
    }

    /// Returns the reason for an error of serde.
    pub(crate) fn fault(&self) -> Fault {
        self.fault.unwrap_or(Fault::Syntax)
    }

    /// Enters an array or an object.
    pub(crate) fn enter<E: Error>(&mut self) -> Result<(), E> {
        if self.depth == MAX_DEPTH {
            return Err(self.fail(Fault::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    /// Leaves an array or an object.
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Enters an object.
    pub(crate) fn enter_object<E: Error>(&mut self) -> Result<Object, E> {
        self.enter()?;
        Ok(Object(self.open.open()))
    }

    /// Returns the next member's name; `None` at the end of the object, which is left then.
    pub(crate) fn next_key<A: MapAccess<'b>>(
        &mut self,
        object: &mut Object,
        map: &mut A,
    ) -> Result<Option<Cow<'b, str>>, A::Error> {
        let Some(key) = map.next_key_seed(Key)? else {
            self.leave();
            return match self.open.close(&object.0) {
                Ok(()) => Ok(None),
                Err(_) => Err(self.fail(Fault::Duplicate)),
            };
        };
        if markers::is_private(&key) && !self.is_number(&key) {
            return Err(self.fail(Fault::Reserved));
        }
        match self.open.note(&mut object.0, &key) {
            Ok(()) => Ok(Some(key)),
            Err(_) => Err(self.fail(Fault::Duplicate)),
        }
    }

    /// Returns whether `serde_json` presents a number as an object with this name. It does so if any crate of the build
    /// enables its feature `arbitrary_precision`. The name is then one of `serde_json` and not borrowed from the text.
    #[expect(clippy::ptr_arg, reason = "an owned name is one of the text with escapes")]
    pub(crate) fn is_number(&self, key: &Cow<'b, str>) -> bool {
        let Cow::Borrowed(key) = key else { return false };
        markers::is_private(key) && !self.text.as_bytes().as_ptr_range().contains(&key.as_ptr())
    }

    #[cold]
    fn fail<E: Error>(&mut self, fault: Fault) -> E {
        self.fault = Some(fault);
        E::custom("rejected")
    }
}

/// Reads a member's name, borrowed if it contains no escapes.
pub(crate) struct Key;

impl<'b> DeserializeSeed<'b> for Key {
    type Value = Cow<'b, str>;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'b> Visitor<'b> for Key {
    type Value = Cow<'b, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'b str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
