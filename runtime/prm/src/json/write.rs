//! Serializes JSON values.

use super::Json;

/// Writes a value on several lines.
pub(super) fn pretty(value: &Json) -> String {
    let mut writer = Writer { text: String::new(), indent: Some(0) };
    writer.value(value);
    writer.text
}

/// Writes a value on one line.
pub(super) fn compact(value: &Json) -> String {
    let mut writer = Writer { text: String::new(), indent: None };
    writer.value(value);
    writer.text
}

struct Writer {
    text: String,
    /// The current depth, or `None` to write on one line.
    indent: Option<usize>,
}

impl Writer {
    fn value(&mut self, value: &Json) {
        match value {
            Json::Null => self.text.push_str("null"),
            Json::Bool(true) => self.text.push_str("true"),
            Json::Bool(false) => self.text.push_str("false"),
            Json::Number(number) => self.text.push_str(number.as_str()),
            Json::String(text) => self.string(text),
            Json::Array(items) if items.is_empty() => self.text.push_str("[]"),
            Json::Object(members) if members.is_empty() => self.text.push_str("{}"),
            Json::Array(items) => {
                self.open('[');
                for (place, item) in items.iter().enumerate() {
                    self.next(place);
                    self.value(item);
                }
                self.close(']');
            }
            Json::Object(members) => {
                self.open('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    self.next(place);
                    self.string(name);
                    self.text.push(':');
                    if self.indent.is_some() {
                        self.text.push(' ');
                    }
                    self.value(value);
                }
                self.close('}');
            }
        }
    }

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.indent = self.indent.map(|levels| levels + 1);
    }

    fn close(&mut self, bracket: char) {
        self.indent = self.indent.map(|levels| levels.saturating_sub(1));
        self.line();
        self.text.push(bracket);
    }

    fn next(&mut self, place: usize) {
        if place > 0 {
            self.text.push(',');
        }
        self.line();
    }

    fn line(&mut self) {
        if let Some(levels) = self.indent {
            self.text.push('\n');
            for _ in 0..levels {
                self.text.push_str("  ");
            }
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                '\0'..' ' => {
                    // RFC 8259 §7: other control characters are escaped as four hexadecimal digits.
                    self.text.push_str("\\u00");
                    for shift in [4, 0] {
                        let digit = u32::from(character) >> shift & 0xf;
                        self.text.push(char::from_digit(digit, 16).unwrap_or('0'));
                    }
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }
}
