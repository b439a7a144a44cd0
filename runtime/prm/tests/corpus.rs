//! Agreement with a corpus of published and constructed documents, each with a verdict.
//!
//! The corpus is not part of this repository, since its documents belong to third parties. `MCP_SCOPES_CORPUS` is the
//! folder that contains it as `prm.json`.

use std::{
    env, fs,
    io::{self, Write as _},
    path::Path,
};

use mcp_scopes_prm::{Metadata, json::Json};

#[test]
fn matches_every_verdict() {
    let Some(folder) = env::var_os("MCP_SCOPES_CORPUS") else {
        // Bypasses the capture of the test harness, so that a skipped test is visible.
        let _ = writeln!(io::stderr(), "SKIPPED: set MCP_SCOPES_CORPUS to the folder of `prm.json` to run this test");
        return;
    };
    let text = fs::read_to_string(Path::new(&folder).join("prm.json")).expect("the corpus is readable");
    let corpus = Json::parse(&text).expect("the corpus is JSON");
    let Some(Json::Array(samples)) = corpus.get("samples") else { panic!("the corpus has samples") };
    let mut wrong = Vec::new();
    for sample in samples {
        let text = |name: &str| sample.get(name).and_then(Json::as_str);
        let id = text("id").expect("a sample has an id");
        let expected = |name: &str| *sample.get(name).expect("a sample has verdicts") == Json::Bool(true);
        let read = Metadata::from_json(text("document").expect("a sample has a document")).and_then(|metadata| {
            text("expected_resource").map_or(Ok(()), |resource| metadata.check_resource(resource))?;
            Ok(metadata)
        });
        if read.is_ok() != expected("rfc9728_valid") {
            wrong.push(format!("{id}: {read:?}"));
        }
        if let Ok(metadata) = read {
            let again = Metadata::from_json(metadata.to_json_pretty()).expect("a written document can be read");
            assert_eq!(again, metadata, "{id}");
            #[cfg(feature = "schema")]
            {
                let schema = serde_json::from_str(&mcp_scopes_prm::schema::json_schema_pretty()).expect("JSON");
                let document = serde_json::from_str(text("document").expect("a document")).expect("JSON");
                assert!(jsonschema::draft202012::is_valid(&schema, &document), "{id}");
            }
            if expected("mcp_valid") && metadata.check_mcp().is_err() {
                wrong.push(format!("{id}: MCP accepts it"));
            }
        }
    }
    println!("{} of {} verdicts agree", samples.len() - wrong.len(), samples.len());
    assert!(samples.len() > 100, "the corpus is smaller than it was");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
