//! Walks the files below a path in parallel and reads each once.

use std::{
    fs::File,
    io::{ErrorKind as Io, Read as _},
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::{
    Error, ErrorKind,
    file::{self, MAX_FILE},
    prefilter::{Marks, Prefilter},
};

/// The files below a path.
#[derive(Debug, Default)]
pub struct Walked {
    /// The Rust files and their marks, in byte order of their paths. A comparison by path components would take ten
    /// times as long.
    pub files: Vec<(PathBuf, Marks)>,
    /// The `Cargo.toml`s, sorted.
    pub manifests: Vec<PathBuf>,
    /// The paths that could not be read, where known, and the reasons.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Walked {
    /// Returns the Rust files below a folder.
    pub fn below<'w>(&'w self, folder: &'w Path) -> impl Iterator<Item = &'w (PathBuf, Marks)> {
        let bytes = folder.as_os_str().as_encoded_bytes();
        let start = self.files.partition_point(|(file, _)| file.as_os_str().as_encoded_bytes() < bytes);
        let near = self.files.iter().skip(start);
        // Files of a folder with a longer name that begins the same can be in between.
        near.take_while(move |(file, _)| file.as_os_str().as_encoded_bytes().starts_with(bytes))
            .filter(move |(file, _)| file.starts_with(folder))
    }
}

enum Seen {
    Rust(PathBuf, Marks),
    Manifest(PathBuf),
    Unreadable(PathBuf, String),
}

/// Finds the Rust files and manifests below `root`.
///
/// Hidden files, `target` folders of packages and the files that `.gitignore` names are left out. An ignored root, such
/// as an unpacked package below `target`, is still walked.
///
/// # Errors
/// Returns an error if `root` does not exist.
pub fn walk(root: &Path) -> Result<Walked, Error> {
    walk_counting(root, &AtomicUsize::new(0))
}

/// Walks like [`walk`], and counts the files and folders that it has seen.
pub(crate) fn walk_counting(root: &Path, seen: &AtomicUsize) -> Result<Walked, Error> {
    if let Err(error) = std::fs::metadata(root) {
        let message = format!("cannot scan `{}`: {error}", root.display());
        let help = "give the folder of a package or of a workspace";
        return Err(Error::new(ErrorKind::Unreadable, message).help(help).because(error));
    }
    let walked = pass(root, true, seen);
    if walked.manifests.is_empty() && walked.files.is_empty() { Ok(pass(root, false, seen)) } else { Ok(walked) }
}

fn pass(root: &Path, parents: bool, count: &AtomicUsize) -> Walked {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(12);
    let crew = WalkBuilder::new(root)
        .parents(parents)
        // An unpacked archive has a `.gitignore` but no repository.
        .require_git(false)
        // Cargo does not use `.ignore` files, and a look-up in each folder is slow.
        .ignore(false)
        .threads(threads)
        .filter_entry(|entry| entry.depth() == 0 || !is_target(entry))
        .build_parallel();
    let (sender, receiver) = mpsc::channel();
    crew.run(|| {
        let sender = sender.clone();
        let prefilter = Prefilter::default();
        let mut buffer = Vec::new();
        Box::new(move |entry| {
            count.fetch_add(1, Ordering::Relaxed);
            let seen = match entry {
                Ok(entry) => look(&entry, &prefilter, &mut buffer),
                Err(error) => Some(unreadable(&error)),
            };
            match seen.map(|seen| sender.send(seen)) {
                Some(Err(_)) => WalkState::Quit,
                _ => WalkState::Continue,
            }
        })
    });
    drop(sender);
    let mut walked = Walked::default();
    for seen in receiver {
        match seen {
            Seen::Rust(path, marks) => walked.files.push((path, marks)),
            Seen::Manifest(path) => walked.manifests.push(path),
            Seen::Unreadable(path, why) => walked.unreadable.push((path, why)),
        }
    }
    walked.files.sort_unstable_by(|(a, _), (b, _)| a.as_os_str().cmp(b.as_os_str()));
    walked.manifests.sort();
    walked.unreadable.sort();
    walked
}

/// Returns whether this is the build folder of a package: a folder `target` beside a manifest, or tagged as a cache.
fn is_target(entry: &DirEntry) -> bool {
    if entry.file_name() != "target" || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return false;
    }
    let beside = entry.path().with_file_name("Cargo.toml");
    beside.is_file() || entry.path().join("CACHEDIR.TAG").is_file()
}

fn look(entry: &DirEntry, prefilter: &Prefilter, buffer: &mut Vec<u8>) -> Option<Seen> {
    let path = entry.path();
    let kind = entry.file_type()?;
    let is_manifest = entry.file_name() == "Cargo.toml";
    let is_rust = entry.file_name().as_encoded_bytes().ends_with(b".rs");
    if kind.is_dir() || !is_manifest && !is_rust {
        return None;
    }
    // A linked file can be declared as a module. A linked folder is walked at its target.
    if !kind.is_file() {
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() => {}
            Ok(found) if found.is_dir() => return None,
            Ok(_) => return Some(Seen::Unreadable(path.to_owned(), file::irregular().to_string())),
            Err(error) => return Some(Seen::Unreadable(path.to_owned(), error.to_string())),
        }
    }
    if is_manifest {
        return Some(Seen::Manifest(path.to_owned()));
    }
    Some(match marks(path, prefilter, buffer) {
        Ok(marks) => Seen::Rust(path.to_owned(), marks),
        Err(error) => Seen::Unreadable(path.to_owned(), error.to_string()),
    })
}

/// Returns the marks of a file.
pub(crate) fn marks(path: &Path, prefilter: &Prefilter, buffer: &mut Vec<u8>) -> std::io::Result<Marks> {
    let mut file = File::open(path)?;
    let mut filled = 0;
    loop {
        if buffer.len() as u64 > MAX_FILE && filled == buffer.len() {
            // The rest of the file is unknown, so no marks are returned.
            return Err(file::too_large());
        }
        if filled == buffer.len() {
            // The buffer fits most files, since each further system call costs as much as a search through its bytes.
            buffer.resize((filled * 4).clamp(FIRST_READ, ROOM), 0);
        }
        match file.read(buffer.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => return Ok(prefilter.marks(buffer.get(..filled).unwrap_or_default())),
            Ok(read) => filled += read,
            Err(error) if error.kind() == Io::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Size of the first read, until a larger file is met.
const FIRST_READ: usize = 128 << 10;
/// One byte above the maximum size.
#[expect(clippy::cast_possible_truncation, reason = "it fits")]
const ROOM: usize = MAX_FILE as usize + 1;

fn unreadable(error: &ignore::Error) -> Seen {
    fn path_of(error: &ignore::Error) -> Option<&Path> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => path_of(err),
            ignore::Error::Loop { child, .. } => Some(child),
            _ => None,
        }
    }
    Seen::Unreadable(path_of(error).unwrap_or(Path::new("")).to_owned(), error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(walked: &Walked, root: &Path) -> Vec<String> {
        walked.files.iter().map(|(path, _)| path.strip_prefix(root).unwrap().display().to_string()).collect()
    }

    #[test]
    fn build_folders_hidden_files_and_ignored_ones_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in [
            "src/lib.rs",
            "src/target/mod.rs",
            "target/debug/x.rs",
            "generated/x.rs",
            ".cache/x.rs",
            "target/package/a-0.1.0/Cargo.toml",
            "target/package/a-0.1.0/src/lib.rs",
        ] {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "").unwrap();
        }
        fs::write(root.join("Cargo.toml"), "").unwrap();
        fs::write(root.join(".gitignore"), "/generated\n/target\n").unwrap();
        let walked = walk(root).unwrap();
        assert_eq!(names(&walked, root), ["src/lib.rs", "src/target/mod.rs"]);
        assert_eq!(walked.manifests, [root.join("Cargo.toml")]);
        // The package that `cargo package` unpacks is ignored as a whole, but its build script still scans it.
        let unpacked = root.join("target/package/a-0.1.0");
        assert_eq!(names(&walk(&unpacked).unwrap(), &unpacked), ["src/lib.rs"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
        fs::write(folder.path().join("a.rs"), "").unwrap();
        assert_eq!(names(&walk(folder.path()).unwrap(), folder.path()), ["a.rs"]);
    }

    #[test]
    fn a_missing_root_is_an_error() {
        let error = walk(Path::new("no/such/folder")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        assert!(error.to_string().contains("`no/such/folder`"), "{error}");
    }
}
