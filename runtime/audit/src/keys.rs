//! The keys of the chain, as a file states them.

use core::{error::Error, fmt};
use std::{fs::File, io::Read as _, path::Path};

use crate::{
    chain::{Key, is_id},
    hex::unhex,
};

/// The maximum size in bytes of a file of keys.
const MAX_FILE: u64 = 1 << 20;

/// The keys of the chain. The last one signs new lines; the others verify lines that were signed before.
///
/// A file has one key on each line: its id, a space, and 32 bytes as hexadecimal digits, such as `openssl rand -hex 32` prints. Empty lines and
/// lines that begin with `#` are skipped. To change the key, append a line and start the server again.
///
/// ```
/// use mcp_scopes_audit::Keys;
/// let keys = Keys::parse("# of the file server\n2026-11 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n")?;
/// # Ok::<(), mcp_scopes_audit::KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keys {
    before: Vec<Key>,
    current: Key,
}

impl Keys {
    /// Creates the keys with one key.
    ///
    /// # Errors
    /// The id is not 1 to 64 ASCII letters, digits, `-`, `_` and `.`.
    pub fn new(id: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_id(id.as_bytes()) {
            return Err(KeyError { line: 0, problem: Problem::Id });
        }
        Ok(Self { before: Vec::new(), current: Key::new(id, key) })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read, or has no key, or a line that is not a key.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let error = |error: std::io::Error| KeyError { line: 0, problem: Problem::Read(error) };
        let file = File::open(path).map_err(error)?;
        let mut text = String::new();
        file.take(MAX_FILE).read_to_string(&mut text).map_err(error)?;
        Self::parse(&text)
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// There is no key, or a line is not a key. The error does not show the line.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |problem| KeyError { line: place + 1, problem };
            let (id, digits) = line.split_once(char::is_whitespace).ok_or_else(|| wrong(Problem::Digits))?;
            if !is_id(id.as_bytes()) {
                return Err(wrong(Problem::Id));
            }
            if keys.iter().any(|key| &*key.id == id) {
                return Err(wrong(Problem::Twice));
            }
            let digits = digits.trim_start().to_ascii_lowercase();
            keys.push(Key::new(id, &unhex(digits.as_bytes()).ok_or_else(|| wrong(Problem::Digits))?));
        }
        let current = keys.pop().ok_or(KeyError { line: 0, problem: Problem::Empty })?;
        Ok(Self { before: keys, current })
    }

    /// Returns the key that signs.
    pub(crate) const fn current(&self) -> &Key {
        &self.current
    }

    /// Returns the key with that id.
    pub(crate) fn find(&self, id: &str) -> Option<&Key> {
        self.before.iter().chain([&self.current]).find(|key| &*key.id == id)
    }
}

/// Why there are no keys.
#[derive(Debug)]
pub struct KeyError {
    /// The line in the file; 0 for the file as a whole.
    line: usize,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Read(std::io::Error),
    Empty,
    Id,
    Digits,
    Twice,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        match &self.problem {
            Problem::Read(error) => write!(f, "the keys cannot be read: {error}"),
            Problem::Empty => f.write_str("there is no key; write an id and 64 hexadecimal digits on a line"),
            Problem::Id => f.write_str("the id of a key is not 1 to 64 ASCII letters, digits, `-`, `_` and `.`"),
            Problem::Digits => f.write_str("a key is not an id, a space and 64 hexadecimal digits"),
            Problem::Twice => f.write_str("the id of a key occurs twice; give each key another id"),
        }
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Read(error) => Some(error),
            _ => None,
        }
    }
}
