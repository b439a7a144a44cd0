//! The queue between requests and the thread that writes.

use core::cell::RefCell;
use std::{
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::aggregates::Aggregates;
use crate::{
    event::{Aggregate, Event},
    format::Format,
    sink::{Full, Slot},
};

/// How long the thread waits for more lines after the first one, so that a busy server does not wake it for each.
const GATHER: Duration = Duration::from_millis(10);

/// Lines that wait to be written. Its size is bounded: places of ordinary events, and places that only slots take.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Wakes the thread.
    work: Condvar,
    /// Wakes those who wait for the thread.
    progress: Condvar,
    /// The number of all places.
    capacity: usize,
    /// The number of places that only slots take.
    kept: usize,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact that holds or not, whatever the others say")]
struct State {
    /// Lines with open ends, each followed by a line break.
    lines: Vec<u8>,
    /// The number of these lines.
    fresh: usize,
    /// The number of lines that are not written yet.
    queued: usize,
    /// The number of places that slots hold.
    reserved: usize,
    aggregates: Aggregates,
    /// How often the thread has taken work, and which of it was last written.
    taken: u64,
    done: u64,
    is_waiting: bool,
    is_urgent: bool,
    is_closed: bool,
    has_failed: bool,
}

/// What the thread has to write.
pub(super) struct Work {
    /// The number of lines.
    pub(super) lines: usize,
    pub(super) aggregates: Aggregates,
    pub(super) is_closed: bool,
}

/// A place of the queue.
struct Place {
    queue: Arc<Queue>,
    is_used: AtomicBool,
}

thread_local! {
    /// Lines are formatted outside of the lock.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Queue {
    pub(super) fn new(capacity: usize, kept: usize) -> Self {
        Self { state: Mutex::default(), work: Condvar::new(), progress: Condvar::new(), capacity, kept }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the state as it was between two operations.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an event. Never waits for the disk.
    pub(super) fn record(self: &Arc<Self>, event: &Event<'_>, format: &impl Format) {
        let place = event.slot.and_then(Slot::get::<Place>).filter(|place| Arc::ptr_eq(&place.queue, self));
        let has_place = place.is_some_and(|place| !place.is_used.swap(true, Ordering::AcqRel));
        if !has_place && event.aggregate.is_none() && event.is_anonymous_denial() {
            return self.count(event, Aggregate::Anonymous);
        }
        LINE.with_borrow_mut(|line| {
            line.clear();
            format.open(event, line);
            line.push(b'\n');
            let mut state = self.lock();
            if has_place {
                state.reserved -= 1;
            } else if state.queued + state.reserved.max(self.kept) >= self.capacity {
                state.aggregates.count(event, Aggregate::Overflow);
                return self.wake(state, false);
            }
            state.lines.extend_from_slice(line);
            state.queued += 1;
            state.fresh += 1;
            let is_half_full = state.queued > self.capacity / 2;
            self.wake(state, is_half_full);
        });
    }

    fn count(&self, event: &Event<'_>, kind: Aggregate) {
        let mut state = self.lock();
        state.aggregates.count(event, kind);
        self.wake(state, false);
    }

    /// Wakes the thread, unless it is awake anyway.
    fn wake(&self, mut state: MutexGuard<'_, State>, is_urgent: bool) {
        let wakes = mem::take(&mut state.is_waiting) || (is_urgent && !state.is_urgent);
        state.is_urgent |= is_urgent;
        drop(state);
        if wakes {
            self.work.notify_one();
        }
    }

    /// Reserves a place.
    pub(super) fn reserve(self: &Arc<Self>) -> Result<Slot, Full> {
        let mut state = self.lock();
        if state.has_failed {
            return Err(Full::Write);
        }
        if state.queued + state.reserved >= self.capacity {
            return Err(Full::Queue);
        }
        state.reserved += 1;
        drop(state);
        Ok(Slot::new(Place { queue: Arc::clone(self), is_used: AtomicBool::new(false) }))
    }

    /// Waits for work until `wake_at`, and moves the lines into `lines`, which is empty.
    pub(super) fn take(&self, lines: &mut Vec<u8>, interval: Duration, wake_at: Option<Instant>) -> Work {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let due = state.counts_due(interval);
            let is_due = |time: Option<Instant>| time.is_some_and(|time| time <= now);
            if !state.lines.is_empty() || state.is_urgent || state.is_closed || is_due(due) || is_due(wake_at) {
                break;
            }
            state.is_waiting = true;
            let next = due.into_iter().chain(wake_at).min();
            state = match next {
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(next) => {
                    let left = next.saturating_duration_since(now);
                    self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
            state.is_waiting = false;
        }
        let goes = |state: &mut State| !state.is_urgent && !state.is_closed && !state.lines.is_empty();
        state = self.work.wait_timeout_while(state, GATHER, goes).unwrap_or_else(PoisonError::into_inner).0;
        mem::swap(&mut state.lines, lines);
        // While the file cannot be written, counts are added up here: each set of lines would only lengthen what waits.
        let is_due = state.counts_due(interval).is_some_and(|due| due <= Instant::now());
        let takes = state.is_closed || (!state.has_failed && (state.is_urgent || is_due));
        let aggregates = if takes { mem::take(&mut state.aggregates) } else { Aggregates::default() };
        state.is_urgent = false;
        state.taken += 1;
        Work { lines: mem::take(&mut state.fresh), aggregates, is_closed: state.is_closed }
    }

    /// Says what became of the lines that were taken.
    pub(super) fn report(&self, written: usize, has_failed: bool) {
        let mut state = self.lock();
        state.queued = state.queued.saturating_sub(written);
        state.has_failed = has_failed;
        if !has_failed {
            state.done = state.taken;
        }
        drop(state);
        self.progress.notify_all();
    }

    /// Waits until all events that were recorded so far are written.
    pub(super) fn flush(&self) -> Result<(), Full> {
        let mut state = self.lock();
        let target = state.taken + 1;
        state.is_urgent = true;
        state.is_waiting = false;
        self.work.notify_one();
        while state.done < target {
            if state.has_failed {
                return Err(Full::Write);
            }
            state = self.progress.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Ends the thread when everything is written.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.work.notify_one();
    }
}

impl State {
    /// Returns when the counts are to be written; `None` while nothing can be.
    fn counts_due(&self, interval: Duration) -> Option<Instant> {
        if self.has_failed { None } else { self.aggregates.due(interval) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !*self.is_used.get_mut() {
            self.queue.lock().reserved -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Queue;
    use crate::event::{Aggregate, Decision, Event, Outcome};

    #[test]
    fn adds_up_counts_while_nothing_can_be_written() {
        let queue = Queue::new(4, 0);
        let event = Event::new("tools/call", Decision::Challenge, Outcome::Denied);
        let counts = |wake_at| {
            let (mut lines, mut counts) = (Vec::new(), Vec::new());
            queue.take(&mut lines, Duration::ZERO, wake_at).aggregates.drain(|event| counts.push(event.count));
            counts
        };
        for _ in 0..3 {
            queue.count(&event, Aggregate::Anonymous);
            queue.report(0, true);
            // The thread tries to write again.
            assert_eq!(counts(Some(Instant::now())), [0; 0]);
        }
        queue.report(0, false);
        assert_eq!(counts(None), [3]);
    }
}
