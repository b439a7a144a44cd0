//! A strict parser for JSON (RFC 8259).

use indexmap::{IndexMap, map::Entry};
use mcp_scopes_model::markers::private_prefix;

use super::{
    Json, Number,
    places::{Located, Notes},
};

/// The maximum nesting depth of arrays and objects.
pub const MAX_DEPTH: usize = 128;

/// The maximum number of values in a text. Each takes a few hundred bytes of memory, even if it has two bytes of text.
/// The largest scope table has half as many.
pub const MAX_VALUES: usize = 1 << 20;

/// A syntax error and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    message: String,
    line: usize,
    column: usize,
}

impl SyntaxError {
    /// Returns the error message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column, from 1, in characters.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns an error at a byte of a text.
    pub(crate) fn at(text: &str, at: usize, message: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let (line, start) = match before.rfind('\n') {
            Some(newline) => (before.matches('\n').count() + 1, newline + 1),
            None => (1, 0),
        };
        let column = before.get(start..).unwrap_or("").chars().count() + 1;
        Self { message: message.into(), line, column }
    }
}

impl core::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl core::error::Error for SyntaxError {}

pub(super) fn parse(text: &str) -> Result<Json, SyntaxError> {
    whole(&mut Parser { text, at: 0, depth: 0, values: 0, notes: None })
}

pub(super) fn locate(text: &str) -> Result<Located, SyntaxError> {
    let mut parser = Parser { text, at: 0, depth: 0, values: 0, notes: Some(Notes::default()) };
    let json = whole(&mut parser)?;
    Ok(parser.notes.unwrap_or_default().finish(json))
}

fn whole(parser: &mut Parser<'_>) -> Result<Json, SyntaxError> {
    let text = parser.text;
    if text.starts_with('\u{feff}') {
        return Err(parser.error("begins with a byte order mark, which JSON does not allow (RFC 8259 §8.1); remove it"));
    }
    parser.space();
    let value = parser.value()?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.error("trailing characters after the JSON value"));
    }
    Ok(value)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    values: usize,
    /// `None` if locations are not recorded. Duplicate members are errors in that case.
    notes: Option<Notes>,
}

impl<'t> Parser<'t> {
    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::at(self.text, self.at, message)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips the byte if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Skips all following bytes that match, and returns their number.
    fn skip(&mut self, fits: impl Fn(u8) -> bool) -> usize {
        let count = self.rest().bytes().take_while(|byte| fits(*byte)).count();
        self.at += count;
        count
    }

    fn space(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn value(&mut self) -> Result<Json, SyntaxError> {
        let start = self.at;
        if self.values == MAX_VALUES {
            return Err(self.error(format!("contains more than {MAX_VALUES} values")));
        }
        self.values += 1;
        if let Some(notes) = &mut self.notes {
            notes.begin();
        }
        let value = self.bare()?;
        if let Some(notes) = &mut self.notes {
            notes.end(start..self.at);
        }
        Ok(value)
    }

    fn bare(&mut self) -> Result<Json, SyntaxError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => {
                for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
                    if self.rest().starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.error("expected a value: an object, an array, a string, a number, true, false or null"))
            }
            None => Err(self.error("unexpected end of input, expected a value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json, SyntaxError>) -> Result<Json, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Json, SyntaxError> {
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            self.space();
            items.push(self.value()?);
            self.space();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.error("expected `,` or `]`"));
            }
        }
    }

    fn object(&mut self) -> Result<Json, SyntaxError> {
        let mut members = IndexMap::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a member: its name in double quotes"));
            }
            let start = self.at;
            let name = self.string()?;
            let name_end = self.at;
            if let Some(prefix) = private_prefix(&name) {
                let message = format!(
                    "member names that begin with `{prefix}` are reserved by a parsing library; rename the member"
                );
                return Err(SyntaxError::at(self.text, start, message));
            }
            let place = members.entry(name);
            if let Entry::Occupied(entry) = &place
                && self.notes.is_none()
            {
                // Readers disagree on which of two duplicate members counts (RFC 8259 §4), so both are rejected. Names
                // are compared unescaped.
                let message = format!("duplicate member `{}`", entry.key().escape_debug());
                return Err(SyntaxError::at(self.text, start, message));
            }
            self.space();
            if !self.eat(b':') {
                return Err(self.error("expected `:`"));
            }
            self.space();
            if let Some(notes) = &mut self.notes {
                notes.name(start..name_end);
            }
            let value = self.value()?;
            match place {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(first) => {
                    if let Some(notes) = &mut self.notes {
                        notes.duplicate(first.key(), *first.get() == value);
                    }
                }
            }
            self.space();
            if self.eat(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.error("expected `,` or `}`"));
            }
        }
    }

    fn number(&mut self) -> Result<Json, SyntaxError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') && self.digits() == 0 {
            return Err(self.error("expected a digit"));
        }
        if self.eat(b'.') && self.digits() == 0 {
            return Err(self.error("expected a digit after the decimal point"));
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            if self.digits() == 0 {
                return Err(self.error("expected a digit in the exponent"));
            }
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        Ok(Json::Number(Number(text.to_owned())))
    }

    fn digits(&mut self) -> usize {
        self.skip(|byte| byte.is_ascii_digit())
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            self.skip(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20));
            text.push_str(self.text.get(start..self.at).unwrap_or(""));
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.error("a control character in a string must be escaped")),
                None => return Err(self.error("unexpected end of input in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        match letter {
            Some(b'"') => Ok('"'),
            Some(b'\\') => Ok('\\'),
            Some(b'/') => Ok('/'),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => {
                let unit = self.hex(start)?;
                let lone = || SyntaxError::at(self.text, start, "unpaired surrogate");
                let code = match unit {
                    0xd800..0xdc00 => {
                        let mut low = Parser { text: self.text, at: self.at, depth: 0, values: 0, notes: None };
                        if !(low.eat(b'\\') && low.eat(b'u')) {
                            return Err(lone());
                        }
                        let second = low.hex(start)?;
                        if !(0xdc00..0xe000).contains(&second) {
                            return Err(lone());
                        }
                        self.at = low.at;
                        0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00)
                    }
                    _ => unit,
                };
                char::from_u32(code).ok_or_else(|| SyntaxError::at(self.text, start, "unpaired surrogate"))
            }
            _ => Err(SyntaxError::at(self.text, start, "unknown escape; write `\\\\` for a backslash")),
        }
    }

    fn hex(&mut self, start: usize) -> Result<u32, SyntaxError> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => Err(SyntaxError::at(self.text, start, "expected four hexadecimal digits after `\\u`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, MAX_DEPTH};

    #[test]
    fn reports_the_position_of_syntax_errors() {
        for (text, line, column, part) in [
            ("", 1, 1, "unexpected end of input, expected a value"),
            ("{\n  \"a\": 1,\n  \"é\": tru\n}", 3, 8, "expected a value"),
            ("\u{feff}{}", 1, 1, "byte order mark"),
            ("{} {}", 1, 4, "trailing characters"),
            ("{\"a\":1,}", 1, 8, "expected a member"),
            ("[1 2]", 1, 4, "expected `,` or `]`"),
            ("{\"a\" 1}", 1, 6, "expected `:`"),
            ("{\"a\":1 \"b\":2}", 1, 8, "expected `,` or `}`"),
            ("01", 1, 2, "trailing characters"),
            ("-", 1, 2, "expected a digit"),
            ("1.", 1, 3, "after the decimal point"),
            ("1e+", 1, 4, "exponent"),
            ("\"a\tb\"", 1, 3, "control character"),
            ("\"abc", 1, 5, "end of input in a string"),
            ("\"\\x\"", 1, 2, "unknown escape"),
            ("\"\\u12\"", 1, 2, "four hexadecimal"),
            ("\"\\ud800\"", 1, 2, "surrogate"),
            ("\"\\udc00\"", 1, 2, "surrogate"),
            ("\"\\ud800\\u0041\"", 1, 2, "surrogate"),
            ("{\"a\":[{\"b\":1,\"\\u0062\":2}]}", 1, 14, "duplicate member `b`"),
        ] {
            let error = Json::parse(text).expect_err(text);
            assert!(error.message().contains(part), "{text}: {error}");
            assert_eq!((error.line(), error.column()), (line, column), "{text}: {error}");
        }
    }

    #[test]
    fn rejects_deep_nesting() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(&nested(MAX_DEPTH)).is_ok());
        assert!(Json::parse(&nested(MAX_DEPTH + 1)).expect_err("too deep").message().contains("nested deeper"));
        assert!(Json::parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn preserves_numbers_and_strings() {
        let text = r#"{"a":[0,-0,1.50,1e999,12345678901234567890123],"b":"\ud83d\ude00\u0001\"\\/é","c":{}}"#;
        let value = Json::parse(text).expect("JSON");
        assert_eq!(value.to_string(), r#"{"a":[0,-0,1.50,1e999,12345678901234567890123],"b":"😀\u0001\"\\/é","c":{}}"#);
        assert_eq!(Json::parse(&value.pretty()).expect("JSON"), value);
    }
}
