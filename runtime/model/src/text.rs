//! Character boundaries, and fixed-size strings for const evaluation, for compiler messages.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

/// Returns the last character boundary at or before a byte offset. An offset behind the text is its end.
///
/// ```
/// assert_eq!(mcp_scopes_model::text::floor_boundary("aé", 2), 1);
/// ```
#[must_use]
pub fn floor_boundary(text: &str, at: usize) -> usize {
    // `str::floor_char_boundary` needs Rust 1.91.
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Returns the first character boundary at or behind a byte offset. An offset behind the text is its end.
///
/// ```
/// assert_eq!(mcp_scopes_model::text::ceil_boundary("éa", 1), 2);
/// ```
#[must_use]
pub fn ceil_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// A short text. A longer text is truncated at a character boundary and ends in `...`.
#[derive(Clone, Copy)]
pub struct Text {
    bytes: [u8; Text::CAPACITY],
    len: usize,
    full: bool,
}

impl Text {
    /// The maximum length in bytes.
    pub const CAPACITY: usize = 1024;

    /// The empty text.
    pub const EMPTY: Self = Self { bytes: [0; Self::CAPACITY], len: 0, full: false };

    /// Returns this text followed by another.
    #[must_use]
    pub const fn and(mut self, more: &str) -> Self {
        if self.full {
            return self;
        }
        let more = more.as_bytes();
        // Three bytes are reserved for the `...`.
        let room = Self::CAPACITY - 3 - self.len;
        let mut end = more.len();
        if end > room {
            end = room;
            // Truncation happens before a byte that begins a character.
            while end > 0 && more[end] & 0xc0 == 0x80 {
                end -= 1;
            }
            self.full = true;
        }
        let mut at = 0;
        while at < end {
            self.bytes[self.len + at] = more[at];
            at += 1;
        }
        self.len += end;
        if self.full {
            self.bytes[self.len] = b'.';
            self.bytes[self.len + 1] = b'.';
            self.bytes[self.len + 2] = b'.';
            self.len += 3;
        }
        self
    }

    /// Returns this text followed by a number.
    #[must_use]
    pub const fn and_number(self, number: usize) -> Self {
        let mut digits = [0; 20];
        let (mut at, mut rest) = (digits.len(), number);
        loop {
            at -= 1;
            #[expect(clippy::cast_possible_truncation, reason = "a digit fits")]
            {
                digits[at] = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        match core::str::from_utf8(digits.split_at(at).1) {
            Ok(digits) => self.and(digits),
            Err(_) => self,
        }
    }

    /// Returns the text as a string slice.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

impl core::fmt::Display for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl core::fmt::Debug for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn appends_parts() {
        assert_eq!(Text::EMPTY.and("a").and_number(0).and("b").and_number(1_204).as_str(), "a0b1204");
    }

    #[test]
    fn truncates_at_a_character_boundary() {
        let mut text = Text::EMPTY;
        for _ in 0..Text::CAPACITY {
            text = text.and("é");
        }
        assert!(text.as_str().ends_with("é..."));
        assert!(text.as_str().len() > Text::CAPACITY - 3);
    }
}
