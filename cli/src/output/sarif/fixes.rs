//! Fixes in SARIF, whose edits have lines and columns in place of bytes.

use std::collections::BTreeMap;

use mcp_scopes_scan::source::Sources;
use serde_json::json;
use serde_sarif::sarif::{ArtifactChange, ArtifactContent, Fix, Message, PropertyBag, Region, Replacement};

use super::places::artifact;

/// The texts that fixes edit, with the offsets of their lines.
pub(super) struct EditedTexts<'a> {
    sources: Option<&'a Sources>,
    starts: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> EditedTexts<'a> {
    pub(super) fn new(sources: Option<&'a Sources>) -> Self {
        Self { sources, starts: BTreeMap::new() }
    }

    /// Returns the fix, or `None` if a text that it edits is not known.
    pub(super) fn fix(&mut self, fix: &'a mcp_scopes_scan::Fix) -> Option<Fix> {
        let mut changes: BTreeMap<&str, Vec<Replacement>> = BTreeMap::new();
        for edit in &fix.edits {
            let (start_line, start_column) = self.position(&edit.file, edit.range.start)?;
            let (end_line, end_column) = self.position(&edit.file, edit.range.end)?;
            let deleted = Region::builder()
                .start_line(start_line)
                .start_column(start_column)
                .end_line(end_line)
                .end_column(end_column)
                .build();
            let inserted = ArtifactContent::builder().text(edit.text.as_str()).build();
            let replacement = Replacement::builder().deleted_region(deleted).inserted_content(inserted).build();
            changes.entry(&edit.file).or_default().push(replacement);
        }
        let changes = changes.into_iter().map(|(file, replacements)| {
            ArtifactChange::builder().artifact_location(artifact(file)).replacements(replacements).build()
        });
        let properties = PropertyBag::builder()
            .additional_properties(BTreeMap::from([("safety".to_owned(), json!(fix.safety.as_str()))]))
            .build();
        let description = Message::builder().text(fix.title.as_str()).build();
        let fix = Fix::builder().artifact_changes(changes.collect::<Vec<_>>());
        Some(fix.description(description).properties(properties).build())
    }

    /// Returns the line and the column of a byte, both from 1.
    fn position(&mut self, file: &'a str, at: usize) -> Option<(i64, i64)> {
        let text = self.sources?.text(file)?;
        let starts = self
            .starts
            .entry(file)
            .or_insert_with(|| std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect());
        let line = starts.partition_point(|start| *start <= at);
        let start = *starts.get(line.checked_sub(1)?)?;
        let column = text.get(start..at)?.chars().count() + 1;
        Some((i64::try_from(line).ok()?, i64::try_from(column).ok()?))
    }
}
