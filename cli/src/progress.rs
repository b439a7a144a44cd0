//! The progress line on a terminal.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::output::count::counted;

/// Delay before the line appears. Shorter runs need no progress.
const PATIENCE: Duration = Duration::from_secs(1);
/// Interval between updates of the line.
const RATE: Duration = Duration::from_millis(200);
/// Clears the line, so that later output replaces it.
const CLEAR: &str = "\r\x1b[K";

/// Shows the progress on standard error after one second. Writes nothing if standard error is not a terminal.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Number of files that have been processed, or of requests.
    seen: Arc<AtomicUsize>,
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts the display of a lint. Dropping the value removes the line.
    pub(crate) fn start() -> Self {
        Self::of("linting", "file")
    }

    /// Starts the display of something that counts. Dropping the value removes the line.
    pub(crate) fn of(verb: &'static str, noun: &'static str) -> Self {
        let seen = Arc::new(AtomicUsize::new(0));
        // A dumb terminal cannot clear a line.
        let can_clear = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        if !io::stderr().is_terminal() || !can_clear {
            return Self { seen, shown: None };
        }
        let (sender, receiver) = mpsc::channel();
        let counter = seen.clone();
        let start = Instant::now();
        let show = move || {
            let mut wait = PATIENCE;
            while receiver.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = RATE;
                write(&line(verb, noun, counter.load(Ordering::Relaxed), start.elapsed()));
            }
            if wait == RATE {
                write(CLEAR);
            }
        };
        // If the thread does not start, there is no progress line. The work continues.
        let thread = thread::Builder::new().spawn(show).ok();
        Self { seen, shown: thread.map(|thread| (sender, thread)) }
    }

    /// Returns the counter.
    pub(crate) fn counter(&self) -> Arc<AtomicUsize> {
        self.seen.clone()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.shown.take() {
            drop(sender);
            // The thread only writes the line, so its result does not matter.
            let _ = thread.join();
        }
    }
}

fn line(verb: &str, noun: &str, seen: usize, elapsed: Duration) -> String {
    let seen = if seen == 0 { String::new() } else { format!(" {},", counted(seen, noun)) };
    format!("{CLEAR}{verb}:{seen} {} s", elapsed.as_secs())
}

fn write(text: &str) {
    let mut out = io::stderr().lock();
    // There is no place to report a failed write to standard error.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, line};
    use std::time::Duration;

    #[test]
    fn line_names_files_and_seconds() {
        let told = |seen| line("linting", "file", seen, Duration::from_millis(2_900)).replace(CLEAR, "");
        assert_eq!([told(0), told(1), told(20)], ["linting: 2 s", "linting: 1 file, 2 s", "linting: 20 files, 2 s"]);
    }
}
