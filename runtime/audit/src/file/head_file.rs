//! The head on the disk.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{Sync, beside, renamed::folder};
use crate::head::Head;

/// Returns the name of the head of a file.
fn name(path: &Path) -> PathBuf {
    beside(path, ".head")
}

/// Reads what is in the place of the head of a file, if there is something.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(name(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(Head::MAX_LEN as u64 + 1).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// Replaces the head of a file, so that a reader sees the old or the new one, also after a power failure.
pub(super) fn write(path: &Path, head: &Head, sync: Sync) -> io::Result<()> {
    let (name, new) = (name(path), beside(path, ".head.new"));
    let mut file = File::create(&new)?;
    file.write_all(head.to_text().as_bytes())?;
    if sync != Sync::Never {
        file.sync_all()?;
    }
    drop(file);
    fs::rename(&new, &name)?;
    sync_folder(path, sync)
}

/// Forces the names of files to the disk.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path, sync: Sync) -> io::Result<()> {
    if sync == Sync::Never { Ok(()) } else { File::open(folder(path))?.sync_all() }
}

/// Does nothing: only Unix opens folders.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
pub(super) fn sync_folder(path: &Path, _: Sync) -> io::Result<()> {
    let _ = folder(path);
    Ok(())
}
