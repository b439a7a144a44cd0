//! The thread that seals lines and writes them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Settings, Sync, head_file, lock::Lock, open::Target, queue::Queue, renamed};
use crate::{chain::Link, format::Format, head::Head};

/// How long the thread waits after a failed write.
const RETRY: Duration = Duration::from_secs(1);

/// The state of the thread.
pub(super) struct Writer<F> {
    settings: Settings,
    queue: Arc<Queue>,
    format: Arc<F>,
    file: File,
    /// The length of the file, without what a failed write left.
    len: u64,
    /// The number of the first line in the file; 0 if it is empty.
    first: u64,
    /// The last line that was sealed.
    last: Link,
    /// Sealed lines that are not written yet, and how many of them take a place in the queue.
    sealed: Vec<u8>,
    places: usize,
    /// Whether a failed write may have left a part of `sealed`.
    is_torn: bool,
    /// Whether the head is older than the file.
    is_head_old: bool,
    /// Whether the file before was renamed, and the head does not state a line of this one.
    is_rotated: bool,
    /// When the file was written after it was last forced to the disk.
    unsynced: Option<Instant>,
    _lock: Lock,
}

impl<F: Format> Writer<F> {
    pub(super) fn new(settings: Settings, target: Target, queue: Arc<Queue>, format: Arc<F>) -> Self {
        let Target { lock, file, len, last, first, is_head_old, was_cut: _ } = target;
        Self {
            settings,
            queue,
            format,
            file,
            len,
            first,
            last,
            sealed: Vec::new(),
            places: 0,
            is_torn: false,
            is_head_old,
            is_rotated: false,
            // The process before may have ended before it forced them.
            unsynced: is_head_old.then(Instant::now),
            _lock: lock,
        }
    }

    /// Writes until the sink is closed.
    pub(super) fn run(mut self) {
        let mut lines = Vec::new();
        let mut retry = None;
        loop {
            // After a failure, the time of the next sync may have passed already.
            let wake_at = retry.or_else(|| self.sync_at());
            let work = self.queue.take(&mut lines, self.settings.interval, wake_at);
            self.places += work.lines;
            work.aggregates.drain(|event| {
                self.format.open(event, &mut lines);
                lines.push(b'\n');
            });
            let written = self.write(&lines);
            lines.clear();
            match &written {
                Ok(()) => retry = None,
                Err(error) => {
                    if retry.is_none() {
                        (self.settings.on_error)(error);
                    }
                    retry = Instant::now().checked_add(RETRY);
                }
            }
            let places = if written.is_ok() { core::mem::take(&mut self.places) } else { 0 };
            self.queue.report(places, written.is_err());
            if work.is_closed {
                // What cannot be written now is lost with the process.
                let _ = if self.is_torn { self.file.set_len(self.len) } else { self.finish() };
                return;
            }
        }
    }

    /// Seals lines, and writes what is sealed.
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if !lines.is_empty() && self.sealed.is_empty() && self.len >= self.settings.max_size {
            // A file that cannot be renamed is continued.
            self.rotate().unwrap_or_else(|error| (self.settings.on_error)(&error));
        }
        for body in lines.split(|byte| *byte == b'\n').filter(|body| !body.is_empty()) {
            let is_first = self.first == 0;
            self.last.seal(self.settings.keys.current(), is_first, body, &mut self.sealed);
            if is_first {
                self.first = self.last.sequence;
            }
        }
        if !self.sealed.is_empty() {
            if self.is_torn {
                // A line must not remain in part.
                self.file.set_len(self.len)?;
            }
            self.is_torn = true;
            self.file.write_all(&self.sealed)?;
            self.is_torn = false;
            self.len += self.sealed.len() as u64;
            self.sealed.clear();
            self.is_head_old = true;
            self.unsynced.get_or_insert_with(Instant::now);
        }
        if self.settings.sync == Sync::EachWrite || self.sync_at().is_some_and(|time| time <= Instant::now()) {
            self.sync()?;
        }
        // The head states only what survives the end of the machine: a head that is newer than the file says that lines were cut off.
        if self.settings.sync == Sync::Never || self.unsynced.is_none() {
            self.write_head()?;
        }
        Ok(())
    }

    /// Forces what is written to the disk, and states it in the head.
    fn finish(&mut self) -> io::Result<()> {
        self.sync()?;
        self.write_head()
    }

    fn sync_at(&self) -> Option<Instant> {
        let Sync::Every(time) = self.settings.sync else { return None };
        self.unsynced?.checked_add(time)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.unsynced.is_some() && self.settings.sync != Sync::Never {
            self.file.sync_data()?;
        }
        self.unsynced = None;
        Ok(())
    }

    /// Writes the head, if it is old. All sealed lines are written.
    fn write_head(&mut self) -> io::Result<()> {
        if !self.is_head_old {
            return Ok(());
        }
        let head = Head::new(self.last, self.settings.keys.current());
        head_file::write(&self.settings.path, &head, self.settings.sync)?;
        self.is_head_old = false;
        if core::mem::take(&mut self.is_rotated)
            && let Some(count) = self.settings.keep_files
        {
            self.delete_old(count).unwrap_or_else(|error| (self.settings.on_error)(&error));
        }
        Ok(())
    }

    /// Renames the file, and begins another one.
    fn rotate(&mut self) -> io::Result<()> {
        // A start that finds the new file empty compares the head with the renamed one.
        self.finish()?;
        let path = &self.settings.path;
        let renamed = renamed::name(path, self.first);
        if renamed.try_exists()? {
            // On Unix the file of that name would be replaced.
            let text = format!("`{}` exists; move it to another folder", renamed.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        fs::rename(path, &renamed)?;
        match OpenOptions::new().read(true).append(true).create_new(true).open(path) {
            Ok(file) => self.file = file,
            Err(error) => {
                // The open file is the renamed one, and stays in use.
                fs::rename(&renamed, path)?;
                return Err(error);
            }
        }
        (self.len, self.first, self.is_rotated) = (0, 0, true);
        head_file::sync_folder(path, self.settings.sync)
    }

    /// Deletes all renamed files but the newest. This waits until the head states a line of the new file: until then, only the renamed one
    /// shows that no line is missing.
    fn delete_old(&self, count: usize) -> io::Result<()> {
        let renamed = renamed::list(&self.settings.path)?;
        let old = renamed.len().saturating_sub(count);
        renamed.iter().take(old).try_for_each(fs::remove_file)
    }
}
