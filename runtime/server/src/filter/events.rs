//! A stream of events (HTML, "Server-sent events") that is read and written incrementally.
//!
//! An event is sent as soon as it is complete. An event that no rule changes is sent byte for byte.

use bytes::{Bytes, BytesMut};
use memchr::memchr2;

use super::event_rules::{Change, EventRules};

/// The byte order mark. A client drops one at the start of a stream.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The state of a stream.
#[derive(Debug)]
pub(crate) struct Events {
    rules: EventRules,
    /// The maximum size of an event in bytes.
    limit: usize,
    /// The bytes of the incomplete event.
    held: BytesMut,
    /// Where the current line begins in it, and up to where line ends were searched.
    line: usize,
    seen: usize,
    /// Whether nothing has been read yet: a leading byte order mark is not part of the first line.
    fresh: bool,
    /// Whether something has been sent.
    sent: bool,
    over: bool,
}

impl Events {
    pub(crate) fn new(rules: EventRules, limit: usize) -> Self {
        Self { rules, limit, held: BytesMut::new(), line: 0, seen: 0, fresh: true, sent: false, over: false }
    }

    /// Returns whether nothing more is sent.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// Ends the stream. An incomplete event is dropped, as clients do (HTML, "Interpreting an event stream").
    pub(crate) fn end(&mut self) {
        self.over = true;
        self.held.clear();
    }

    pub(crate) fn rules(&mut self) -> &mut EventRules {
        &mut self.rules
    }

    /// Reads the next bytes, and returns the bytes to send.
    pub(crate) fn push(&mut self, data: &[u8]) -> Bytes {
        self.held.extend_from_slice(data);
        let mut out = Out::default();
        while let Some(end) = self.event_end().filter(|end| *end <= self.limit) {
            let event = self.held.split_to(end).freeze();
            out.push(self.event(event));
        }
        // The rest is the beginning of an event, or a complete one that is too long.
        if self.held.len() > self.limit {
            self.end();
            out.push(self.error_event());
        }
        out.finish()
    }

    /// Returns the rest at the end of the body. Clients drop an unfinished event. The rules still apply to it, for clients
    /// that do not.
    pub(crate) fn finish(&mut self) -> Bytes {
        self.over = true;
        let rest = self.held.split().freeze();
        self.event(rest)
    }

    /// Returns the position after the blank line that ends the first held event.
    fn event_end(&mut self) -> Option<usize> {
        while let Some(found) = self.held.get(self.seen..).and_then(|rest| memchr2(b'\n', b'\r', rest)) {
            let at = self.seen + found;
            let next = match (self.held.get(at), self.held.get(at + 1)) {
                (Some(b'\r'), Some(b'\n')) => at + 2,
                // This may be half of a line end. Read as a whole one, its other half would be a blank line.
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

    /// Returns one event as it is sent.
    fn event(&mut self, event: Bytes) -> Bytes {
        let first = core::mem::replace(&mut self.fresh, false);
        let text = if first { event.strip_prefix(MARK).unwrap_or(&event) } else { &event };
        let changes = self.rules.changes(text, data, ids);
        let (new_data, new_ids) = match changes {
            Change::None => return self.keep_mark_inside(event, first),
            Change::Withhold => return Bytes::new(),
            Change::Rewrite { data, ids } => (data, ids),
        };
        let mut out = BytesMut::with_capacity(event.len() + 64);
        let (mut new_data, mut new_ids) = (new_data, new_ids.into_iter());
        let keeps_data = new_data.is_none();
        for line in lines(text) {
            match field(line) {
                Some((Field::Data, _)) if !keeps_data => {
                    if let Some(data) = new_data.take() {
                        write_data(&mut out, &data);
                    }
                    continue;
                }
                Some((Field::Id, _)) => match new_ids.next().flatten() {
                    Some(id) => {
                        out.extend_from_slice(b"id: ");
                        out.extend_from_slice(id.as_bytes());
                    }
                    None => continue,
                },
                _ => out.extend_from_slice(line),
            }
            out.extend_from_slice(b"\n");
        }
        self.keep_mark_inside(out.freeze(), false)
    }

    /// Keeps a byte order mark inside the stream from becoming its start, which happens if what was before it is not sent. A client
    /// strips a leading mark, so a line that the rules have read as unknown would become a field of the event. `as_read` is true for
    /// the first event of the stream if it is sent unchanged.
    fn keep_mark_inside(&mut self, out: Bytes, as_read: bool) -> Bytes {
        let is_start = !self.sent && !out.is_empty();
        self.sent |= is_start;
        if !is_start || as_read || !out.starts_with(MARK) {
            return out;
        }
        [b"\n", &*out].concat().into()
    }

    /// Returns the error that replaces an event that is too long.
    fn error_event(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.extend_from_slice(b"\n\n");
        write_data(&mut out, &self.rules.unreadable());
        out.extend_from_slice(b"\n");
        out.freeze()
    }
}

fn write_data(out: &mut BytesMut, text: &str) {
    // JSON may contain line ends between its values. Each line becomes a `data` line.
    for line in text.split(['\n', '\r']) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\n");
    }
}

/// Returns the data of an event.
fn data(event: &[u8]) -> Vec<u8> {
    let values = lines(event).filter_map(|line| field(line).filter(|(field, _)| *field == Field::Data));
    values.map(|(_, value)| value).collect::<Vec<_>>().join(&b'\n')
}

/// Returns the values of all `id` lines of an event.
fn ids(event: &[u8]) -> Vec<&[u8]> {
    let values = lines(event).filter_map(|line| field(line).filter(|(field, _)| *field == Field::Id));
    values.map(|(_, value)| value).collect()
}

/// Returns the lines of an event, without their line ends. The last one is the blank line at its end.
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

/// A field that a rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Data,
    Id,
}

/// Returns the field of a line and its value.
fn field(line: &[u8]) -> Option<(Field, &[u8])> {
    let (field, rest) = if let Some(rest) = line.strip_prefix(b"data") {
        (Field::Data, rest)
    } else {
        (Field::Id, line.strip_prefix(b"id")?)
    };
    match rest.strip_prefix(b":") {
        Some(value) => Some((field, value.strip_prefix(b" ").unwrap_or(value))),
        // A line without a colon is a field without a value.
        None => rest.is_empty().then_some((field, rest)),
    }
}

/// Pieces that are sent together. A single one is not copied.
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
