//! The schema of `mcp-scopes.lock.json`: its members, with the schema of the metadata document.

use serde_json::{Value, json};

use super::{METADATA, committed};
use crate::{hints::NAMES, lock_file::MEMBERS, schemas::LOCK};

#[derive(schemars::JsonSchema)]
#[schemars(
    title = "mcp-scopes.lock.json",
    description = "The recorded access of a release of an MCP server. `mcp-scopes lock` writes it; `mcp-scopes check` compares it with the source."
)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct File {
    /// The schema of this file, for editors. `mcp-scopes lock` keeps this value.
    #[schemars(rename = "$schema")]
    schema: Option<String>,
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The protected resource metadata (RFC 9728) that the release publishes.
    #[schemars(schema_with = "document")]
    document: (),
    /// The behaviour hints that the tools declare (MCP, Tools: `ToolAnnotations`), by tool. Models read them, and the document does
    /// not state them. Omitted if there are none.
    #[schemars(schema_with = "hints")]
    hints: Option<()>,
}

fn hints(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let flags: serde_json::Map<String, Value> =
        NAMES.iter().map(|name| ((*name).to_owned(), json!({"type": "boolean"}))).collect();
    let tool = json!({"type": "object", "additionalProperties": false, "properties": flags});
    schemars::json_schema!({"type": "object", "additionalProperties": tool})
}

fn metadata() -> Value {
    serde_json::from_str(METADATA.text).unwrap()
}

fn document(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let mut schema = metadata();
    for member in ["$schema", "$id", "$defs", "title", "description"] {
        schema.as_object_mut().unwrap().remove(member).unwrap();
    }
    schema.try_into().unwrap()
}

fn schema() -> Value {
    let mut schema = schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12())
        .into_root_schema_for::<File>()
        .to_value();
    let members = schema.as_object_mut().unwrap();
    members.insert("$id".to_owned(), json!(LOCK.url));
    members.insert("$defs".to_owned(), metadata()["$defs"].clone());
    members["required"].as_array_mut().unwrap().retain(|name| *name != "hints");
    // The member is omitted rather than null.
    members["properties"]["$schema"]["type"] = json!("string");
    schema
}

#[test]
fn committed_schema_is_up_to_date() {
    committed::compare("lock-v1.schema.json", &schema());
}

#[test]
fn schema_and_reader_have_the_same_members() {
    let schema = schema();
    let mut known: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut read = MEMBERS.to_vec();
    known.sort_unstable();
    read.sort_unstable();
    assert_eq!((known, &schema["additionalProperties"]), (read, &json!(false)));
}
