//! The tools, hints and scope groups match those of the real server. The test needs the corpus (`MCP_SCOPES_CORPUS`).

use std::{collections::BTreeMap, env, fs, path::Path};

use mcp_scopes_scan::{Scan, inventory::Requirement};
use serde_json::{Value, json};

#[test]
fn matches_the_corpus() {
    let Some(folder) = env::var_os("MCP_SCOPES_CORPUS") else {
        eprintln!(
            "SKIPPED: MCP_SCOPES_CORPUS names no folder, so the tools were not compared with those of the real server"
        );
        return;
    };
    let text = fs::read_to_string(Path::new(&folder).join("brokerage_tools.json")).unwrap();
    let corpus: Value = serde_json::from_str(&text).unwrap();
    let report = Scan::new(env!("CARGO_MANIFEST_DIR")).run().unwrap();
    let tools = &report.inventories[0].tools;
    let ours: BTreeMap<&str, Value> = tools
        .iter()
        .map(|tool| {
            let Requirement::AnyOf(scopes) = &tool.requirement else { panic!("{} has no scope", tool.name.value) };
            let said = |hint: &Option<mcp_scopes_scan::source::Placed<bool>>, default| {
                hint.as_ref().map_or(default, |hint| hint.value)
            };
            let hints = &tool.hints;
            let read_only = said(&hints.read_only, false);
            // A read-only tool destroys nothing, and MCP ignores the hint for it.
            let destructive = !read_only && said(&hints.destructive, true);
            let (idempotent, open_world) = (said(&hints.idempotent, false), said(&hints.open_world, true));
            let value = json!([scopes[0][0].value, read_only, destructive, idempotent, open_world]);
            (tool.name.value.as_str(), value)
        })
        .collect();
    let theirs: BTreeMap<&str, Value> = corpus["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| {
            let value =
                json!([tool["scope"], tool["read_only"], tool["destructive"], tool["idempotent"], tool["open_world"]]);
            (tool["name"].as_str().unwrap(), value)
        })
        .collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours.len(), 163);
}
