//! A line on the terminal while somebody waits.

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

/// Nobody needs to be told of what ends sooner.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written anew.
const RATE: Duration = Duration::from_millis(200);
/// Clears the line; what is said afterwards stands as if nothing had been there.
const CLEAR: &str = "\r\x1b[K";

/// Says on standard error how far the work is, once it takes longer than a second. Only people are told: if standard error is
/// no terminal, nothing is written.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// How many files have been looked at.
    seen: Arc<AtomicUsize>,
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to wait. The line is gone when this is dropped.
    pub(crate) fn start() -> Self {
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
                write(&line(counter.load(Ordering::Relaxed), start.elapsed()));
            }
            if wait == RATE {
                write(CLEAR);
            }
        };
        // Without a thread there is no line, and the work is done all the same.
        let thread = thread::Builder::new().spawn(show).ok();
        Self { seen, shown: thread.map(|thread| (sender, thread)) }
    }

    /// What counts the files that have been looked at.
    pub(crate) fn counter(&self) -> Arc<AtomicUsize> {
        self.seen.clone()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.shown.take() {
            drop(sender);
            // It does nothing but write a line.
            let _ = thread.join();
        }
    }
}

fn line(seen: usize, elapsed: Duration) -> String {
    let files = match seen {
        0 => String::new(),
        1 => " 1 file,".to_owned(),
        some => format!(" {some} files,"),
    };
    format!("{CLEAR}linting:{files} {} s", elapsed.as_secs())
}

fn write(text: &str) {
    let mut out = io::stderr().lock();
    // There is nobody left to tell that nobody looks.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, line};
    use std::time::Duration;

    #[test]
    fn what_is_told() {
        let told = |seen| line(seen, Duration::from_millis(2_900)).replace(CLEAR, "");
        assert_eq!([told(0), told(1), told(20)], ["linting: 2 s", "linting: 1 file, 2 s", "linting: 20 files, 2 s"]);
    }
}
