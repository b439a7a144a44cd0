//! Finds lines that were changed, removed, moved or cut off.

use std::io::BufRead;

use crate::{
    chain::{Link, Seal},
    fault::{Fault, FaultKind},
    head::Head,
    keys::Keys,
    lines::{Line, Lines},
};

/// Verifies one file.
///
/// Without keys only the form and the order of the lines are checked, which protects against accidents alone.
///
/// # Errors
/// The first fault.
///
/// ```
/// # use mcp_scopes_audit::{AuditSink as _, Decision, Event, FileSink, JsonLines, Keys, Outcome};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("audit.jsonl");
/// use std::{fs::File, io::BufReader};
/// use mcp_scopes_audit::{Head, verify};
///
/// let keys = Keys::new("2026-11", &[7; 32])?;
/// let sink = FileSink::builder(&path, keys.clone(), JsonLines::new()).open()?;
/// sink.record(&Event::new("tools/call", Decision::Allow, Outcome::Success));
/// drop(sink);
///
/// let head = Head::parse(&std::fs::read_to_string(path.with_extension("jsonl.head"))?);
/// let verified = verify(BufReader::new(File::open(&path)?), Some(&keys), head.as_ref())?;
/// assert_eq!((verified.lines, verified.last), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(reader: impl BufRead, keys: Option<&Keys>, head: Option<&Head>) -> Result<Verified, Fault> {
    let mut verifier = Verifier::new(keys, head);
    verifier.file(reader)?;
    verifier.finish()
}

/// What was verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The number of lines.
    pub lines: u64,
    /// The sequence number of the first line; 0 if there is none.
    pub first: u64,
    /// The sequence number of the last line; 0 if there is none.
    pub last: u64,
    /// The number of lines after the head, which follows when they are forced to the disk. A process that ended without closing its sink
    /// leaves some.
    pub after_head: u64,
}

/// Verifies the files of one chain, in their order.
#[derive(Debug)]
pub struct Verifier<'v> {
    keys: Option<&'v Keys>,
    head: Option<&'v Head>,
    /// The line before the first one, which is in another file.
    before: Link,
    /// The last line so far.
    last: Option<Link>,
    verified: Verified,
}

impl<'v> Verifier<'v> {
    /// Creates a verifier.
    #[must_use]
    pub fn new(keys: Option<&'v Keys>, head: Option<&'v Head>) -> Self {
        Self { keys, head, before: Link::default(), last: None, verified: Verified::default() }
    }

    /// Verifies the next file.
    ///
    /// # Errors
    /// The first fault.
    pub fn file(&mut self, reader: impl BufRead) -> Result<(), Fault> {
        let mut lines = Lines::new(reader);
        loop {
            let line = lines.next_line();
            match line {
                Ok(Some(Line::Complete(line))) => match self.line(line) {
                    Ok(()) => {}
                    Err(kind) => {
                        let line = lines.number();
                        return Err(Fault { line, kind: Self::explained(kind, &mut lines) });
                    }
                },
                Ok(None) => return Ok(()),
                Ok(Some(Line::Incomplete(_))) => return Err(at(&lines, FaultKind::Incomplete)),
                Ok(Some(Line::TooLong)) => return Err(at(&lines, FaultKind::TooLong)),
                Err(error) => return Err(at(&lines, FaultKind::Read(error))),
            }
        }
    }

    /// Compares the end with the head.
    ///
    /// # Errors
    /// Lines at the end are missing, or the head does not belong to these lines.
    pub fn finish(self) -> Result<Verified, Fault> {
        let Self { keys, head, before, last, mut verified } = self;
        let fault = |kind| Err(Fault { line: 0, kind });
        let Some(head) = head else { return Ok(verified) };
        if let Some(keys) = keys {
            match head.is_of(keys) {
                Some(true) => {}
                Some(false) => return fault(FaultKind::Head),
                None => return fault(FaultKind::UnknownKey(head.key().to_owned())),
            }
        }
        let last = last.map_or(0, |last| last.sequence);
        if last < head.sequence() {
            return fault(FaultKind::CutOff { last, head: head.sequence() });
        }
        // The head may state the line before all of these: it is written after them.
        if head.sequence() < verified.first && head.link != before {
            return fault(FaultKind::Head);
        }
        verified.after_head = last - head.sequence();
        Ok(verified)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), FaultKind> {
        let seal = Seal::of(line).ok_or(FaultKind::Malformed)?;
        let found = seal.sequence;
        let before = match (self.last, seal.previous) {
            (Some(last), _) => last,
            (None, Some(mac)) => Link { sequence: found - 1, mac },
            // A file begins with a line that states the code before it.
            (None, None) if found > 1 => return Err(FaultKind::Removed { from: found - 1, to: found - 1 }),
            (None, None) => return Err(FaultKind::Changed { sequence: found }),
        };
        let expected = before.sequence.saturating_add(1);
        if found > expected {
            return Err(FaultKind::Removed { from: expected, to: found - 1 });
        }
        if found < expected {
            return Err(FaultKind::Moved { expected, found });
        }
        // The first line of all has the number 1, and nothing before it.
        let is_start =
            seal.previous.is_some_and(|previous| (found == 1) == (previous == [0; 32]) && previous == before.mac);
        if seal.previous.is_some() && !is_start {
            return Err(FaultKind::Changed { sequence: found });
        }
        if let Some(keys) = self.keys {
            let key = keys.find(seal.key).ok_or_else(|| FaultKind::UnknownKey(seal.key.to_owned()))?;
            if !key.is_line(&before.mac, &seal) {
                return Err(FaultKind::Changed { sequence: found });
            }
        }
        let current = seal.link();
        if self.head.is_some_and(|head| head.sequence() == found && head.link != current) {
            return Err(FaultKind::Head);
        }
        if self.last.is_none() {
            self.before = before;
        }
        self.last = Some(current);
        let first = if self.verified.first == 0 { found } else { self.verified.first };
        self.verified = Verified { lines: self.verified.lines + 1, first, last: found, after_head: 0 };
        Ok(())
    }

    /// Returns the fault, as a moved line if the missing ones follow later.
    fn explained(kind: FaultKind, lines: &mut Lines<impl BufRead>) -> FaultKind {
        let FaultKind::Removed { from, to } = kind else { return kind };
        while let Ok(Some(line)) = lines.next_line() {
            let Line::Complete(line) = line else { continue };
            if Seal::of(line).is_some_and(|seal| seal.sequence == from) {
                return FaultKind::Moved { expected: from, found: to.saturating_add(1) };
            }
        }
        kind
    }
}

fn at<R: BufRead>(lines: &Lines<R>, kind: FaultKind) -> Fault {
    Fault { line: lines.number(), kind }
}

impl Verifier<'_> {
    /// Returns what was verified so far.
    #[must_use]
    pub const fn verified(&self) -> Verified {
        self.verified
    }
}
