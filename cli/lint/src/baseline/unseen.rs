//! The entries about code that a run could not see.

use std::collections::BTreeSet;

use mcp_scopes_scan::Report;

use super::BaselineEntry;
use crate::fingerprint;

/// The largest index that is looked for among equal findings of one file.
const MOST_EQUAL: usize = 16;

/// The files that features or the target leave out, in whole or in part.
pub(super) struct Unseen<'r> {
    files: Vec<UnseenFile<'r>>,
}

struct UnseenFile<'r> {
    /// The file as a fingerprint names it.
    name: String,
    /// The tools in it that the run has seen.
    seen: BTreeSet<&'r str>,
    /// Its text, if it is left out in part only.
    text: Option<&'r str>,
}

impl<'r> Unseen<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let folders = fingerprint::folders(&report.inventories);
        let files = report.inventories.iter().flat_map(|inventory| {
            inventory.unseen.iter().map(|file| UnseenFile {
                name: fingerprint::file(&folders, file),
                seen: inventory
                    .tools
                    .iter()
                    .filter(|tool| tool.place.file == *file)
                    .map(|tool| tool.name.value.as_str())
                    .collect(),
                text: report.sources.text(file),
            })
        });
        Self { files: files.collect() }
    }

    /// Returns whether the entry is about a place in one of these files, about no tool there that was seen, and about something that is
    /// still written there.
    pub(super) fn hides(&self, entry: &BaselineEntry) -> bool {
        let is_in = |file: &str| {
            let mut indexes = 0..MOST_EQUAL;
            indexes.any(|index| entry.fingerprint == fingerprint::of(&entry.rule, file, &entry.subject, index))
        };
        let may_have = |file: &UnseenFile<'_>| {
            let is_written = file.text.is_none_or(|text| text.contains(&entry.subject));
            is_written && !file.seen.contains(entry.subject.as_str())
        };
        self.files.iter().any(|file| may_have(file) && is_in(&file.name))
    }
}
