//! What a scan comes to.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{Finding, Level, finding::settle, inventory::Inventory, source::Sources};

/// What a scan found, and what is wrong with it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// One inventory for each package with something in it, in the order of their folders.
    pub inventories: Vec<Inventory>,
    /// How many documents were looked at.
    pub documents: usize,
    /// What is wrong, in order of file and position.
    pub findings: Vec<Finding>,
    /// What comments and a baseline file say does not count, with the reasons.
    pub suppressed: Vec<Finding>,
    /// The texts of all files that were read, for snippets.
    pub sources: Sources,
    /// The files and folders that decide what is found.
    #[doc(hidden)]
    pub inputs: BTreeSet<PathBuf>,
}

impl Report {
    /// How many findings are at that level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// Whether a finding is at error level.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// How many functions are annotated, over all packages.
    #[must_use]
    pub fn annotated(&self) -> usize {
        self.inventories.iter().map(Inventory::annotated).sum()
    }

    /// How many packages have something in them.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.inventories.iter().filter(|found| found.annotated() > 0 || found.roots().next().is_some()).count()
    }

    /// Takes in the report of another scan.
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
