//! The report of a scan.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{Finding, Level, finding::settle, inventory::Inventory, source::Sources};

/// The inventories and findings of a scan.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// One inventory for each package with tools or tables, ordered by folder.
    pub inventories: Vec<Inventory>,
    /// Number of documents that were checked.
    pub documents: usize,
    /// The findings, ordered by file and position.
    pub findings: Vec<Finding>,
    /// The findings that comments or a baseline file suppress, with the reasons.
    pub suppressed: Vec<Finding>,
    /// The text of every file that was read, for snippets.
    pub sources: Sources,
    /// The files and folders that affect the result.
    #[doc(hidden)]
    pub inputs: BTreeSet<PathBuf>,
}

impl Report {
    /// Returns the number of findings at that level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// Returns whether a finding is at error level.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// Returns the number of annotated functions, over all packages.
    #[must_use]
    pub fn annotated(&self) -> usize {
        self.inventories.iter().map(Inventory::annotated).sum()
    }

    /// Returns the number of annotated functions that features or the target leave out, over all packages.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.inventories.iter().map(|inventory| inventory.left_out).sum()
    }

    /// Returns the number of tables that features or the target leave out, over all packages.
    #[must_use]
    pub fn left_out_tables(&self) -> usize {
        self.inventories.iter().map(|inventory| inventory.left_out_tables).sum()
    }

    /// Returns the number of packages with tools or tables.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.inventories.iter().filter(|found| found.annotated() > 0 || found.roots().next().is_some()).count()
    }

    /// Adds the report of another scan.
    pub fn merge(&mut self, other: Self) {
        self.inventories.extend(other.inventories);
        self.documents += other.documents;
        self.findings.extend(other.findings);
        self.sources.merge(other.sources);
        self.inputs.extend(other.inputs);
        self.suppressed.extend(other.suppressed);
        settle(&mut self.findings);
        settle(&mut self.suppressed);
    }
}
