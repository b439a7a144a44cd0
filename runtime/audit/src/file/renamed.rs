//! The files that rotation has renamed. Each has the number of its first line at the end of its name.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use super::beside;

/// Returns the name of a file whose first line has this number, when it is renamed.
pub(super) fn name(path: &Path, first: u64) -> PathBuf {
    beside(path, &format!(".{first:012}"))
}

/// Returns the renamed files, the oldest first.
pub(super) fn list(path: &Path) -> io::Result<Vec<PathBuf>> {
    let Some(name) = path.file_name() else { return Ok(Vec::new()) };
    let mut renamed = Vec::new();
    for entry in fs::read_dir(folder(path))? {
        let entry = entry?;
        renamed.extend(number(name, &entry.file_name()).map(|number| (number, entry.path())));
    }
    renamed.sort_unstable();
    Ok(renamed.into_iter().map(|(_, path)| path).collect())
}

/// Returns the folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Returns the number at the end of a renamed file's name.
fn number(name: &OsStr, other: &OsStr) -> Option<u64> {
    let digits = other.as_encoded_bytes().strip_prefix(name.as_encoded_bytes())?.strip_prefix(b".")?;
    core::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}
