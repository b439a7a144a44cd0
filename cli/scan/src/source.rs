//! Texts of source files, and places in them.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::Path,
    sync::{Arc, OnceLock},
};

pub use crate::place::{Place, Placed, Position};
use crate::{Finding, file, lines::Marks, place::position};

/// A text and its lines, which are indexed on first use.
#[derive(Clone, Debug)]
struct Text {
    text: Arc<str>,
    marks: OnceLock<Marks>,
}

/// The texts of all files that were read, for snippets.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: BTreeMap<Arc<str>, Text>,
    /// Texts that replace files.
    instead: BTreeMap<Arc<str>, Arc<str>>,
}

impl Sources {
    /// Returns the text of a file that was read.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(|found| &*found.text)
    }

    /// Returns the byte range of a place in its file's text, at character boundaries. `None` if the text has no such
    /// place.
    #[must_use]
    pub fn range(&self, place: &Place) -> Option<Range<usize>> {
        let Text { text, marks } = self.texts.get(&place.file)?;
        let marks = marks.get_or_init(|| Marks::of(text));
        let start = marks.offset(text, place.start)?;
        let end = marks.offset(text, place.end).unwrap_or(start);
        Some(start..end.max(start))
    }

    /// Returns every file that was read, with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &str)> {
        self.texts.iter().map(|(file, found)| (file, &*found.text))
    }

    /// Creates sources in which these texts replace files.
    pub(crate) fn with(instead: BTreeMap<Arc<str>, Arc<str>>) -> Self {
        Self { instead, ..Self::default() }
    }

    /// Returns the text that replaces a file.
    pub(crate) fn replaced(&self, path: &Path) -> Option<&str> {
        if self.instead.is_empty() { None } else { self.instead.get(&crate::world::shown(path)).map(|text| &**text) }
    }

    /// Reads a file as text. Drops the byte order mark and converts line ends as the compiler does.
    ///
    /// # Errors
    /// Returns the errors of [`read_as_is`].
    pub(crate) fn read(&self, path: &Path, shown: &Arc<str>) -> Result<String, Box<Finding>> {
        self.read_as_is(path, shown).map(normal)
    }

    /// Reads a file as text, without any change to its bytes.
    pub(crate) fn read_as_is(&self, path: &Path, shown: &Arc<str>) -> Result<String, Box<Finding>> {
        match self.instead.get(shown) {
            Some(text) => Ok(text.to_string()),
            None => read_as_is(path, shown),
        }
    }

    /// Stores the text of a file, for snippets.
    #[doc(hidden)]
    pub fn keep(&mut self, file: &Arc<str>, text: &Arc<str>) {
        let new = || Text { text: text.clone(), marks: OnceLock::new() };
        self.texts.entry(file.clone()).or_insert_with(new);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.texts.extend(other.texts);
    }
}

/// Reads a file as text, without any change to its bytes.
///
/// # Errors
/// Returns a finding for a file that cannot be read, is not UTF-8 or exceeds the maximum size.
#[doc(hidden)]
pub fn read_as_is(path: &Path, shown: &Arc<str>) -> Result<String, Box<Finding>> {
    let unreadable = |why: String| {
        let message = format!("cannot read `{shown}`: {why}");
        let help = "make the file readable, or take it out of the package";
        Finding::error("unreadable-file", message).help(help).about(&**shown)
    };
    let bytes = match file::regular(path).and_then(file::limited) {
        Ok(bytes) => bytes,
        Err(error) => return Err(Box::new(unreadable(error.to_string()).at(Place::point(shown, 1, 1)))),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let head = String::from_utf8_lossy(valid);
            let line = head.matches('\n').count() + 1;
            let column = head.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let at = position(line, column);
            let finding = unreadable("it is not UTF-8".to_owned()).at(Place::point(shown, at.line, at.column));
            Err(Box::new(finding.help("save the file as UTF-8")))
        }
    }
}

/// Drops the byte order mark and turns CRLF into LF, as rustc does before it lexes.
fn normal(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_count_characters() {
        let file: Arc<str> = "a.rs".into();
        let mut sources = Sources::default();
        sources.keep(&file, &"fn é() {}\nü x\n".into());
        assert_eq!(sources.range(&Place::point(&file, 1, 4)), Some(3..5));
        assert_eq!(sources.range(&Place::point(&file, 2, 3)), Some(14..15));
        assert_eq!(sources.range(&Place::point(&file, 2, 99)), Some(15..15));
        assert_eq!(sources.range(&Place::point(&file, 9, 1)), None);
    }

    #[test]
    fn text_is_what_the_compiler_sees() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        let shown: Arc<str> = "a.rs".into();
        std::fs::write(&path, "\u{feff}a\r\nb\r").unwrap();
        let read = |path: &Path, shown| Sources::default().read(path, shown);
        assert_eq!(read(&path, &shown).unwrap(), "a\nb\r");
        let sources = Sources::with(BTreeMap::from([(shown.clone(), "\u{feff}c\r\n".into())]));
        assert_eq!(sources.read(&path, &shown).unwrap(), "c\n");
        std::fs::write(&path, b"ab\nc\xff").unwrap();
        let finding = read(&path, &shown).unwrap_err();
        assert_eq!((finding.rule, finding.place.unwrap().start), ("unreadable-file", Position { line: 2, column: 2 }));
        assert!(read(folder.path(), &shown).is_err());
    }
}
