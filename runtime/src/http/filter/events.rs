//! A stream of events (HTML, "Server-sent events") that is filtered as it goes.
//!
//! Events go out as soon as they are complete, those without a list byte for byte.

use bytes::{Bytes, BytesMut};
use memchr::memchr2;

use crate::Caller;

use super::{super::refusal::Refusal, filtered, list::may_hold_list};

/// What is known of a stream so far.
#[derive(Debug)]
pub(in crate::http) struct Events {
    caller: Caller,
    /// How many bytes an event may have.
    limit: usize,
    /// What has come of the event that is not complete.
    held: BytesMut,
    /// Where in it the line in hand begins, and up to where line ends were looked for.
    line: usize,
    seen: usize,
    /// Whether nothing has been read yet: a byte order mark in front is none of the first line.
    fresh: bool,
    over: bool,
}

impl Events {
    pub(in crate::http) fn new(caller: Caller, limit: usize) -> Self {
        Self { caller, limit, held: BytesMut::new(), line: 0, seen: 0, fresh: true, over: false }
    }

    /// Whether nothing more goes out.
    pub(in crate::http) fn is_over(&self) -> bool {
        self.over
    }

    /// Takes what has come, gives what may go.
    pub(in crate::http) fn push(&mut self, data: &[u8]) -> Bytes {
        self.held.extend_from_slice(data);
        let mut out = Out::default();
        while let Some(end) = self.event_end() {
            let event = self.held.split_to(end).freeze();
            out.push(self.event(event));
        }
        if self.held.len() > self.limit {
            // The rest would have to be guessed at.
            self.over = true;
            out.push(error_event(&self.caller));
        }
        out.finish()
    }

    /// What is left at the end. Clients drop an event without its end; those that do not get it filtered as well.
    pub(in crate::http) fn finish(&mut self) -> Bytes {
        self.over = true;
        let rest = self.held.split().freeze();
        self.event(rest)
    }

    /// Behind the blank line that ends the first event held.
    fn event_end(&mut self) -> Option<usize> {
        while let Some(found) = self.held.get(self.seen..).and_then(|rest| memchr2(b'\n', b'\r', rest)) {
            let at = self.seen + found;
            let next = match (self.held.get(at), self.held.get(at + 1)) {
                (Some(b'\r'), Some(b'\n')) => at + 2,
                // It could be half a line end: read as a whole one, its other half would be a blank line.
                (Some(b'\r'), None) => {
                    self.seen = at;
                    return None;
                }
                _ => at + 1,
            };
            let blank = at == self.line;
            (self.line, self.seen) = (next, next);
            if blank {
                (self.line, self.seen) = (0, 0);
                return Some(next);
            }
        }
        self.seen = self.held.len();
        None
    }

    /// One event, as it may go out.
    fn event(&mut self, event: Bytes) -> Bytes {
        let first = core::mem::replace(&mut self.fresh, false);
        if !may_hold_list(&event) {
            return event;
        }
        let lines = || lines(if first { event.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&event) } else { &event });
        let data = lines().filter_map(data_of).collect::<Vec<_>>().join(&b'\n');
        let text = match filtered(&data, &self.caller) {
            Ok(None) => return event,
            Ok(Some(text)) => text,
            Err(_) => unreadable(&self.caller),
        };
        let mut out = BytesMut::with_capacity(event.len());
        let mut written = false;
        for line in lines() {
            if data_of(line).is_none() {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\n");
            } else if !written {
                written = true;
                write_data(&mut out, &text);
            }
        }
        out.freeze()
    }
}

/// The error in place of what cannot be read.
fn unreadable(caller: &Caller) -> String {
    Refusal::unreadable().by(caller.environment()).into_text()
}

/// The error in place of an event that is too long.
fn error_event(caller: &Caller) -> Bytes {
    let mut out = BytesMut::new();
    out.extend_from_slice(b"\n\n");
    write_data(&mut out, &unreadable(caller));
    out.extend_from_slice(b"\n");
    out.freeze()
}

fn write_data(out: &mut BytesMut, text: &str) {
    // JSON may hold line ends between its values; each line is data of its own.
    for line in text.split(['\n', '\r']) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\n");
    }
}

/// The lines of an event, without their ends; the blank one at its end is the last.
fn lines(mut event: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        if event.is_empty() {
            return None;
        }
        let at = memchr2(b'\n', b'\r', event).unwrap_or(event.len());
        let (line, rest) = event.split_at(at);
        event = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or(&[]);
        Some(line)
    })
}

/// The value of a `data` line.
fn data_of(line: &[u8]) -> Option<&[u8]> {
    let value = line.strip_prefix(b"data")?;
    match value.strip_prefix(b":") {
        Some(value) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        // A line without a colon is a field without a value.
        None => value.is_empty().then_some(value),
    }
}

/// Pieces that go out together; a single one is not copied.
#[derive(Default)]
struct Out {
    first: Bytes,
    all: BytesMut,
}

impl Out {
    fn push(&mut self, piece: Bytes) {
        if self.first.is_empty() && self.all.is_empty() {
            self.first = piece;
        } else {
            self.all.extend_from_slice(&core::mem::take(&mut self.first));
            self.all.extend_from_slice(&piece);
        }
    }

    fn finish(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}
