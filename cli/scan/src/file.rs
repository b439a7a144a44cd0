//! Writes files atomically and reads files up to a maximum size.

use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    process,
};

use crate::Error;

/// Maximum size of a file that is read. Handwritten sources and documents are far smaller; a larger file is data.
pub const MAX_FILE: u64 = 32 << 20;

/// Reads a file, a pipe or a device to its end.
///
/// # Errors
/// Returns an error if the reader fails or gives more than [`MAX_FILE`] bytes. It reads no more than that.
pub fn limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE { Err(too_large()) } else { Ok(bytes) }
}

/// Returns the text of a file, without any change to its bytes.
///
/// # Errors
/// Returns the errors of [`limited`], and an error if the file is not UTF-8.
pub fn text(path: &Path) -> io::Result<String> {
    let bytes = limited(File::open(path)?)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Opens a file of a package. A pipe is rejected, since opening one could block forever.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() { File::open(path) } else { Err(irregular()) }
}

/// Returns the error for a pipe or a device in place of a file.
pub(crate) fn irregular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")
}

/// Returns the error for a file above the maximum size.
pub(crate) fn too_large() -> io::Error {
    let message = format!("it is larger than {} MiB", MAX_FILE >> 20);
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

/// Writes a file through a temporary file beside it, so that no reader sees a partial file. Permissions are kept, and
/// so is a symbolic link to the file. A pipe or a device such as `/dev/stdout` is written to directly.
///
/// # Errors
/// Returns an error if the folder does not exist or is not writable. The old file is then unchanged.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let found = fs::metadata(path);
    if found.as_ref().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let written = File::options().write(true).open(path).and_then(|mut pipe| pipe.write_all(text.as_bytes()));
        return written.map_err(|error| Error::unwritable(path, error));
    }
    let target = if path.is_symlink() { path.canonicalize() } else { Ok(path.to_owned()) };
    let path = &*target.map_err(|error| Error::unwritable(path, error))?;
    let beside = beside(path);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| match found {
            Ok(old) => fs::set_permissions(&beside, old.permissions()),
            // The file does not exist yet.
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // The first error is the one to report.
        let _ = fs::remove_file(&beside);
        Error::unwritable(path, error)
    })
}

/// Writes a file only if its content changes. This keeps its modification time, so that it does not trigger a rebuild.
///
/// # Errors
/// Returns the errors of [`replace`].
pub fn replace_if_changed(path: &Path, text: &str) -> Result<(), Error> {
    match File::open(path).and_then(limited) {
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
    fn reading_ends() {
        let small = limited(&b"abc"[..]).unwrap();
        assert_eq!(small, b"abc");
        let most = limited(io::repeat(b'a').take(MAX_FILE)).unwrap();
        assert_eq!(most.len() as u64, MAX_FILE);
        drop(most);
        let error = limited(io::repeat(b'a')).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::FileTooLarge, "it is larger than 32 MiB")
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"a\xff").unwrap();
        assert_eq!(text(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(text(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn replaces_files_atomically() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        replace(&path, "one").unwrap();
        replace_if_changed(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("no/a.json"), "x").is_err());
        // A file cannot replace a folder, and the temporary file is removed.
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/c"), "").unwrap();
        assert!(replace(&folder.path().join("b"), "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_devices_are_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.json"), folder.path().join("link.json"));
        std::os::unix::fs::symlink("a.json", &link).unwrap();
        assert!(replace(&link, "it leads nowhere").is_err());
        replace(&file, "one").unwrap();
        replace(&link, "two").unwrap();
        assert!(link.is_symlink() && fs::read_to_string(&file).unwrap() == "two");
        replace(Path::new("/dev/null"), "lost").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file(), "it was not replaced");
    }
}
