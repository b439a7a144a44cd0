//! Files that are written whole or not at all.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process,
};

use crate::Error;

/// Writes a file by way of one beside it, so that nobody ever reads half of it. Who may do what with it stays.
///
/// # Errors
/// If the folder does not exist or cannot be written to; the old file is then as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let beside = beside(path);
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| match fs::metadata(path) {
            Ok(old) => fs::set_permissions(&beside, old.permissions()),
            // There is no such file yet.
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // The error that is reported is the first one.
        let _ = fs::remove_file(&beside);
        Error::unwritable(path, error)
    })
}

/// Writes a file only if it says something else, so that its time stays and nothing is built again for it.
///
/// # Errors
/// As [`replace`].
pub fn replace_if_changed(path: &Path, text: &str) -> Result<(), Error> {
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(()),
        _ => replace(path, text),
    }
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.tmp", process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        replace(&path, "one").unwrap();
        replace_if_changed(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("no/a.json"), "x").is_err());
        // A folder cannot be replaced by a file: nothing is left behind.
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/c"), "").unwrap();
        assert!(replace(&folder.path().join("b"), "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
