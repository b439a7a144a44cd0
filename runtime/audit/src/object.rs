//! Writes a JSON object into a buffer, without white space.

use core::fmt::{self, Display};
use std::{borrow::Cow, io::Write as _, time::SystemTime};

use jiff::Timestamp;

use crate::subject::Party;

/// The maximum length in bytes of a text that comes from a token.
const MAX_TEXT: usize = 256;
/// The maximum number of texts in a list.
const MAX_LIST: usize = 64;

/// An object that is being written. `close` ends it; otherwise it stays open for more members.
pub(crate) struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    pub(crate) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Writes the name of a member. It needs no escaping.
    fn name(&mut self, name: &'static str) {
        self.out.extend_from_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.is_empty = false;
    }

    /// Writes a text of the program or the scope table, or with digits only.
    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        self.name(name);
        string(self.out, text);
    }

    /// Writes a text that a token states, cut at the maximum length.
    pub(crate) fn claim(&mut self, name: &'static str, text: &str) {
        self.text(name, &cut_claim(text));
    }

    /// Writes hexadecimal digits.
    pub(crate) fn digits(&mut self, name: &'static str, digits: &[u8]) {
        self.name(name);
        self.out.push(b'"');
        self.out.extend_from_slice(digits);
        self.out.push(b'"');
    }

    /// Writes a subject or an actor.
    pub(crate) fn party(&mut self, name: &'static str, party: Party<'_>) {
        match party {
            Party::Stated(subject) => self.claim(name, subject),
            Party::Hashed(digits) => self.digits(name, &digits),
        }
    }

    pub(crate) fn some(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(crate) fn some_claim(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.claim(name, text);
        }
    }

    /// Writes what needs no escaping in a string: digits and the like.
    pub(crate) fn shown(&mut self, name: &'static str, value: impl Display) {
        self.name(name);
        // A write to a vector does not fail.
        let _ = write!(self.out, "\"{value}\"");
    }

    pub(crate) fn number(&mut self, name: &'static str, number: impl Display) {
        self.name(name);
        let _ = write!(self.out, "{number}");
    }

    /// Writes a list of texts, unless it is empty.
    pub(crate) fn list(&mut self, name: &'static str, texts: &[&str]) {
        if texts.is_empty() {
            return;
        }
        self.name(name);
        for (place, text) in texts.iter().take(MAX_LIST).enumerate() {
            self.out.push(if place == 0 { b'[' } else { b',' });
            string(self.out, text);
        }
        self.out.push(b']');
    }

    /// Writes a list of hashes, unless it is empty.
    pub(crate) fn hashes(&mut self, name: &'static str, hashes: &[u64]) {
        if hashes.is_empty() {
            return;
        }
        self.name(name);
        for (place, hash) in hashes.iter().take(MAX_LIST).enumerate() {
            self.out.push(if place == 0 { b'[' } else { b',' });
            let _ = write!(self.out, "\"{hash:016x}\"");
        }
        self.out.push(b']');
    }

    /// Writes an object.
    pub(crate) fn object(&mut self, name: &'static str, write: impl FnOnce(&mut Object<'_>)) {
        self.name(name);
        let mut object = Object::open(self.out);
        write(&mut object);
        object.close();
    }

    /// Writes a list with one object.
    pub(crate) fn objects(&mut self, name: &'static str, write: impl FnOnce(&mut Object<'_>)) {
        self.name(name);
        self.out.push(b'[');
        let mut object = Object::open(self.out);
        write(&mut object);
        object.close();
        self.out.push(b']');
    }

    /// Writes the last member, an object that stays open, and leaves this one open too.
    pub(crate) fn open_last(mut self, name: &'static str) -> Object<'o> {
        self.name(name);
        Object::open(self.out)
    }

    /// Ends the object.
    pub(crate) fn close(self) {
        self.out.push(b'}');
    }

    /// Leaves the object open for another member.
    pub(crate) fn leave_open(self) {
        if !self.is_empty {
            self.out.push(b',');
        }
    }
}

/// Writes a string of JSON.
fn string(out: &mut Vec<u8>, text: &str) {
    // A string has a form in JSON, and a write to a vector does not fail.
    let _ = serde_json::to_writer(out, text);
}

/// Returns a text that a token states, cut at the maximum length.
pub(crate) fn cut_claim(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT {
        return Cow::Borrowed(text);
    }
    Cow::Owned([text.get(..cut(text, MAX_TEXT)).unwrap_or_default(), "…"].concat())
}

/// Returns the last place at or before `end` where the text can be cut.
fn cut(text: &str, end: usize) -> usize {
    (0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default()
}

/// A time, which is shown as RFC 3339 writes it, with microseconds.
pub(crate) struct Rfc3339(pub(crate) SystemTime);

impl Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", Timestamp::try_from(self.0).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}
