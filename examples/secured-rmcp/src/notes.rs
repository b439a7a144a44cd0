//! The notes of a team, in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The maximum number of notes, and the maximum length of a note in bytes.
const MOST: usize = 1_000;
const LONGEST: usize = 10_000;

/// Notes by their titles. Clones share them.
#[derive(Clone, Debug)]
pub struct Notes {
    notes: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Default for Notes {
    /// Creates two notes.
    fn default() -> Self {
        let notes = [("welcome", "Ask for `notes:write` to change this."), ("lunch", "Friday, noon, at the harbour.")];
        let notes = notes.map(|(title, text)| (title.to_owned(), text.to_owned()));
        Self { notes: Arc::new(Mutex::new(BTreeMap::from(notes))) }
    }
}

impl Notes {
    /// Returns the titles, in order.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Returns the text of a note.
    #[must_use]
    pub fn read(&self, title: &str) -> Option<String> {
        self.lock().get(title).cloned()
    }

    /// Checks that a note could be written.
    ///
    /// # Errors
    /// Returns an error if the title is empty, the text is too long, or there are too many notes.
    pub fn check(&self, title: &str, text: &str) -> Result<(), String> {
        if title.trim().is_empty() {
            return Err("a note needs a title".to_owned());
        }
        if title.len() + text.len() > LONGEST {
            return Err(format!("a note has at most {LONGEST} bytes"));
        }
        let notes = self.lock();
        if notes.len() >= MOST && !notes.contains_key(title) {
            return Err(format!("there are {MOST} notes; delete one first"));
        }
        Ok(())
    }

    /// Writes a note.
    ///
    /// # Errors
    /// Returns the errors of [`check`](Self::check).
    pub fn write(&self, title: &str, text: &str) -> Result<(), String> {
        self.check(title, text)?;
        self.lock().insert(title.to_owned(), text.to_owned());
        Ok(())
    }

    /// Deletes a note. Returns whether there was one.
    #[must_use]
    pub fn delete(&self, title: &str) -> bool {
        self.lock().remove(title).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
