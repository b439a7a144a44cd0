//! The JSON Schema (2020-12) of the document.
//!
//! The committed file is `schema/protected-resource-metadata.schema.json`. Regenerate it with `cargo run -p
//! mcp-scopes-prm --example schema --features schema`.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};

use crate::{document::Document, json::Json};

/// The `$id` of the schema.
pub const ID: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/runtime/prm/schema/protected-resource-metadata.schema.json");

/// Returns the schema.
///
/// It accepts every document that [`Metadata::from_json`](crate::Metadata::from_json) accepts. The reverse does not
/// hold, since a schema cannot express some of the rules.
#[must_use]
pub fn json_schema() -> Json {
    let generated = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Document>();
    // The generator's output is JSON. The fallback `false` matches no document.
    let mut schema = Json::parse(&generated.as_value().to_string()).unwrap_or(Json::Bool(false));
    tidy(&mut schema, false);
    if let Json::Object(members) = &mut schema {
        members.insert("$id".to_owned(), Json::String(ID.to_owned()));
        members.insert("title".to_owned(), Json::String("Protected resource metadata of an MCP server".to_owned()));
        sort(members);
    }
    schema
}

/// Returns the schema as the committed text.
#[must_use]
pub fn json_schema_pretty() -> String {
    let mut text = json_schema().pretty();
    text.push('\n');
    text
}

/// Removes Rust-specific parts of the schema: that an `Option` may be null (the member is omitted instead), the values
/// of `Default`, and the width of integers. Sorts the keywords, so that their order does not depend on crate features.
fn tidy(value: &mut Json, names: bool) {
    match value {
        Json::Object(members) => {
            if !names {
                members.shift_remove("default");
                if members.get("format").and_then(Json::as_str) == Some("uint32") {
                    members.insert("maximum".to_owned(), Json::Number(u32::MAX.into()));
                    members.shift_remove("format");
                }
                if let Some(Json::String(description)) = members.get_mut("description") {
                    // The line breaks are those of the source.
                    *description = description.replace('\n', " ");
                }
                if let Some(Json::Array(types)) = members.get_mut("type") {
                    types.retain(|name| name.as_str() != Some("null"));
                    if let [one] = types.as_slice() {
                        let one = one.clone();
                        members.insert("type".to_owned(), one);
                    }
                }
                if let Some(Json::Array(choices)) = members.get_mut("anyOf") {
                    choices.retain(|choice| choice.get("type").and_then(Json::as_str) != Some("null"));
                    if let [Json::Object(one)] = choices.as_slice() {
                        let one = one.clone();
                        members.shift_remove("anyOf");
                        members.extend(one);
                    }
                }
            }
            for (name, member) in members.iter_mut() {
                tidy(member, !names && (name == "properties" || name == "$defs"));
            }
            sort(members);
        }
        Json::Array(items) => items.iter_mut().for_each(|item| tidy(item, false)),
        _ => {}
    }
}

fn sort(members: &mut indexmap::IndexMap<String, Json>) {
    const FIRST: [&str; 6] = ["$schema", "$id", "title", "description", "type", "required"];
    members.sort_by_key(|name, _| (FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()), name.clone()));
}

/// Any value.
impl JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

/// The risk of one call of a tool, from least to most.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; the values are those of `mcp_scopes_model::Risk`")]
pub(crate) enum RiskLevel {
    Minimal,
    Low,
    Medium,
    High,
    Critical,
}

/// The behavior for a caller in the sandbox: `allow` runs the tool's function, `deny` denies the call, `simulate` runs
/// a substitute.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; the values are those of `mcp_scopes_model::SandboxMode`")]
pub(crate) enum SandboxBehavior {
    Allow,
    Deny,
    Simulate,
}
