//! Reads lines of bounded length, so that no input exhausts the memory.

use std::io::{self, BufRead};

/// The maximum length in bytes of a line. Those that are written here are much shorter.
pub const MAX_LINE: usize = 256 << 10;

/// Reads a file line by line.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
    /// Whether the rest of a long line is not read yet.
    skips: bool,
}

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'b> {
    /// A line, without its line break.
    Complete(&'b [u8]),
    /// The last line, which has no line break.
    Incomplete(&'b [u8]),
    /// A line of more than [`MAX_LINE`] bytes. The next call skips the rest of it, which may have no end.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// Creates a reader.
    pub const fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), number: 0, skips: false }
    }

    /// Returns the number of the line that was read last, from 1.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Reads the next line; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        loop {
            let read = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            let end = read.iter().position(|byte| *byte == b'\n');
            let part = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
            let (len, is_end) = (part.len(), read.is_empty());
            if self.skips {
                self.reader.consume(len + usize::from(end.is_some()));
                self.skips = end.is_none() && !is_end;
                continue;
            }
            if self.buffer.len() + len > MAX_LINE {
                self.skips = true;
                self.number += 1;
                return Ok(Some(Line::TooLong));
            }
            self.buffer.extend_from_slice(part);
            self.reader.consume(len + usize::from(end.is_some()));
            if end.is_some() {
                self.number += 1;
                return Ok(Some(Line::Complete(&self.buffer)));
            }
            if is_end {
                let is_empty = self.buffer.is_empty();
                self.number += u64::from(!is_empty);
                return Ok((!is_empty).then_some(Line::Incomplete(&self.buffer)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{Line, Lines, MAX_LINE};

    #[test]
    fn reads_lines_and_skips_long_ones() {
        let long = "x".repeat(MAX_LINE + 1);
        let text = format!("a\n\n{long}\n{}\nb", &long[1..]);
        for capacity in [1, 7, 1 << 20] {
            let mut lines = Lines::new(BufReader::with_capacity(capacity, text.as_bytes()));
            assert_eq!(lines.next_line().unwrap(), Some(Line::Complete(b"a")));
            assert_eq!(lines.next_line().unwrap(), Some(Line::Complete(b"")));
            assert_eq!(lines.next_line().unwrap(), Some(Line::TooLong));
            assert_eq!(lines.next_line().unwrap(), Some(Line::Complete(&long.as_bytes()[1..])));
            assert_eq!(lines.next_line().unwrap(), Some(Line::Incomplete(b"b")));
            assert_eq!(lines.next_line().unwrap(), None);
            assert_eq!(lines.number(), 5);
        }
        assert_eq!(Lines::new(&b""[..]).next_line().unwrap(), None);
        // A line without end is reported as soon as it is too long.
        let mut endless = Lines::new(BufReader::new(std::io::repeat(b'x')));
        assert_eq!(endless.next_line().unwrap(), Some(Line::TooLong));
    }
}
