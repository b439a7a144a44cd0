//! The files that are changed and added.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use mcp_scopes_scan::{Edit, file};
use similar::TextDiff;

use super::failure::Failure;
use crate::fix::apply;

/// The files that change, each with its old and new text. A new file has no old text.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<Arc<str>, Change>);

#[derive(Debug)]
struct Change {
    old: Option<String>,
    new: String,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the new text of each file that changes.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&Arc<str>, &str)> {
        self.0.iter().map(|(file, change)| (file, change.new.as_str()))
    }

    /// Returns the text of a file as it will be.
    pub(super) fn text(&self, file: &str) -> Option<String> {
        self.0.get(file).map(|change| change.new.clone()).or_else(|| file::text(Path::new(file)).ok())
    }

    /// Adds a file, or replaces the text of one.
    pub(super) fn write(&mut self, file: &Arc<str>, new: String) {
        let old = file::text(Path::new(&**file)).ok();
        if old.as_ref() != Some(&new) {
            self.0.entry(file.clone()).or_insert(Change { old, new: String::new() }).new = new;
        }
    }

    /// Edits a source file. `seen` is the text that the edits refer to.
    pub(super) fn edit(&mut self, file: &Arc<str>, seen: &str, edits: Vec<Edit>) -> Result<(), Failure> {
        let unusable =
            || Failure::new(format!("`{file}` changed while it was read")).help("try again; nothing was changed");
        let old = file::text(Path::new(&**file)).map_err(|_| unusable())?;
        // The line ends of the file are kept.
        let edits = if old.contains("\r\n") {
            edits.into_iter().map(|edit| Edit { text: edit.text.replace('\n', "\r\n"), ..edit }).collect()
        } else {
            edits
        };
        let new = apply(&old, seen, edits).ok_or_else(unusable)?;
        if new != old {
            self.0.insert(file.clone(), Change { old: Some(old), new });
        }
        Ok(())
    }

    /// Returns the changes as a unified diff. Of a long new file only the beginning is shown.
    pub(super) fn diff(&self) -> String {
        let mut text = String::new();
        for (file, change) in &self.0 {
            let lines = change.new.lines().count();
            let (from, shown) = match &change.old {
                Some(_) => (&**file, change.new.clone()),
                None if lines > LONG => ("/dev/null", first_lines(&change.new)),
                None => ("/dev/null", change.new.clone()),
            };
            let old = change.old.as_deref().unwrap_or_default();
            let diff = TextDiff::from_lines(old, &shown);
            text.push_str(&diff.unified_diff().context_radius(2).header(from, file).to_string());
            if change.old.is_none() && lines > LONG {
                text.extend([format!("({} more lines)\n", lines - SHOWN)]);
            }
        }
        text
    }

    /// Writes all files, or none of them. Each is below one of the roots, without a link between them.
    pub(super) fn save(&self, roots: &[PathBuf]) -> Result<(), Failure> {
        for (file, change) in &self.0 {
            change.check(file, roots)?;
        }
        let mut written = Written::default();
        for (file, change) in &self.0 {
            written.stage(Path::new(&**file), change)?;
        }
        written.commit()
    }
}

impl Change {
    /// Returns an error if the file cannot be written.
    fn check(&self, file: &str, roots: &[PathBuf]) -> Result<(), Failure> {
        let path = Path::new(file);
        let reject = |why: &str, help: &str| {
            Err(Failure::new(format!("`{file}` {why}; nothing was written")).help(help.to_owned()))
        };
        if path.is_symlink() {
            return reject("is a symbolic link", "run the command in the folder that the link leads to");
        }
        let absolute = plain(&super::absolute(path));
        let Some((root, inside)) = roots.iter().find_map(|root| Some((root, absolute.strip_prefix(root).ok()?))) else {
            return reject(
                "is outside of the package and its workspace",
                "run the command in the folder that holds both",
            );
        };
        let folders = inside.ancestors().skip(1).map(|folder| root.join(folder));
        if folders.filter(|folder| folder != root).any(|folder| folder.is_symlink()) {
            return reject("is below a symbolic link", "run the command in the folder that the link leads to");
        }
        if self.old.is_none() && path.exists() {
            return reject("exists and is not a text in UTF-8", "convert it, or move it away");
        }
        if std::fs::metadata(path).is_ok_and(|found| found.permissions().readonly()) {
            return reject("is read-only", "make it writable");
        }
        if file::text(path).ok() != self.old {
            return reject("has changed", "try again");
        }
        Ok(())
    }
}

/// The temporary files with the new texts. What is not committed is undone when it is dropped.
#[derive(Debug, Default)]
struct Written {
    staged: Vec<Staged>,
    /// The folders that were created, the outer ones first.
    folders: Vec<PathBuf>,
    is_committed: bool,
}

#[derive(Debug)]
struct Staged {
    path: PathBuf,
    old: Option<String>,
    /// The file with the new text, until it is renamed.
    beside: Option<PathBuf>,
}

impl Written {
    /// Writes the new text beside the file.
    fn stage(&mut self, path: &Path, change: &Change) -> Result<(), Failure> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        while let Some(next) = missing.pop() {
            std::fs::create_dir(&next).map_err(|error| unwritable(&next, &error))?;
            self.folders.push(next);
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let mut file = File::create_new(&beside).map_err(|error| unwritable(path, &error))?;
        self.staged.push(Staged { path: path.to_owned(), old: change.old.clone(), beside: Some(beside.clone()) });
        let written = file.write_all(change.new.as_bytes()).and_then(|()| file.sync_all());
        let kept = std::fs::metadata(path).map(|old| old.permissions());
        let written = written.and_then(|()| match kept {
            Ok(permissions) => std::fs::set_permissions(&beside, permissions),
            // The file does not exist yet.
            Err(_) => Ok(()),
        });
        written.map_err(|error| unwritable(path, &error))
    }

    /// Renames the files. If one cannot be renamed, those before it get their old texts again.
    fn commit(mut self) -> Result<(), Failure> {
        for staged in &mut self.staged {
            let Some(beside) = &staged.beside else { continue };
            std::fs::rename(beside, &staged.path).map_err(|error| unwritable(&staged.path, &error))?;
            staged.beside = None;
        }
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if self.is_committed {
            return;
        }
        // The first error is the one to report.
        for staged in self.staged.iter().rev() {
            let _ = match (&staged.beside, &staged.old) {
                (Some(beside), _) => std::fs::remove_file(beside),
                (None, Some(old)) => file::replace(&staged.path, old).map_err(std::io::Error::other),
                (None, None) => std::fs::remove_file(&staged.path),
            };
        }
        for folder in self.folders.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot write `{}`: {error}; nothing was written", path.display()))
}

/// Returns an absolute path without `.` and `x/..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// The number of lines above which a new file is not shown as a whole.
const LONG: usize = 60;
/// The number of lines that are shown of it.
const SHOWN: usize = 12;

fn first_lines(text: &str) -> String {
    text.split_inclusive('\n').take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{Change, Written};

    #[test]
    fn restores_what_was_written_if_a_file_cannot_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "old").unwrap();
        // A file cannot replace a folder that has files.
        fs::create_dir_all(path("c/d")).unwrap();
        let mut written = Written::default();
        for (name, old) in [("a", Some("old")), ("new/b", None), ("c", None)] {
            let change = Change { old: old.map(str::to_owned), new: "new".to_owned() };
            written.stage(&path(name), &change).unwrap();
        }
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "old");
        assert!(written.commit().is_err());
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = entries.collect();
            names.sort();
            names
        };
        assert_eq!(
            (names(folder.path()), names(&path("c"))),
            (vec!["a".to_owned(), "c".to_owned()], vec!["d".to_owned()])
        );
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "old");
    }
}
