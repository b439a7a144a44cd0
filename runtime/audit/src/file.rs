//! [`FileSink`]: writes chained lines to a file that is rotated by size.
//!
//! | module | holds |
//! |---|---|
//! | `aggregates` | counts of events that are not written one by one |
//! | `queue` | lines between requests and the thread that writes, and reserved places |
//! | `open` | continues the chain of a file that exists, or begins one |
//! | `ends` | the first and the last line of a file |
//! | `head_file` | reads and replaces the head |
//! | `renamed` | the files that rotation has renamed |
//! | `lock` | keeps a second process from writing |
//! | `writer` | the thread: seals lines, writes, rotates, keeps the head |

mod aggregates;
mod ends;
mod head_file;
mod lock;
mod open;
mod queue;
mod renamed;
mod writer;

use core::{fmt, time::Duration};
use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use mcp_scopes_model::Risk;

pub use self::open::OpenError;
use self::{queue::Queue, writer::Writer};
use crate::{
    event::{Decision, Event, Outcome},
    format::Format,
    keys::Keys,
    sink::{AuditSink, Full, Slot},
};

/// Writes events to a file, each line chained to the one before.
///
/// A request puts its line into a bounded queue; one thread writes. Denials of callers without a token are counted by reason, and each count
/// is one line per interval. When the queue is full, other events are counted too, and calls at or above
/// [`reserve_from`](FileSinkBuilder::reserve_from) are refused. Dropping the sink writes what is left.
///
/// One process writes to a file. Beside it are the head and, on Unix, what locks the file: the same name with `.head` and `.lock` at its end.
/// The head is there before the first line. A file without its head, and a head without its file, are an error of
/// [`open`](FileSinkBuilder::open).
pub struct FileSink<F> {
    format: Arc<F>,
    queue: Arc<Queue>,
    reserve_from: Risk,
    thread: Option<JoinHandle<()>>,
}

impl<F: Format> FileSink<F> {
    /// Starts the settings of a sink that writes to this file.
    pub fn builder(path: impl Into<PathBuf>, keys: Keys, format: F) -> FileSinkBuilder<F> {
        FileSinkBuilder {
            format,
            settings: Settings {
                path: path.into(),
                keys,
                max_size: 64 << 20,
                keep_files: None,
                sync: Sync::Every(Duration::from_secs(1)),
                interval: Duration::from_secs(10),
                on_error: Box::new(|_| {}),
            },
            capacity: 8192,
            reserved: 1024,
            reserve_from: Risk::High,
        }
    }

    /// Waits until all events that were recorded so far are written, counts included. The head follows when they are forced to the disk
    /// ([`FileSinkBuilder::sync`]).
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&self) -> Result<(), Full> {
        self.queue.flush()
    }
}

impl<F: Format> AuditSink for FileSink<F> {
    fn record(&self, event: &Event<'_>) {
        self.queue.record(event, &*self.format);
    }

    fn reserve(&self, risk: Risk) -> Result<Slot, Full> {
        if risk < self.reserve_from { Ok(Slot::none()) } else { self.queue.reserve() }
    }
}

impl<F> Drop for FileSink<F> {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to write.
            let _ = thread.join();
        }
    }
}

impl<F> fmt::Debug for FileSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSink").field("reserve_from", &self.reserve_from).finish_non_exhaustive()
    }
}

/// The settings of a [`FileSink`].
#[must_use = "nothing is written before `open`"]
pub struct FileSinkBuilder<F> {
    format: F,
    settings: Settings,
    capacity: usize,
    reserved: usize,
    reserve_from: Risk,
}

/// The settings of the thread.
struct Settings {
    path: PathBuf,
    keys: Keys,
    max_size: u64,
    keep_files: Option<usize>,
    sync: Sync,
    interval: Duration,
    on_error: Box<dyn Fn(&io::Error) + Send>,
}

/// When written lines are forced to the disk. Lines that are not survive the end of the process, but not that of the machine. The head is
/// written after that, so it states no line that a power failure could remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// When the operating system decides. The head is then written after each write, and may be newer than the file after a power failure:
    /// the next start reports that lines are missing.
    Never,
    /// After this time.
    Every(Duration),
    /// After each write, which may have several lines.
    EachWrite,
}

impl<F: Format> FileSinkBuilder<F> {
    /// Sets the size in bytes at which the file is renamed and a new one begins: about, since lines are written together. The renamed file
    /// has the number of its first line at its end, such as `audit.jsonl.000000004711`. Default: 64 MiB.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.settings.max_size = bytes;
        self
    }

    /// Sets how many renamed files are kept; older ones are deleted when the head states a line of the new file. Default: all.
    pub fn keep_files(mut self, count: usize) -> Self {
        self.settings.keep_files = Some(count);
        self
    }

    /// Sets when lines are forced to the disk. Default: after one second.
    pub fn sync(mut self, sync: Sync) -> Self {
        self.settings.sync = sync;
        self
    }

    /// Sets how often counts of events are written. Default: every 10 seconds.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.interval = interval;
        self
    }

    /// Sets the number of places in the queue, and how many of them only calls with a slot take. Default: 8192, and 1024.
    pub fn queue(mut self, places: usize, reserved: usize) -> Self {
        (self.capacity, self.reserved) = (places, reserved);
        self
    }

    /// Sets the lowest risk whose calls run only if their event has a place. Default: high.
    pub fn reserve_from(mut self, risk: Risk) -> Self {
        self.reserve_from = risk;
        self
    }

    /// Sets what is called when the file cannot be written. The thread tries again after a second; until then the calls that need a slot
    /// are refused.
    pub fn on_error(mut self, report: impl Fn(&io::Error) + Send + 'static) -> Self {
        self.settings.on_error = Box::new(report);
        self
    }

    /// Opens the file, or creates it, and starts the thread.
    ///
    /// # Errors
    /// The file cannot be opened, another process writes to it (on Unix), or its chain cannot be continued: it was cut off or emptied, its head
    /// is missing or was not written with one of the keys, or only renamed files are left. Where neither file, head nor renamed files exist,
    /// a chain begins.
    pub fn open(self) -> Result<FileSink<F>, OpenError> {
        let Self { format, settings, capacity, reserved, reserve_from } = self;
        let queue = Arc::new(Queue::new(capacity, reserved));
        let target = open::open(&settings.path, &settings.keys, settings.sync)?;
        let was_cut = target.was_cut;
        let format = Arc::new(format);
        let writer = Writer::new(settings, target, Arc::clone(&queue), Arc::clone(&format));
        let thread = thread::Builder::new().name("mcp-scopes-audit".to_owned()).spawn(move || writer.run())?;
        let sink = FileSink { format, queue, reserve_from, thread: Some(thread) };
        if was_cut {
            let mut event = Event::new("audit/recovered", Decision::Allow, Outcome::Abandoned);
            event.reason = Some("incomplete_line");
            sink.record(&event);
        }
        Ok(sink)
    }
}

impl<F: fmt::Debug> fmt::Debug for FileSinkBuilder<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSinkBuilder").field("format", &self.format).finish_non_exhaustive()
    }
}

/// Returns a path with something added to its name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}
