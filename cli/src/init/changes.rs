//! The files that are changed and added.

use std::{collections::BTreeMap, path::Path, sync::Arc};

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

    /// Writes the files. Writes none if one is a link, is read-only or has changed.
    pub(super) fn save(&self) -> Result<(), Failure> {
        for (file, change) in &self.0 {
            let path = Path::new(&**file);
            let reject = |why: &str, help: &str| {
                Err(Failure::new(format!("`{file}` {why}; nothing was written")).help(help.to_owned()))
            };
            if path.is_symlink() {
                return reject("is a symbolic link", "run the command in the folder that the link leads to");
            }
            if change.old.is_none() && path.exists() {
                return reject("exists and is not a text in UTF-8", "convert it, or move it away");
            }
            if std::fs::metadata(path).is_ok_and(|found| found.permissions().readonly()) {
                return reject("is read-only", "make it writable");
            }
            if file::text(path).ok() != change.old {
                return reject("has changed", "try again");
            }
        }
        for (file, change) in &self.0 {
            let path = Path::new(&**file);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)
                    .map_err(|error| Failure::new(format!("cannot create `{}`: {error}", folder.display())))?;
            }
            file::replace(path, &change.new)?;
        }
        Ok(())
    }
}

/// The number of lines above which a new file is not shown as a whole.
const LONG: usize = 60;
/// The number of lines that are shown of it.
const SHOWN: usize = 12;

fn first_lines(text: &str) -> String {
    text.split_inclusive('\n').take(SHOWN).collect()
}
