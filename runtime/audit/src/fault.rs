//! What is wrong with a chain.

use core::{error::Error, fmt};
use std::io;

/// The first fault of a chain.
#[derive(Debug)]
pub struct Fault {
    /// The line in its file, from 1; 0 for the chain as a whole.
    pub line: u64,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a chain.
#[derive(Debug)]
#[non_exhaustive]
pub enum FaultKind {
    /// The line does not have the code that follows from the line before and its own text: it was changed, or another line was put in its
    /// place.
    Changed {
        /// Its sequence number.
        sequence: u64,
    },
    /// Lines before this line are missing.
    Removed {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// The line is not at its place: it was moved or repeated.
    Moved {
        /// The sequence number that belongs here.
        expected: u64,
        /// The sequence number of the line.
        found: u64,
    },
    /// Lines at the end are missing.
    CutOff {
        /// The last line that is present; 0 if there is none.
        last: u64,
        /// The last line that was written.
        head: u64,
    },
    /// The last line has no end: the process ended while it wrote, or the line was cut.
    Incomplete,
    /// The line does not end as lines of a chain do.
    Malformed,
    /// The line is longer than [`MAX_LINE`](crate::MAX_LINE).
    TooLong,
    /// The line or the head was signed with a key that is missing here.
    UnknownKey(String),
    /// The head was not written with this key, or it belongs to other lines.
    Head,
    /// The file cannot be read.
    Read(io::Error),
}

impl FaultKind {
    /// The ids of all kinds, each with a summary and what to do.
    pub const ALL: [(&'static str, &'static str, &'static str); 10] = [
        (
            "audit-changed",
            "line of an audit file that was changed or replaced",
            "restore the file from a copy, and find out who can write to it",
        ),
        (
            "audit-removed",
            "lines that are missing in an audit file",
            "restore the file from a copy; name rotated files in their order, the oldest first",
        ),
        (
            "audit-moved",
            "line of an audit file that was moved or repeated",
            "restore the file from a copy; name rotated files in their order, the oldest first",
        ),
        (
            "audit-cut-off",
            "lines that are missing at the end of an audit file",
            "restore the file from a copy, and find out who can write to it",
        ),
        (
            "audit-incomplete",
            "last line of an audit file that has no end",
            "start the server, which removes the line and records that; or restore the file from a copy",
        ),
        (
            "audit-malformed",
            "line of an audit file that has no code",
            "verify files of a file sink only; another program may have written to this one",
        ),
        (
            "audit-too-long",
            "line of an audit file that is too long",
            "verify files of a file sink only; another program may have written to this one",
        ),
        (
            "audit-unknown-key",
            "line of an audit file, or its head, with a key that is missing",
            "add the key to the file of keys",
        ),
        (
            "audit-head",
            "head of an audit file that does not belong to it",
            "name the head of this file; if you did, restore both from a copy",
        ),
        ("audit-unreadable", "audit file that cannot be read", "name a file that exists and is readable"),
    ];

    /// Returns the id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.entry().0
    }

    /// Returns what to do.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        self.entry().2
    }

    const fn entry(&self) -> (&'static str, &'static str, &'static str) {
        let [changed, removed, moved, cut_off, incomplete, malformed, too_long, unknown_key, head, read] = Self::ALL;
        match self {
            Self::Changed { .. } => changed,
            Self::Removed { .. } => removed,
            Self::Moved { .. } => moved,
            Self::CutOff { .. } => cut_off,
            Self::Incomplete => incomplete,
            Self::Malformed => malformed,
            Self::TooLong => too_long,
            Self::UnknownKey(_) => unknown_key,
            Self::Head => head,
            Self::Read(_) => read,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        match &self.kind {
            FaultKind::Changed { sequence } => {
                write!(f, "event {sequence} was changed, or another line was put in its place")
            }
            FaultKind::Removed { from, to } if from >= to => write!(f, "event {to} is missing before this line"),
            FaultKind::Removed { from, to } => write!(f, "events {from} to {to} are missing before this line"),
            FaultKind::Moved { expected, found } => {
                write!(f, "event {found} was moved or repeated; event {expected} belongs here")
            }
            FaultKind::CutOff { last, head } => {
                write!(f, "the file ends with event {last}, and the head states that event {head} was written")
            }
            FaultKind::Incomplete => f.write_str("the last line has no end"),
            FaultKind::Malformed => f.write_str("the line has no sequence number and no code"),
            FaultKind::TooLong => write!(f, "the line is longer than {} bytes", crate::MAX_LINE),
            FaultKind::UnknownKey(id) => write!(f, "the key `{id}` is missing"),
            FaultKind::Head => f.write_str("the head does not belong to these lines"),
            FaultKind::Read(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            FaultKind::Read(error) => Some(error),
            _ => None,
        }
    }
}
