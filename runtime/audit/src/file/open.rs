//! Continues the chain of a file that exists, or begins one.

use core::{error::Error, fmt};
use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use super::{
    Sync,
    ends::{Ends, Found},
    head_file,
    lock::Lock,
    renamed,
};
use crate::{chain::Link, head::Head, keys::Keys};

/// A file whose end is known.
pub(super) struct Target {
    pub(super) lock: Lock,
    pub(super) file: File,
    pub(super) len: u64,
    /// The last line.
    pub(super) last: Link,
    /// The number of the first line in the file; 0 if it is empty.
    pub(super) first: u64,
    /// Whether the head states an earlier line.
    pub(super) is_head_old: bool,
    /// Whether an incomplete line was removed.
    pub(super) was_cut: bool,
}

/// Opens a file and finds its last line, or begins a chain where there is no file, no head and no renamed file.
pub(super) fn open(path: &Path, keys: &Keys, sync: Sync) -> Result<Target, OpenError> {
    let lock = Lock::take(path)?.ok_or(OpenError(Problem::Locked))?;
    let head = read_head(path, keys)?;
    let found = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Found { ends: None, end: 0, is_torn: false },
        file => Found::of(&mut file?)?.ok_or(OpenError(Problem::Malformed))?,
    };
    let last = match (found.ends, &head) {
        (Some(ends), Some(head)) => check_head(head.link, ends)?,
        (Some(ends), None) => return Err(OpenError(Problem::NoHead { last: ends.last.sequence })),
        (None, Some(head)) => check_empty(head.link, path)?,
        (None, None) if renamed::list(path)?.is_empty() => {
            // Before the first line, so that a file without a head is never one that a process left.
            head_file::write(path, &Head::new(Link::default(), keys.current()), sync)?;
            Link::default()
        }
        (None, None) => return Err(OpenError(Problem::Renamed)),
    };
    let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if found.is_torn {
        file.set_len(found.end)?;
    }
    Ok(Target {
        lock,
        file,
        len: found.end,
        last,
        first: found.ends.map_or(0, |ends| ends.before.sequence.saturating_add(1)),
        is_head_old: head.is_some_and(|head| head.link != last),
        was_cut: found.is_torn,
    })
}

/// Reads the head, if there is one.
fn read_head(path: &Path, keys: &Keys) -> Result<Option<Head>, OpenError> {
    let Some(text) = head_file::read(path)? else { return Ok(None) };
    let head = core::str::from_utf8(&text).ok().and_then(Head::parse).ok_or(OpenError(Problem::Head))?;
    match head.is_of(keys) {
        Some(true) => Ok(Some(head)),
        Some(false) => Err(OpenError(Problem::Head)),
        None => Err(OpenError(Problem::Key(head.key().to_owned()))),
    }
}

/// Returns the last line, if the head is that of these lines or of the line before them.
fn check_head(head: Link, ends: Ends) -> Result<Link, OpenError> {
    let Ends { before, last } = ends;
    if head.sequence > last.sequence {
        return Err(OpenError(Problem::CutOff { last: last.sequence, head: head.sequence }));
    }
    let is_last = head.sequence < last.sequence || head == last;
    let is_after = head.sequence > before.sequence || head == before;
    if is_last && is_after { Ok(last) } else { Err(OpenError(Problem::Foreign { head: head.sequence })) }
}

/// Returns the last line of a chain whose file has none. A file begins empty after the one before was renamed, and then the head states
/// the last line of that one.
fn check_empty(head: Link, path: &Path) -> Result<Link, OpenError> {
    let last = match renamed::list(path)?.last() {
        None => Some(Link::default()),
        Some(newest) => Found::of(&mut File::open(newest)?)?.and_then(|found| found.ends).map(|ends| ends.last),
    };
    last.filter(|last| *last == head).ok_or(OpenError(Problem::Emptied { head: head.sequence }))
}

/// Why a file cannot be continued.
#[derive(Debug)]
pub struct OpenError(Problem);

#[derive(Debug)]
enum Problem {
    Io(io::Error),
    Locked,
    Malformed,
    CutOff { last: u64, head: u64 },
    Emptied { head: u64 },
    NoHead { last: u64 },
    Renamed,
    Foreign { head: u64 },
    Head,
    Key(String),
}

impl Problem {
    /// Returns whether the chain was damaged, so that a person must decide.
    const fn is_damage(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::Locked | Self::Malformed | Self::Key(_))
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Io(error) => write!(f, "the audit file cannot be opened: {error}"),
            Problem::Locked => {
                f.write_str("another process writes to the audit file; name another file for each process")
            }
            Problem::Malformed => f.write_str("the file is not an audit file; name another one"),
            Problem::CutOff { last, head } => {
                write!(f, "the audit file ends with event {last}, and its head states event {head}")
            }
            Problem::Emptied { head } => {
                write!(f, "the audit file is missing or has no line, and its head states event {head}")
            }
            Problem::NoHead { last } => {
                write!(f, "the audit file ends with event {last}, and its head is missing")
            }
            Problem::Renamed => f.write_str("the audit file and its head are missing, and renamed files are there"),
            Problem::Foreign { head } => {
                write!(f, "the head of the audit file states an event {head} that does not belong to its lines")
            }
            Problem::Head => f.write_str("the head of the audit file was not written with this key"),
            Problem::Key(id) => {
                write!(f, "the head of the audit file was written with the key `{id}`; add it to the keys")
            }
        }?;
        if !self.0.is_damage() {
            return Ok(());
        }
        f.write_str(
            "; restore the files from a copy, or keep the file, its head and its renamed files for an inquiry and move them to another \
             folder: the next start then begins a new chain",
        )
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
