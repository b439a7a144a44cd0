//! Long strings with escapes, and what else a parser needs much memory for.
//!
//! `serde_json` decodes a string with escapes into a buffer that doubles when it is full, and keeps a byte for each open bracket of a value that
//! it delimits. Together with the buffer that it grows from, that is three times a long text. So a long text is looked through before it is
//! parsed: deep nesting ends there, and long strings with escapes are found, of which `serde_json` then decodes one piece at a time.
//!
//! The parser alone decides what a text says. What is found is numbered in the order in which a parser visits values. Where a text is
//! malformed, the parser stops before the numbers could be wrong.

use core::iter;

use memchr::{memchr, memchr2};
use serde_json::value::RawValue;

use super::MAX_DEPTH;

/// The size in bytes from which on a string with escapes, a name with escapes or a number is long.
const LONG: usize = 32 << 10;
/// The size in bytes of the pieces that are decoded one at a time.
const PIECE: usize = 4 << 10;

/// Which values of a text are long strings with escapes.
#[derive(Debug, Default)]
pub(crate) struct LongStrings {
    numbers: Vec<usize>,
    /// How many of them were visited.
    found: usize,
    /// How many values were visited.
    visited: usize,
}

/// What a text has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// It has more than [`MAX_DEPTH`] levels.
    TooDeep,
    /// A member name with escapes, or a number, is long.
    LongToken,
}

impl LongStrings {
    /// Looks through a text. `depth` arrays and objects are open around it.
    pub(crate) fn find(text: &str, depth: usize) -> Result<Self, Excess> {
        let mut numbers = Vec::new();
        if text.len() > LONG {
            look_through(text.as_bytes(), depth, &mut numbers)?;
        }
        Ok(Self { numbers, found: 0, visited: 0 })
    }

    /// Returns whether the value that is visited next is one. It must be called once for each value, in order.
    pub(crate) fn is_next_long(&mut self) -> bool {
        let is_long = self.numbers.get(self.found) == Some(&self.visited);
        self.found += usize::from(is_long);
        self.visited += 1;
        is_long
    }
}

fn look_through(bytes: &[u8], depth: usize, numbers: &mut Vec<usize>) -> Result<(), Excess> {
    let (mut at, mut values, mut depth) = (0, 0, depth);
    while let Some((byte, rest)) = bytes.get(at..).and_then(|rest| Some((rest.first()?, rest))) {
        let mut len = 1;
        match byte {
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'[' | b'{' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Excess::TooDeep);
                }
                values += 1;
            }
            b'"' => {
                let has_escapes;
                (len, has_escapes) = string(rest);
                let is_long = has_escapes && len > LONG;
                let is_name = rest.get(len..).unwrap_or_default().trim_ascii_start().starts_with(b":");
                match (is_name, is_long) {
                    (true, true) => return Err(Excess::LongToken),
                    (true, false) => {}
                    (false, is_long) => {
                        numbers.extend(is_long.then_some(values));
                        values += 1;
                    }
                }
            }
            _ => {
                let ends = |byte: &u8| {
                    matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"' | b' ' | b'\t' | b'\n' | b'\r')
                };
                len = rest.iter().position(ends).unwrap_or(rest.len());
                if len > LONG {
                    return Err(Excess::LongToken);
                }
                values += 1;
            }
        }
        at += len;
    }
    Ok(())
}

/// Returns the length of the string that a text begins with, quotes included, and whether it has escapes.
fn string(bytes: &[u8]) -> (usize, bool) {
    let (mut at, mut has_escapes) = (1, false);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes.get(at - 1) == Some(&b'"') {
            return (at, has_escapes);
        }
        has_escapes = true;
        at += 1;
    }
    (bytes.len(), has_escapes)
}

/// A string as written, between its quotes. `serde_json` delimits a string without reading its escapes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'b>(&'b str);

impl<'b> Written<'b> {
    /// Returns the string; `None` for another value.
    pub(crate) fn of(value: &'b RawValue) -> Option<Self> {
        value.get().strip_prefix('"')?.strip_suffix('"').map(Self)
    }

    /// Returns the length of the decoded text.
    ///
    /// # Errors
    /// The string is malformed.
    pub(crate) fn decoded_len(self) -> Result<usize, serde_json::Error> {
        self.pieces().map(|piece| piece.map(|piece| piece.len())).sum()
    }

    /// Returns the text, which takes no more memory than the string.
    ///
    /// # Errors
    /// The string is malformed.
    pub(crate) fn decode(self) -> Result<String, serde_json::Error> {
        let mut text = String::with_capacity(self.0.len());
        for piece in self.pieces() {
            text.push_str(&piece?);
        }
        Ok(text)
    }

    /// Returns whether the decoded text is this one.
    pub(crate) fn is(self, text: &str) -> bool {
        let mut rest = Some(text);
        for piece in self.pieces() {
            rest = rest.and_then(|rest| rest.strip_prefix(&*piece.ok()?));
            if rest.is_none() {
                return false;
            }
        }
        rest == Some("")
    }

    fn pieces(self) -> impl Iterator<Item = Result<String, serde_json::Error>> {
        let mut rest = self.0;
        iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (piece, behind) = rest.split_at_checked(piece_len(rest)).unwrap_or((rest, ""));
            rest = behind;
            Some(serde_json::from_str(&format!("\"{piece}\"")))
        })
    }
}

/// Returns the length of the first piece. It does not end within an escape, or between the two of a surrogate pair.
fn piece_len(text: &str) -> usize {
    let mut end = 0;
    while end < PIECE {
        let rest = text.as_bytes().get(end..).unwrap_or_default();
        end = match memchr(b'\\', rest).filter(|at| end + at < PIECE) {
            Some(at) => end + at + escape_len(rest.get(at..).unwrap_or_default()),
            None => PIECE,
        };
    }
    (end..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// Returns the length of an escape, or of a high surrogate and what must follow it.
const fn escape_len(bytes: &[u8]) -> usize {
    match bytes {
        [_, b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..] => 12,
        [_, b'u', ..] => 6,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, value::RawValue};

    use super::{Excess, LONG, LongStrings, MAX_DEPTH, PIECE, Written};

    /// Returns the numbers of the long strings of a text.
    fn found(text: &str) -> Result<Vec<usize>, Excess> {
        LongStrings::find(text, 0).map(|long| long.numbers)
    }

    /// Returns the numbers of the strings with escapes that are at least as long, as a parser visits them.
    fn expected(value: &Value, visited: &mut usize, numbers: &mut Vec<usize>) {
        let number = *visited;
        *visited += 1;
        match value {
            Value::String(text) if text.len() > LONG && text.contains('\n') => numbers.push(number),
            Value::Array(elements) => elements.iter().for_each(|element| expected(element, visited, numbers)),
            Value::Object(members) => members.values().for_each(|member| expected(member, visited, numbers)),
            _ => {}
        }
    }

    #[test]
    fn numbers_values_as_a_parser_visits_them() {
        let long = format!("{}\\n", "a".repeat(LONG));
        let plain = "a".repeat(LONG);
        for text in [
            format!(r#""{long}""#),
            format!(r#" [ "{long}" ] "#),
            format!(
                r#"{{"a":1,"b":[true,null,-1.5e3,"x\n","{plain}"],"c":"{long}","d":{{"e":{{}},"f":[],"g":"{long}"}}}}"#
            ),
            format!(r#"["\"{{[\\","{long}",{{"x\n" : "{long}"}}, "{long}" ]"#),
            format!(r#"{{"{plain}":"{long}"}}"#),
            format!("[{}\"{long}\"]", "0,".repeat(1000)),
        ] {
            let value: Value = serde_json::from_str(&text).unwrap();
            let (mut visited, mut numbers) = (0, Vec::new());
            expected(&value, &mut visited, &mut numbers);
            assert!(!numbers.is_empty());
            assert_eq!(found(&text), Ok(numbers), "{}", &text[..40]);
        }
    }

    #[test]
    fn rejects_deep_nesting_and_long_tokens() {
        let long = "1".repeat(LONG + 1);
        for (text, expected) in [
            ("[".repeat(LONG + 1), Err(Excess::TooDeep)),
            (format!("{}{long:?}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH)), Ok(vec![])),
            (format!("{}{long:?}", "[".repeat(MAX_DEPTH + 1)), Err(Excess::TooDeep)),
            (format!("[{long:?},\"{}\"]", "[".repeat(200)), Ok(vec![])),
            (format!("[{long}]"), Err(Excess::LongToken)),
            (format!(r#"{{"{long}\n" : 1}}"#), Err(Excess::LongToken)),
            (format!(r#"{{"{long}":1}}"#), Ok(vec![])),
            // Malformed texts: the parser rejects them.
            (format!(r#"["{long}\"#), Ok(vec![1])),
            (format!("]]]]{long:?}"), Ok(vec![])),
            ("[".repeat(LONG), Ok(vec![])),
        ] {
            assert_eq!(found(&text), expected, "{}", &text[..20]);
        }
    }

    /// Returns strings with these parts at all places around the end of a piece.
    fn strings(part: &str) -> impl Iterator<Item = String> {
        (PIECE - 14..PIECE + 2).map(move |at| format!("\"{}{part}{}\"", "a".repeat(at), "b".repeat(PIECE)))
    }

    #[test]
    fn decodes_what_serde_json_decodes() {
        for part in [
            "",
            r"\n",
            r"\\",
            r"\\\n\\",
            r#"\"\""#,
            r"\u00e9",
            r"\u0000\u0001",
            r"\ud83d\ude00",
            r"\uD83D\uDE00\n",
            "é",
            "😀",
            r"é\u00e9é",
            // Malformed.
            r"\ud83d",
            r"\ud83dx",
            r"\ude00",
            r"\ud83d\n",
            r"\ud83d\ud83d",
            r"\x",
            r"\u12",
            r"\u12g4",
            "\n",
            r"\ud83d\\ude00",
        ] {
            for text in strings(part).chain([format!("\"{part}\""), format!("\"{}\"", part.repeat(PIECE))]) {
                let Ok(raw) = serde_json::from_str::<&RawValue>(&text) else { continue };
                let written = Written::of(raw).unwrap();
                let theirs = serde_json::from_str::<String>(&text).ok();
                assert_eq!(written.decode().ok(), theirs, "{part}");
                assert_eq!(written.decoded_len().ok(), theirs.as_ref().map(String::len), "{part}");
                let theirs = theirs.as_deref();
                assert_eq!(written.is(theirs.unwrap_or("x")), theirs.is_some(), "{part}");
                for other in
                    [theirs.map(|text| format!("{text}x")), theirs.and_then(|text| Some(text.get(1..)?.to_owned()))]
                {
                    assert!(other.is_none_or(|other| !written.is(&other) || Some(&*other) == theirs), "{part}");
                }
            }
        }
        for text in ["1", "[]", "null", "{}"] {
            assert!(Written::of(serde_json::from_str(text).unwrap()).is_none());
        }
    }
}
