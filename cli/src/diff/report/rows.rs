//! Changes with their levels and places.

use mcp_scopes_scan::source::Place;

use crate::{
    diff::change::{Change, Compatibility, Security},
    escape::escaped,
};

/// The report of a comparison.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

/// A change with its level and its place.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) change: Change,
    pub(crate) level: Level,
    /// The place in the new side.
    pub(crate) place: Option<Place>,
}

/// The severity of a change in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// For information.
    Note,
    /// The change weakens access.
    Warning,
    /// The run exits with 1 because of it.
    Error,
}

impl Level {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Report {
    /// Creates a report with a level and a place for each change. `stops` decides which changes make the run exit with
    /// 1.
    pub(crate) fn new(
        changes: Vec<Change>,
        stops: impl Fn(&Change) -> bool,
        place: impl Fn(&str) -> Option<Place>,
    ) -> Self {
        let row = |change: Change| {
            let level = match (stops(&change), change.security.weakens) {
                (true, _) => Level::Error,
                (false, true) => Level::Warning,
                (false, false) => Level::Note,
            };
            let place = place(&change.pointer);
            Row { change, level, place }
        };
        Self { rows: changes.into_iter().map(row).collect() }
    }

    /// Returns whether the run exits with 1.
    pub(crate) fn stops(&self) -> bool {
        self.rows.iter().any(|row| row.level == Level::Error)
    }

    /// Returns the verdict over all changes. Without changes there is no compatibility.
    pub(super) fn verdict(&self) -> (Option<Compatibility>, Security) {
        verdict(self.rows.iter().map(|row| &row.change))
    }

    /// Returns a summary: `2 changes: minor, weakens and tightens`.
    pub(super) fn summary(&self) -> String {
        let (compatibility, security) = self.verdict();
        let Some(compatibility) = compatibility else { return "nothing changed".to_owned() };
        let count = if self.rows.len() == 1 { "1 change".to_owned() } else { format!("{} changes", self.rows.len()) };
        format!("{count}: {}, {}", compatibility.as_str(), security.words().join(" and "))
    }
}

/// Returns the place in the document, on one line.
pub(super) fn pointer(change: &Change) -> String {
    escaped(&change.pointer).replace('\n', "\\n")
}

/// Returns the verdict over changes.
pub(crate) fn verdict<'c>(changes: impl IntoIterator<Item = &'c Change>) -> (Option<Compatibility>, Security) {
    changes.into_iter().fold((None, Security::NEUTRAL), |(gravest, all), change| {
        (gravest.max(Some(change.compatibility)), all.and(change.security))
    })
}
