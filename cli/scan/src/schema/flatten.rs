//! `#[serde(flatten)]`: merges the schema of a field into that of its struct, as `schemars` does.

use mcp_scopes_prm::json::Json;

use super::{Writer, Written, keywords as schema};
use crate::optional::is_option;

impl Writer<'_> {
    /// Merges a field of that type into the schema of its struct.
    pub(super) fn flatten(&mut self, into: &mut Json, ty: &Written, is_required: bool) -> Result<(), String> {
        let mut field = self.non_optional(ty)?;
        spell_out_units(&mut field);
        if !is_required && is_option(self.world, ty)? {
            make_optional(&mut field);
        }
        merge(into, field);
        Ok(())
    }
}

/// The unit variants of an externally tagged enum are texts. Flattened, each is a member without a value.
fn spell_out_units(schema: &mut Json) {
    let Some(names) = take_units(schema) else { return };
    for name in names.iter().filter_map(Json::as_str) {
        let mut unit = schema::of_type("object");
        schema::add_property(&mut unit, name, false);
        schema::push(schema, "oneOf", unit);
    }
}

/// Removes the unit variants: all of them, or the first alternative.
fn take_units(schema: &mut Json) -> Option<Vec<Json>> {
    let is_text = |schema: &Json| schema.get("type").and_then(Json::as_str) == Some("string");
    if is_text(schema)
        && let Some(Json::Array(names)) = schema::remove(schema, "enum")
    {
        schema::remove(schema, "type");
        return Some(names);
    }
    let Json::Object(keywords) = schema else { return None };
    let Some(Json::Array(alternatives)) = keywords.get_mut("oneOf") else { return None };
    let first = alternatives.first_mut().filter(|first| is_text(first))?;
    let Some(Json::Array(names)) = schema::remove(first, "enum") else { return None };
    alternatives.remove(0);
    Some(names)
}

/// Lets a call omit all members of the schema.
fn make_optional(schema: &mut Json) {
    schema::remove(schema, "required");
    if let Some(one_of) = schema::remove(schema, "oneOf") {
        let any_of = Json::Array(vec![schema::object([("oneOf", one_of)]), schema::object([])]);
        merge(schema, schema::object([("anyOf", any_of)]));
    }
    if let Json::Object(keywords) = schema
        && let Some(Json::Array(alternatives)) = keywords.get_mut("anyOf")
        && !alternatives.contains(&schema::object([]))
    {
        alternatives.push(schema::object([]));
    }
}

/// Merges the keywords of a schema into another one. A keyword that cannot be merged keeps its first value.
fn merge(into: &mut Json, other: Json) {
    let Json::Object(keywords) = other else { return };
    for (keyword, value) in keywords {
        match (keyword.as_str(), into.get(&keyword).is_some(), value) {
            (_, false, value) => schema::insert(into, &keyword, value),
            ("required" | "allOf", true, Json::Array(values)) => {
                for value in values {
                    schema::push(into, &keyword, value);
                }
            }
            ("properties", true, Json::Object(properties)) => {
                if let Json::Object(keywords) = into
                    && let Some(Json::Object(own)) = keywords.get_mut("properties")
                {
                    own.extend(properties);
                }
            }
            ("oneOf" | "anyOf", true, value) => {
                let own = schema::remove(into, &keyword).unwrap_or(Json::Null);
                let both = [schema::object([(&keyword, own)]), schema::object([(&keyword, value)])];
                merge(into, schema::object([("allOf", Json::Array(both.to_vec()))]));
            }
            _ => {}
        }
    }
}
