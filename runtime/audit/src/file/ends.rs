//! The first and the last line of a file.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

use crate::{
    chain::{Link, Seal},
    lines::MAX_LINE,
};

/// The ends of a file that has complete lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// The line before the first one, in another file. Number 0 if there is none.
    pub(super) before: Link,
    pub(super) last: Link,
}

/// What was found in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// `None` if it has no complete line.
    pub(super) ends: Option<Ends>,
    /// Where the last complete line ends.
    pub(super) end: u64,
    /// Whether an incomplete line follows.
    pub(super) is_torn: bool,
}

impl Found {
    /// Reads a file; `None` if its lines are not those of a chain.
    pub(super) fn of(file: &mut File) -> io::Result<Option<Self>> {
        let len = file.metadata()?.len();
        // An incomplete line may follow the last complete one.
        let start = len.saturating_sub(2 * MAX_LINE as u64 + 2);
        let tail = read(file, start, len - start)?;
        let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else {
            // Without any line, the file is what a process left that ended during its first write.
            return Ok((start == 0).then_some(Self { ends: None, end: 0, is_torn: len > 0 }));
        };
        let complete = tail.get(..end).unwrap_or_default();
        let last = complete.rsplit(|byte| *byte == b'\n').next().and_then(Seal::of);
        let head = read(file, 0, MAX_LINE as u64 + 1)?;
        let first = head.split(|byte| *byte == b'\n').next().and_then(Seal::of);
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        let before = first.previous.map(|mac| Link { sequence: first.sequence.saturating_sub(1), mac });
        let end = start + end as u64 + 1;
        let found = |before| Self { ends: Some(Ends { before, last: last.link() }), end, is_torn: end < len };
        Ok(before.map(found))
    }
}

fn read(file: &mut File, start: u64, len: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}
