//! The reader of metadata documents. It reads its own output as the same document, and each rejection has a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_lint::Documents;
use mcp_scopes_model::markers::is_private;
use mcp_scopes_prm::{
    Draft, Metadata,
    json::{Json, MAX_DEPTH},
};

/// Asserts that an accepted value has no reserved member name and nests within the limit.
fn assert_within_limits(value: &Json, depth: usize) {
    match value {
        Json::Array(items) => {
            assert!(depth > 0, "nested deeper than the limit");
            items.iter().for_each(|item| assert_within_limits(item, depth - 1));
        }
        Json::Object(members) => {
            assert!(depth > 0, "nested deeper than the limit");
            for (name, value) in members {
                assert!(!is_private(name), "reserved: {name}");
                assert_within_limits(value, depth - 1);
            }
        }
        _ => {}
    }
}

fuzz_target!(|bytes: &[u8]| {
    let read = Metadata::from_json(bytes);
    match &read {
        Ok(metadata) => {
            assert_within_limits(&metadata.to_json(), MAX_DEPTH);
            let written = metadata.to_json_pretty();
            let again = Metadata::from_json(&written).expect("a written document can be read");
            assert_eq!(again.to_json_pretty(), written, "the written document differs");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(text) = str::from_utf8(bytes) {
        if let Ok(json) = Json::parse(text) {
            assert_within_limits(&json, MAX_DEPTH);
            assert_eq!(Json::parse(&json.pretty()).as_ref(), Ok(&json));
            assert_eq!(Json::parse(&json.to_string()).as_ref(), Ok(&json));
            // Another JSON parser accepts it too, except for numbers out of its range.
            if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
                assert!(
                    error.to_string().contains("number") || error.to_string().contains("recursion"),
                    "{error}: {text}"
                );
            }
        }
        if let Ok(draft) = Draft::read(text) {
            assert_within_limits(&draft.json, MAX_DEPTH);
            if let Some(claims) = draft.unverified_claims() {
                assert_within_limits(&claims, MAX_DEPTH);
            }
            for violation in &draft.violations {
                assert!(!violation.message.is_empty());
            }
            // The strict and the lenient reader agree about which documents are valid.
            let sound = draft.violations.is_empty() && draft.duplicates.is_empty();
            assert_eq!(read.is_ok(), sound, "{read:?} {:?} {:?}", draft.violations, draft.duplicates);
        }
    }
    let report = Documents::new().resource("https://files.example.com/mcp").lint("metadata.json", bytes);
    let text = report.sources.text("metadata.json").unwrap_or_default();
    for finding in &report.findings {
        assert!(!finding.message.is_empty() && finding.fingerprint.len() == 32, "{finding:?}");
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(text.get(edit.range.clone()).is_some(), "{finding:?}");
        }
    }
});
