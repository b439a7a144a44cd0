//! The document of `examples/files` matches the reviewed one and contains the proposal's example.

use std::path::Path;

use mcp_scopes::metadata::Metadata;
use mcp_scopes_scan::Scan;
use serde_json::{Map, Value};

/// Reviewed manually. A change affects what servers publish.
const GOLDEN: &str = include_str!("../../../golden/files.json");

/// The proposal's example of `mcp_extensions`.
const PROPOSAL: &str = include_str!("../../../../runtime/prm/tests/fixtures/extended_prm.json");

fn exported() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/files");
    Scan::new(folder).export().unwrap().json()
}

#[test]
fn exports_the_reviewed_document() {
    assert_eq!(exported(), GOLDEN);
    assert_eq!(files::TOOLS.metadata().build().unwrap().to_json_pretty(), GOLDEN);
}

/// Strict readers accept the document and write it unchanged.
#[test]
fn exports_a_valid_document() {
    assert_eq!(Metadata::from_json(GOLDEN).unwrap().to_json_pretty(), GOLDEN);
}

#[test]
fn exports_all_members_of_the_proposal() {
    let (exported, proposal) = (parse(&exported()), parse(PROPOSAL));
    let mut compared = 0;
    contains(&exported, &proposal, "", &mut compared);
    assert_eq!(compared, 20, "members with a value of their own");
}

/// Checks order: tools, roles and scopes as in the proposal, followed by additional ones.
#[test]
fn exports_in_the_order_of_the_proposal() {
    let (exported, proposal) = (exported(), PROPOSAL);
    for keys in [
        &["\"list_files\": {", "\"execute_command\": {", "\"health_check\": {"][..],
        &["\"developer\": [", "\"admin\": ["],
    ] {
        for document in [exported.as_str(), proposal] {
            let places: Vec<usize> = keys.iter().map(|key| document.find(key).unwrap()).collect();
            assert!(places.is_sorted(), "{keys:?}");
        }
    }
}

fn parse(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap()
}

/// Asserts that each member is in the document with the same value. Objects may have additional members.
fn contains(document: &Map<String, Value>, wanted: &Map<String, Value>, path: &str, compared: &mut usize) {
    for (name, wanted) in wanted {
        let path = format!("{path}/{name}");
        let found = document.get(name).unwrap_or_else(|| panic!("{path} is missing"));
        if let (Value::Object(found), Value::Object(wanted)) = (found, wanted) {
            contains(found, wanted, &path, compared);
        } else {
            assert_eq!(found, wanted, "{path}");
            *compared += 1;
        }
    }
}
