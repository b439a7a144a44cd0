//! The grammar of `WWW-Authenticate` (RFC 9110 §11.6.1).

use core::fmt;

use super::{Challenge, Challenges};

/// Limits of what is read.
const MAX_HEADERS: usize = 16;
const MAX_BYTES: usize = 64 << 10;
const MAX_CHALLENGES: usize = 32;
const MAX_PARAMS: usize = 32;

/// What could not be read of one header. The challenges before it were read; the rest of the header was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The header, from 0.
    pub header: usize,
    /// The byte in its value, from 0.
    pub offset: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// A scheme, parameter or comma was expected.
    Unexpected,
    /// A parameter has no value.
    NoValue,
    /// A quoted string does not end, or has a control character.
    QuotedString,
    /// A challenge has a parameter twice, so that clients would read different values. The challenge was dropped.
    Duplicate,
    /// One of the limits is exceeded.
    TooMuch,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FaultKind::Unexpected => "a scheme, a parameter or a comma is missing",
            FaultKind::NoValue => "a parameter has no value",
            FaultKind::QuotedString => "a quoted string does not end, or has a control character",
            FaultKind::Duplicate => "a challenge has a parameter twice",
            FaultKind::TooMuch => "there is more than a client reads",
        };
        write!(f, "header {} of `WWW-Authenticate`, byte {}: {what} (RFC 9110 §11.6.1)", self.header + 1, self.offset)
    }
}

/// Reads all headers.
pub(super) fn challenges<V: AsRef<[u8]>>(headers: impl IntoIterator<Item = V>) -> Challenges {
    let mut found = Challenges::default();
    let mut bytes = 0;
    for (header, value) in headers.into_iter().enumerate() {
        let value = value.as_ref();
        bytes += value.len();
        let read = if header >= MAX_HEADERS || bytes > MAX_BYTES {
            Err((0, FaultKind::TooMuch))
        } else {
            Reader { value, at: 0 }.challenges(&mut found.list, |offset, kind| {
                found.faults.push(Fault { header, offset, kind });
            })
        };
        if let Err((offset, kind)) = read {
            found.faults.push(Fault { header, offset, kind });
            if kind == FaultKind::TooMuch {
                break;
            }
        }
    }
    found
}

/// One header.
struct Reader<'v> {
    value: &'v [u8],
    at: usize,
}

/// The place of a fault, and its kind.
type Failed = (usize, FaultKind);

impl Reader<'_> {
    /// Reads all challenges. `dropped` is told of those that are not kept.
    fn challenges(
        &mut self,
        list: &mut Vec<Challenge>,
        mut dropped: impl FnMut(usize, FaultKind),
    ) -> Result<(), Failed> {
        loop {
            self.skip(b" \t,");
            if self.peek().is_none() {
                return Ok(());
            }
            let begin = self.at;
            let scheme = self.token()?;
            let challenge = self.rest(scheme)?;
            let mut names: Vec<String> = challenge.params.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
            names.sort_unstable();
            if names.windows(2).any(|pair| pair.first() == pair.last()) {
                dropped(begin, FaultKind::Duplicate);
            } else if list.len() == MAX_CHALLENGES {
                return Err((begin, FaultKind::TooMuch));
            } else {
                list.push(challenge);
            }
        }
    }

    /// Reads what follows a scheme: a single value, or parameters.
    fn rest(&mut self, scheme: String) -> Result<Challenge, Failed> {
        let mut challenge = Challenge { scheme, value: None, params: Vec::new() };
        if self.skip(b" \t") == 0 {
            // A scheme alone, before a comma or the end.
            return match self.peek() {
                None | Some(b',') => Ok(challenge),
                Some(_) => Err((self.at, FaultKind::Unexpected)),
            };
        }
        challenge.value = self.token68();
        if challenge.value.is_some() {
            return Ok(challenge);
        }
        loop {
            let before = self.at;
            self.skip(b" \t,");
            // A comma separates parameters and challenges. A challenge begins where no `=` follows the word.
            let Some(name) = self.param_name() else {
                self.at = before;
                return Ok(challenge);
            };
            if challenge.params.len() == MAX_PARAMS {
                return Err((before, FaultKind::TooMuch));
            }
            challenge.params.push((name, self.param_value()?));
            self.skip(b" \t");
            if !matches!(self.peek(), None | Some(b',')) {
                return Err((self.at, FaultKind::Unexpected));
            }
        }
    }

    /// Reads the name of a parameter and its `=`, or nothing.
    fn param_name(&mut self) -> Option<String> {
        let begin = self.at;
        let name = self.token().ok();
        self.skip(b" \t");
        if name.is_some() && self.peek() == Some(b'=') {
            self.at += 1;
            return name;
        }
        self.at = begin;
        None
    }

    fn param_value(&mut self) -> Result<String, Failed> {
        self.skip(b" \t");
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        self.token().map_err(|(at, _)| (at, FaultKind::NoValue))
    }

    /// Reads `token68`, if that is all that follows until a comma or the end. `scope=` is no parameter, and so one.
    fn token68(&mut self) -> Option<String> {
        let is_character = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
        let rest = self.value.get(self.at..)?;
        let letters = rest.iter().take_while(|byte| is_character(byte)).count();
        let signs = rest.iter().skip(letters).take_while(|byte| **byte == b'=').count();
        let spaces = rest.iter().skip(letters + signs).take_while(|byte| b" \t".contains(byte)).count();
        let after = rest.get(letters + signs + spaces);
        if letters == 0 || !matches!(after, None | Some(b',')) {
            return None;
        }
        let text = String::from_utf8_lossy(rest.get(..letters + signs)?).into_owned();
        self.at += letters + signs + spaces;
        Some(text)
    }

    fn quoted(&mut self) -> Result<String, Failed> {
        let begin = self.at;
        let unreadable = Err((begin, FaultKind::QuotedString));
        let mut text = Vec::new();
        self.at += 1;
        loop {
            let Some(byte) = self.next() else { return unreadable };
            match byte {
                b'"' => break,
                b'\\' => match self.next() {
                    Some(escaped @ (b'\t' | b' '..=b'~' | 0x80..)) => text.push(escaped),
                    _ => return unreadable,
                },
                b'\t' | b' '..=b'~' | 0x80.. => text.push(byte),
                _ => return unreadable,
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Reads a `token` (RFC 9110 §5.6.2).
    fn token(&mut self) -> Result<String, Failed> {
        let is_character = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        let rest = self.value.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_character(byte)).count();
        if length == 0 {
            return Err((self.at, FaultKind::Unexpected));
        }
        let text = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
        self.at += length;
        Ok(text)
    }

    fn peek(&self) -> Option<u8> {
        self.value.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Skips these bytes, and returns how many there were.
    fn skip(&mut self, bytes: &[u8]) -> usize {
        let begin = self.at;
        while self.peek().is_some_and(|byte| bytes.contains(&byte)) {
            self.at += 1;
        }
        self.at - begin
    }
}
