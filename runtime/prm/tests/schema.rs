//! The JSON Schema is committed, complete, and consistent with building and reading.
#![expect(clippy::expect_used, reason = "shared test steps may panic")]

mod tables;

use std::{fs, path::Path};

use mcp_scopes_prm::{
    ConditionEntry, Document, McpExtensions, Metadata, RiskPolicy, SandboxEntry, SessionPolicies, ToolEntry,
    ToolPolicy,
    json::Json,
    schema::{ID, json_schema, json_schema_pretty},
};

fn validator() -> jsonschema::Validator {
    let schema = serde_json::from_str(&json_schema_pretty()).expect("the schema is JSON");
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).expect("the schema is a schema")
}

fn violations(text: &str) -> Vec<String> {
    let document = serde_json::from_str(text).expect("JSON");
    validator().iter_errors(&document).map(|error| format!("{} {error}", error.instance_path())).collect()
}

#[test]
fn matches_the_committed_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/protected-resource-metadata.schema.json");
    let committed = fs::read_to_string(path).expect("the schema is committed");
    assert!(
        committed == json_schema_pretty(),
        "the committed schema is stale; run `cargo run -p mcp-scopes-prm --example schema --features schema`"
    );
}

#[test]
fn describes_every_member() {
    let schema = json_schema();
    assert_eq!(schema.get("$id").and_then(Json::as_str), Some(ID));
    let definition = |name: &str| schema.get("$defs").and_then(|all| all.get(name)).expect("is defined");
    for (object, members) in [
        (&schema, Document::MEMBERS),
        (definition("McpExtensions"), McpExtensions::MEMBERS),
        (definition("ToolEntry"), ToolEntry::MEMBERS),
        (definition("ConditionEntry"), ConditionEntry::MEMBERS),
        (definition("ToolPolicy"), ToolPolicy::MEMBERS),
        (definition("SessionPolicies"), SessionPolicies::MEMBERS),
        (definition("RiskPolicy"), RiskPolicy::MEMBERS),
        (definition("SandboxEntry"), SandboxEntry::MEMBERS),
    ] {
        let Some(Json::Object(properties)) = object.get("properties") else { panic!("has properties") };
        let mut described: Vec<_> = properties.keys().map(String::as_str).collect();
        let mut known = members.to_vec();
        described.sort_unstable();
        known.sort_unstable();
        assert_eq!(described, known);
        for (name, property) in properties {
            let text = property.get("description").and_then(Json::as_str).unwrap_or_default();
            assert!(!text.is_empty() && !text.contains('\n'), "{name}: {text}");
        }
    }
}

#[test]
fn accepts_built_documents() {
    for outline in [tables::proposal(), tables::everything()] {
        let text = tables::build(&outline).to_json_pretty();
        assert_eq!(violations(&text), [""; 0], "{text}");
    }
    assert_eq!(violations(include_str!("fixtures/extended_prm.json")), [""; 0]);
}

#[test]
fn accepts_unknown_members_at_every_level() {
    let text = r#"{"resource": "https://h", "new": null, "mcp_extensions": {"new": [], "tool_scope_mapping": {"a": {"new": {}}},
        "tool_interaction_policies": {"a": {"new": 1}}, "session_policies": {"new": "a"}, "risk_policies": {"low": {"new": 1}}, "sandbox": {"new": false}}}"#;
    assert_eq!(violations(text), [""; 0]);
    Metadata::from_json(text).expect("reading accepts it too");
}

#[test]
fn rejects_with_schema_and_reader_alike() {
    for text in [
        r"{}",
        r#"{"resource": null}"#,
        r#"{"resource": "http://h"}"#,
        r#"{"resource": "https://h#f"}"#,
        r#"{"resource": "https://h", "scopes_supported": []}"#,
        r#"{"resource": "https://h", "scopes_supported": ["a b"]}"#,
        r#"{"resource": "https://h", "scopes_supported": "a"}"#,
        r#"{"resource": "https://h", "authorization_servers": ["https://h?q"]}"#,
        r#"{"resource": "https://h", "jwks_uri": "http://h"}"#,
        r#"{"resource": "https://h", "resource_name": null}"#,
        r#"{"resource": "https://h", "resource_documentation": "docs"}"#,
        r#"{"resource": "https://h", "resource_signing_alg_values_supported": ["none"]}"#,
        r#"{"resource": "https://h", "dpop_bound_access_tokens_required": "true"}"#,
        r#"{"resource": "https://h", "signed_metadata": "a.b"}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"tool_scope_mapping": {"a": {"risk_level": "none"}}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"tool_scope_mapping": {"a": {"required_scopes": [[]]}}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"tool_scope_mapping": {"a": {"sandbox": null}}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"scope_upgrade_flows": {"a": []}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"session_policies": {"max_high_risk_calls": 0}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"session_policies": {"max_high_risk_calls": 4294967296}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"session_policies": {"idle_minutes": 0}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"session_policies": {"domain": 1}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"risk_policies": {"hihg": {}}}}"#,
        r#"{"resource": "https://h", "mcp_extensions": {"risk_policies": {"high": {"max_auth_age_minutes": 0}}}}"#,
    ] {
        assert_ne!(violations(text), [""; 0], "{text}");
        assert!(Metadata::from_json(text).is_err(), "{text}");
    }
}
