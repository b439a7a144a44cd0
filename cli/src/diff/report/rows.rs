//! Changes as they are reported, each with its level and its place.

use mcp_scopes_scan::source::Place;

use crate::{
    diff::change::{Change, Compatibility, Security},
    escape::escaped,
};

/// What changed, as it is told.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

/// One change.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) change: Change,
    pub(crate) level: Level,
    /// Where the new side says it.
    pub(crate) place: Option<Place>,
}

/// How much a change matters to who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// It is worth knowing.
    Note,
    /// It weakens.
    Warning,
    /// The run ends with 1 for it.
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
    /// The changes, each with its level and its place. `stops` says for which the run is to end with 1.
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

    /// Whether the run is to end with 1.
    pub(crate) fn stops(&self) -> bool {
        self.rows.iter().any(|row| row.level == Level::Error)
    }

    /// The verdict over all changes; without any there is no compatibility to speak of.
    pub(super) fn verdict(&self) -> (Option<Compatibility>, Security) {
        verdict(self.rows.iter().map(|row| &row.change))
    }

    /// `2 changes: minor, weakens and tightens`
    pub(super) fn summary(&self) -> String {
        let (compatibility, security) = self.verdict();
        let Some(compatibility) = compatibility else { return "nothing changed".to_owned() };
        let count = if self.rows.len() == 1 { "1 change".to_owned() } else { format!("{} changes", self.rows.len()) };
        format!("{count}: {}, {}", compatibility.as_str(), security.words().join(" and "))
    }
}

/// Where in the document, on one line.
pub(super) fn pointer(change: &Change) -> String {
    escaped(&change.pointer).replace('\n', "\\n")
}

/// The verdict over changes.
pub(crate) fn verdict<'c>(changes: impl IntoIterator<Item = &'c Change>) -> (Option<Compatibility>, Security) {
    changes.into_iter().fold((None, Security::NEUTRAL), |(gravest, all), change| {
        (gravest.max(Some(change.compatibility)), all.and(change.security))
    })
}
