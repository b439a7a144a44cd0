//! The embedded document matches the compiled table.

use build_script::{METADATA, METADATA_PATH, TOOLS};

#[test]
fn embeds_the_document_of_the_compiled_table() {
    let compiled = TOOLS.metadata().build().unwrap();
    assert_eq!(METADATA, compiled.to_json_pretty());
    assert_eq!(format!("https://jobs.example.com{METADATA_PATH}"), compiled.well_known_url());
}

/// Tools that the build excludes are not published.
#[test]
fn excludes_tools_of_disabled_features() {
    let changes = cfg!(feature = "changes");
    assert_eq!(TOOLS.tool("cancel_job").is_some(), changes);
    assert_eq!(METADATA.contains("\"cancel_job\""), changes);
    assert!(METADATA.contains("\"list_jobs\""));
}
