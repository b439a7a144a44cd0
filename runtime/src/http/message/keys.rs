//! Finding a member that stands twice.

use core::fmt;
use std::{borrow::Cow, collections::HashSet};

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

/// How many keys of one object are compared one by one. Beyond that a set is faster; and it is seeded, so that nobody
/// can choose keys that make it slow.
const FEW: usize = 16;

/// The keys seen in the objects that are open, outermost first, unescaped.
#[derive(Debug)]
pub(super) struct Open<'b> {
    keys: Vec<Cow<'b, str>>,
}

impl Default for Open<'_> {
    fn default() -> Self {
        // As many as most messages need.
        Self { keys: Vec::with_capacity(FEW) }
    }
}

/// The keys of one object.
#[derive(Debug)]
pub(super) struct Keys<'b> {
    /// Where its keys begin among those of all open objects.
    start: usize,
    /// All of them, once there are many.
    many: Option<HashSet<Cow<'b, str>>>,
}

impl<'b> Keys<'b> {
    pub(super) fn of(open: &Open<'b>) -> Self {
        Self { start: open.keys.len(), many: None }
    }

    /// Notes a key; `false` if it was there before.
    pub(super) fn note(&mut self, open: &mut Open<'b>, key: Cow<'b, str>) -> bool {
        if let Some(many) = &mut self.many {
            return many.insert(key);
        }
        let seen = open.keys.get(self.start..).unwrap_or(&[]);
        if seen.contains(&key) {
            return false;
        }
        if seen.len() < FEW {
            open.keys.push(key);
            return true;
        }
        let many: HashSet<_> = open.keys.drain(self.start..).chain([key]).collect();
        self.many = Some(many);
        true
    }

    /// Forgets the keys at the object's end.
    pub(super) fn close(self, open: &mut Open<'b>) {
        open.keys.truncate(self.start);
    }
}

/// Reads a key, borrowed where nothing in it is escaped.
pub(super) struct Key;

impl<'b> DeserializeSeed<'b> for Key {
    type Value = Cow<'b, str>;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'b> Visitor<'b> for Key {
    type Value = Cow<'b, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'b str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
