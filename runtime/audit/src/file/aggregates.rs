//! Counts events that are not written one by one.

use std::time::{Duration, Instant, SystemTime};

use crate::event::{Aggregate, Decision, Event, Outcome};

/// The maximum number of different counts. Reasons are ids of the program, so there are few.
const MAX_KINDS: usize = 64;
/// The reason of events that have no count of their own.
const OTHER: &str = "other";

/// Counts of events by kind of aggregate, decision, outcome and reason.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    counts: Vec<Count>,
    since: Option<Instant>,
}

#[derive(Debug)]
struct Count {
    kind: Aggregate,
    decision: Decision,
    outcome: Outcome,
    reason: Option<Box<str>>,
    number: u64,
    first: SystemTime,
    last: SystemTime,
}

impl Aggregates {
    /// Counts an event.
    pub(super) fn count(&mut self, event: &Event<'_>, kind: Aggregate) {
        self.since.get_or_insert_with(Instant::now);
        let mut reason = event.reason;
        if let Some(count) = self.find(event, kind, reason) {
            return count.add(event);
        }
        if self.counts.len() >= MAX_KINDS {
            reason = Some(OTHER);
            if let Some(count) = self.find(event, kind, reason) {
                return count.add(event);
            }
        }
        let (first, last) = (event.time, event.time);
        let reason = reason.map(Into::into);
        self.counts.push(Count {
            kind,
            decision: event.decision,
            outcome: event.outcome,
            reason,
            number: event.count,
            first,
            last,
        });
    }

    fn find(&mut self, event: &Event<'_>, kind: Aggregate, reason: Option<&str>) -> Option<&mut Count> {
        self.counts.iter_mut().find(|count| {
            (count.kind, count.decision, count.outcome) == (kind, event.decision, event.outcome)
                && count.reason.as_deref() == reason
        })
    }

    /// Returns when the counts are due.
    pub(super) fn due(&self, interval: Duration) -> Option<Instant> {
        self.since.and_then(|since| since.checked_add(interval))
    }

    /// Calls a function with an event for each count.
    pub(super) fn drain(self, mut write: impl FnMut(&Event<'_>)) {
        for count in self.counts {
            let mut event = Event::new("requests", count.decision, count.outcome);
            event.time = count.first;
            event.duration = count.last.duration_since(count.first).unwrap_or_default();
            event.reason = count.reason.as_deref();
            event.aggregate = Some(count.kind);
            event.count = count.number;
            write(&event);
        }
    }
}

impl Count {
    fn add(&mut self, event: &Event<'_>) {
        self.number = self.number.saturating_add(event.count);
        self.last = self.last.max(event.time);
    }
}
