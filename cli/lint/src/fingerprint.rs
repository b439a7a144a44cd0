//! Fingerprints: values that identify a finding while lines move.
//!
//! A fingerprint of version [`VERSION`] is the first 32 hexadecimal digits of a SHA-256. The hash covers these texts,
//! each followed by a zero byte: the version, the rule's id, the file, the subject (the tool, scope, role or member),
//! and an index. In a package, the file is the package name and the path below its folder; for a document it is the
//! path as given. The index counts findings that are equal in all of this, from 0, in order of their positions. Lines,
//! columns, messages and levels are not part of the hash.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use mcp_scopes_scan::{Finding, Report, inventory::Inventory};
use sha2::{Digest as _, Sha256};

/// The version of the fingerprint algorithm.
pub const VERSION: &str = "mcp-scopes/v1";

/// Assigns a fingerprint to every finding of a report. Suppressed findings are included, so a finding keeps its
/// fingerprint when its suppression is removed.
#[doc(hidden)]
pub fn assign(report: &mut Report) {
    let folders = folders(&report.inventories);
    assign_to(report.findings.iter_mut().chain(&mut report.suppressed), &folders);
}

/// Returns the folders of packages, with their names.
pub(crate) fn folders(inventories: &[Inventory]) -> Vec<(&Path, &str)> {
    inventories.iter().map(|inventory| (inventory.folder.as_path(), inventory.package.as_str())).collect()
}

/// Assigns fingerprints to some findings. `folders` are the folders of packages, with their names.
pub(crate) fn assign_to<'f>(findings: impl Iterator<Item = &'f mut Finding>, folders: &[(&Path, &str)]) {
    let mut all: Vec<&mut Finding> = findings.collect();
    all.sort_by(|a, b| a.place.cmp(&b.place));
    let mut seen: BTreeMap<(&'static str, String, String), usize> = BTreeMap::new();
    for finding in all {
        let file = file(folders, finding.file());
        let ordinal = seen.entry((finding.rule, file.clone(), finding.subject.clone())).or_default();
        finding.fingerprint = of(finding.rule, &file, &finding.subject, *ordinal);
        *ordinal += 1;
    }
}

/// Returns the fingerprint of a finding, the one of that index among those that are equal in all of this.
pub(crate) fn of(rule: &str, file: &str, subject: &str, index: usize) -> String {
    digits(&[VERSION, rule, file, subject, &index.to_string()])
}

/// Returns a file name that does not depend on the current folder.
pub(crate) fn file(folders: &[(&Path, &str)], file: &str) -> String {
    let around =
        folders.iter().filter_map(|(folder, package)| Some((Path::new(file).strip_prefix(folder).ok()?, package)));
    let nearest = around.min_by_key(|(rest, _)| rest.as_os_str().len());
    match nearest {
        Some((rest, package)) => format!("{package}:{}", rest.display().to_string().replace('\\', "/")),
        None => file.trim_start_matches("./").to_owned(),
    }
}

/// Returns the first 32 hexadecimal digits of the SHA-256 of these texts, each followed by a zero byte.
#[must_use]
pub fn digits(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    let mut hex = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::{VERSION, digits};

    /// Baseline files hold these values, so a change requires a new version.
    #[test]
    fn version_one_does_not_change() {
        assert_eq!(
            digits(&[VERSION, "risky-name", "demo:src/lib.rs", "drop_table", "0"]),
            "8426837a0d805bd793742df163c2e134"
        );
    }
}
