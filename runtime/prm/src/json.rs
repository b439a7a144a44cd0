//! Any JSON value: members in order, numbers as written, no member twice.
//!
//! A general JSON library is not used here, because what its features do depends on every other crate of a build: the
//! order of members, the exactness of numbers. A published document must not change when an unrelated dependency does.

mod parse;
mod places;
mod write;

use indexmap::IndexMap;
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

pub use parse::{MAX_DEPTH, MAX_VALUES, SyntaxError};
pub use places::{Duplicate, Located, Places, Spot};

/// A JSON value (RFC 8259).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object: its members in order.
    Object(IndexMap<String, Json>),
}

/// A number as it is written, so that none is rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// The number as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, if it is written as a whole one from 0 to 4294967295.
    #[must_use]
    pub fn as_u32(&self) -> Option<u32> {
        // `parse` would also read a sign, which JSON's `-0` has.
        if self.0.bytes().all(|byte| byte.is_ascii_digit()) { self.0.parse().ok() } else { None }
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}

impl Json {
    /// Reads a JSON text.
    ///
    /// # Errors
    /// The text is not JSON, goes on behind the value, begins with a byte order mark, names a member twice in one
    /// object, is nested deeper than [`MAX_DEPTH`], holds more than [`MAX_VALUES`] values, or has a member whose name a
    /// parsing library reserves ([`mcp_scopes_model::markers`]).
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::parse(text)
    }

    /// What kind of value it is, with its article.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The member of that name, if it is an object that has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    /// The value as text, over several lines, each level indented by two spaces; no newline at the end.
    #[must_use]
    pub fn pretty(&self) -> String {
        write::pretty(self)
    }
}

impl core::fmt::Display for Json {
    /// The value as text on one line.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&write::compact(self))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(Number(text)) => {
                if let Ok(number) = text.parse() {
                    return serializer.serialize_u64(number);
                }
                // `-0` is a zero of its own, which only a floating-point number can be.
                if let Ok(number) = text.parse()
                    && number != 0
                {
                    return serializer.serialize_i64(number);
                }
                match text.parse::<f64>() {
                    Ok(number) if number.is_finite() => serializer.serialize_f64(number),
                    _ => Err(S::Error::custom(format_args!("the number {text} is out of range"))),
                }
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
