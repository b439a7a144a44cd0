//! JSON values with ordered members, exact numbers and no duplicate members.
//!
//! General JSON libraries have features that any crate of a build can enable, and which change the order of members or
//! the precision of numbers. A published document must not change because of an unrelated dependency.

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

/// A number in its original spelling, which is never rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Returns the number in its original spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number if it is spelled as an integer from 0 to 4294967295.
    #[must_use]
    pub fn as_u32(&self) -> Option<u32> {
        // `parse` would also accept a sign, as in `-0`.
        if self.0.bytes().all(|byte| byte.is_ascii_digit()) { self.0.parse().ok() } else { None }
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}

impl Json {
    /// Parses a JSON text.
    ///
    /// # Errors
    /// Returns an error if the text is not JSON, has trailing characters, begins with a byte order mark, has a
    /// duplicate member, nests deeper than [`MAX_DEPTH`], contains more than [`MAX_VALUES`] values, or has a member
    /// whose name a parsing library reserves ([`mcp_scopes_model::markers`]).
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::parse(text)
    }

    /// Returns the type of the value, with an article.
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

    /// Returns the text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Returns the member of that name, if the value is an object with such a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    /// Returns the value as indented text, two spaces per level, without a trailing newline.
    #[must_use]
    pub fn pretty(&self) -> String {
        write::pretty(self)
    }
}

impl core::fmt::Display for Json {
    /// Returns the value as text on one line.
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
                // `-0` is a distinct zero, which only a floating-point number can represent.
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
