//! What stays the same of a finding while lines move, so that it is known again.
//!
//! A fingerprint of version [`VERSION`] is the first 32 hexadecimal digits of the SHA-256 of these texts, each followed by a
//! zero byte: the version, the rule's id, the file (in a package its name and the path below its folder, of a document
//! the path as given), the subject (the tool, scope, role or member), and the number of the finding among those that are
//! equal in all of this, from 0, in order of their positions. Lines, columns, messages and levels are not part of it.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use mcp_scopes_scan::{Finding, Report};
use sha2::{Digest as _, Sha256};

/// The version of what fingerprints are made of.
pub const VERSION: &str = "mcp-scopes/v1";

/// Gives every finding of a report its fingerprint. What is suppressed counts too: one that is not suppressed any more
/// keeps its own.
pub(crate) fn assign(report: &mut Report) {
    let folders: Vec<(&Path, &str)> =
        report.inventories.iter().map(|inventory| (inventory.folder.as_path(), inventory.package.as_str())).collect();
    assign_to(report.findings.iter_mut().chain(&mut report.suppressed), &folders);
}

/// The same for some findings; `folders` are those of packages, with their names.
pub(crate) fn assign_to<'f>(findings: impl Iterator<Item = &'f mut Finding>, folders: &[(&Path, &str)]) {
    let mut all: Vec<&mut Finding> = findings.collect();
    all.sort_by(|a, b| a.place.cmp(&b.place));
    let mut seen: BTreeMap<(&'static str, String, String), usize> = BTreeMap::new();
    for finding in all {
        let file = file(folders, finding.file());
        let ordinal = seen.entry((finding.rule, file.clone(), finding.subject.clone())).or_default();
        finding.fingerprint = digits(&[VERSION, finding.rule, &file, &finding.subject, &ordinal.to_string()]);
        *ordinal += 1;
    }
}

/// A file's name that does not depend on where the program runs.
fn file(folders: &[(&Path, &str)], file: &str) -> String {
    let around =
        folders.iter().filter_map(|(folder, package)| Some((Path::new(file).strip_prefix(folder).ok()?, package)));
    let nearest = around.min_by_key(|(rest, _)| rest.as_os_str().len());
    match nearest {
        Some((rest, package)) => format!("{package}:{}", rest.display().to_string().replace('\\', "/")),
        None => file.trim_start_matches("./").to_owned(),
    }
}

/// The first 32 hexadecimal digits of the SHA-256 of these texts, each followed by a zero byte.
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

    /// Baseline files hold these: they must not change without another version.
    #[test]
    fn version_one_is_frozen() {
        assert_eq!(
            digits(&[VERSION, "risky-name", "demo:src/lib.rs", "drop_table", "0"]),
            "8426837a0d805bd793742df163c2e134"
        );
    }
}
