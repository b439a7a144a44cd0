//! The lint gives the same findings for a program as for its source.

use std::fs;

use mcp_scopes_lint::{Overrides, lint};
use mcp_scopes_scan::Scan;
use mcp_scopes_test_support::containers;

const SECTION: &[u8] = include_bytes!("../../../scan/tests/data/every-key.v1");
const DOCUMENT: &str = include_str!("../../../scan/tests/data/every-key.json");

/// The findings of the rules are at byte offsets of the file.
#[test]
fn lints_programs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server");
    fs::write(&path, containers::wasm(SECTION)).unwrap();
    let report = lint(&Scan::new(&path), &Overrides::new()).unwrap();
    assert_eq!(report.inventories[0].tools.len(), DOCUMENT.matches("\"risk_level\"").count());
    assert!(report.findings.iter().any(|finding| finding.rule == "missing-description"), "{:?}", report.findings);
    assert!(report.findings.iter().all(|finding| finding.place.as_ref().is_some_and(|place| place.start.line == 1)));
}
