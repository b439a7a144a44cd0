//! Keeps a second process from writing to the same file. Both would continue from the same line, and the chain could not be verified.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use super::beside;

/// The lock of a file. The system releases it when the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing the file is not enough: a process that is being started has a copy of it until its program runs.
    fn drop(&mut self) {
        release(&self.file);
    }
}

impl Lock {
    /// Locks a file; `None` if another sink holds it. The lock is on a file beside it, since the file is renamed by rotation.
    pub(super) fn take(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().append(true).create(true).open(beside(path, ".lock"))?;
        Ok(is_taken(&file)?.then_some(Self { file }))
    }
}

#[cfg(unix)]
fn is_taken(file: &File) -> io::Result<bool> {
    use rustix::{
        fs::{FlockOperation, flock},
        io::Errno,
    };

    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(unix)]
fn release(file: &File) {
    // The system releases it later.
    let _ = rustix::fs::flock(file, rustix::fs::FlockOperation::Unlock);
}

// The standard library locks files from Rust 1.89 on.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "a lock can fail on other systems")]
const fn is_taken(_: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(not(unix))]
const fn release(_: &File) {}

#[cfg(all(test, unix))]
mod tests {
    use super::Lock;

    #[test]
    fn is_released_although_a_copy_of_the_file_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let lock = Lock::take(&path).unwrap().unwrap();
        let _copy = lock.file.try_clone().unwrap();
        assert!(Lock::take(&path).unwrap().is_none());
        drop(lock);
        assert!(Lock::take(&path).unwrap().is_some());
    }
}
