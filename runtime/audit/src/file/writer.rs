//! The thread that seals lines and writes them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Settings, Sync, beside, open::Target, queue::Queue};
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
    /// When the file was written after it was last forced to the disk.
    unsynced: Option<Instant>,
    head: PathBuf,
}

impl<F: Format> Writer<F> {
    pub(super) fn new(settings: Settings, target: Target, queue: Arc<Queue>, format: Arc<F>) -> Self {
        let head = beside(&settings.path, ".head");
        let Target { file, len, last, first, was_cut: _ } = target;
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
            is_head_old: last.sequence > 0,
            unsynced: None,
            head,
        }
    }

    /// Writes until the sink is closed.
    pub(super) fn run(mut self) {
        let mut lines = Vec::new();
        let mut retry = None;
        loop {
            let wake_at = retry.into_iter().chain(self.sync_at()).min();
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
                let _ = if self.is_torn { self.file.set_len(self.len) } else { self.sync() };
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
        if self.is_head_old {
            self.write_head()?;
        }
        Ok(())
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

    /// Replaces the head, so that a reader sees the old or the new one.
    fn write_head(&mut self) -> io::Result<()> {
        let head = Head::new(self.last, self.settings.keys.current());
        let new = beside(&self.head, ".new");
        fs::write(&new, head.to_text())?;
        fs::rename(&new, &self.head)?;
        self.is_head_old = false;
        Ok(())
    }

    /// Renames the file, and begins another one.
    fn rotate(&mut self) -> io::Result<()> {
        self.sync()?;
        let path = &self.settings.path;
        let renamed = beside(path, &format!(".{:012}", self.first));
        fs::rename(path, &renamed)?;
        match OpenOptions::new().read(true).append(true).create_new(true).open(path) {
            Ok(file) => self.file = file,
            Err(error) => {
                // The open file is the renamed one, and stays in use.
                fs::rename(&renamed, path)?;
                return Err(error);
            }
        }
        (self.len, self.first) = (0, 0);
        self.settings.keep_files.map_or(Ok(()), |count| self.delete_old(count))
    }

    /// Deletes all renamed files but the newest.
    fn delete_old(&self, count: usize) -> io::Result<()> {
        let path = &self.settings.path;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
            return Ok(());
        };
        let folder = if folder.as_os_str().is_empty() { ".".as_ref() } else { folder };
        let mut renamed = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let number = entry.file_name().to_str().and_then(|other| {
                let digits = other.strip_prefix(name)?.strip_prefix('.')?;
                digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok())?
            });
            renamed.extend(number.map(|number| (number, entry.path())));
        }
        renamed.sort_unstable();
        let old = renamed.len().saturating_sub(count);
        renamed.iter().take(old).try_for_each(|(_, path)| fs::remove_file(path))
    }
}
