//! Continues the chain of a file that exists.

use core::{error::Error, fmt};
use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
};

use super::beside;
use crate::{
    chain::{Link, Seal},
    head::Head,
    keys::Keys,
    lines::MAX_LINE,
};

/// A file whose end is known.
pub(super) struct Target {
    pub(super) file: File,
    pub(super) len: u64,
    /// The last line.
    pub(super) last: Link,
    /// The number of the first line in the file; 0 if it is empty.
    pub(super) first: u64,
    /// Whether an incomplete line was removed.
    pub(super) was_cut: bool,
}

/// Opens or creates a file, and finds its last line.
pub(super) fn open(path: &Path, keys: &Keys) -> Result<Target, OpenError> {
    let head = read_head(&beside(path, ".head"))?;
    if let Some(head) = &head {
        match head.is_of(keys) {
            Some(true) => {}
            Some(false) => return Err(OpenError(Problem::Head)),
            None => return Err(OpenError(Problem::Key(head.key().to_owned()))),
        }
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let len = file.metadata()?.len();
    let (end, last_line) = last_line(&mut file, len)?;
    let was_cut = end < len;
    let last = match last_line {
        Some(line) => Seal::of(&line).ok_or(OpenError(Problem::Malformed))?.link(),
        // A file begins empty after the one before was renamed.
        None => head.as_ref().map(|head| head.link).unwrap_or_default(),
    };
    if let Some(head) = head.filter(|head| head.link.sequence > last.sequence) {
        return Err(OpenError(Problem::CutOff { last: last.sequence, head: head.link.sequence }));
    }
    let first = first_line(&mut file, end)?;
    if was_cut {
        file.set_len(end)?;
    }
    Ok(Target { file, len: end, last, first, was_cut })
}

/// Reads the head, if there is one.
fn read_head(path: &Path) -> Result<Option<Head>, OpenError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = String::new();
    file.take(Head::MAX_LEN as u64 + 1).read_to_string(&mut text)?;
    Head::parse(&text).map(Some).ok_or(OpenError(Problem::Head))
}

/// Returns where the last complete line ends, and that line.
fn last_line(file: &mut File, len: u64) -> Result<(u64, Option<Vec<u8>>), OpenError> {
    // An incomplete line may follow the last complete one.
    let start = len.saturating_sub(2 * MAX_LINE as u64 + 2);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(len - start).read_to_end(&mut tail)?;
    let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else {
        // Without any line, the file is what a process left that ended during its first write.
        return if start == 0 { Ok((0, None)) } else { Err(OpenError(Problem::Malformed)) };
    };
    let before = tail.get(..end).unwrap_or_default();
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok((start + end as u64 + 1, Some(line.to_owned())))
}

/// Returns the number of the first line; 0 if there is none.
fn first_line(file: &mut File, end: u64) -> Result<u64, OpenError> {
    if end == 0 {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    file.take(end.min(MAX_LINE as u64 + 1)).read_to_end(&mut start)?;
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Seal::of(line).map(|seal| seal.sequence).ok_or(OpenError(Problem::Malformed))
}

/// Why a file cannot be continued.
#[derive(Debug)]
pub struct OpenError(Problem);

#[derive(Debug)]
enum Problem {
    Io(io::Error),
    Malformed,
    CutOff { last: u64, head: u64 },
    Head,
    Key(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Io(error) => write!(f, "the audit file cannot be opened: {error}"),
            Problem::Malformed => f.write_str("the file is not an audit file; name another one"),
            Problem::CutOff { last, head } => write!(
                f,
                "the audit file ends with event {last}, and its head states event {head}; keep both for an inquiry, and name another file"
            ),
            Problem::Head => f.write_str(
                "the head of the audit file was not written with this key; keep both files for an inquiry, and name another file",
            ),
            Problem::Key(id) => write!(f, "the head of the audit file was written with the key `{id}`; add it to the keys"),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Problem::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self(Problem::Io(error))
    }
}
