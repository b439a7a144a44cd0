//! The headers that the input schemas of rmcp's tools declare with `x-mcp-header`.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::{ServerHandler, model::JsonObject};
use serde_json::{Map, Value};

use mcp_scopes_server::__private::v1::{DeclaredParams, ParamHeader};

/// The keyword of an input schema (MCP 2026-07-28, "Custom Headers from Tool Parameters").
const KEYWORD: &str = "x-mcp-header";

/// How deep properties may be nested to be looked at.
const MAX_DEPTH: usize = 32;

/// Asks a handler for the input schemas of its tools: each tool once, when a request with such a header first calls it.
pub(super) struct InputSchemas<F> {
    handler: Arc<F>,
    known: Mutex<HashMap<&'static str, Arc<[ParamHeader]>>>,
}

impl<F> InputSchemas<F> {
    pub(super) fn new(handler: Arc<F>) -> Self {
        Self { handler, known: Mutex::default() }
    }
}

impl<H: ServerHandler, F: Fn() -> Result<H, io::Error> + Send + Sync> DeclaredParams for InputSchemas<F> {
    fn of_tool(&self, tool: &'static str) -> Arc<[ParamHeader]> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(declared) = known().get(tool) {
            return Arc::clone(declared);
        }
        // Without a handler nothing is declared, for this request alone: its headers are removed, and rmcp rejects a call that lacks them.
        let Ok(handler) = (self.handler)() else { return Arc::default() };
        // Nor does a tool that the handler does not list now declare anything.
        let Some(listed) = handler.get_tool(tool) else { return Arc::default() };
        let declared: Arc<[ParamHeader]> = declared(&listed.input_schema).into();
        known().insert(tool, Arc::clone(&declared));
        declared
    }
}

/// What a schema declares on properties that are reached from its root through `properties` alone.
fn declared(schema: &JsonObject) -> Vec<ParamHeader> {
    let mut found = Vec::new();
    collect(schema, &mut Vec::new(), &mut found);
    found
}

fn collect(schema: &Map<String, Value>, path: &mut Vec<String>, found: &mut Vec<ParamHeader>) {
    let Some(Value::Object(properties)) = schema.get("properties").filter(|_| path.len() < MAX_DEPTH) else { return };
    for (name, schema) in properties {
        let Value::Object(schema) = schema else { continue };
        path.push(name.clone());
        if let Some(Value::String(header)) = schema.get(KEYWORD) {
            found.extend(ParamHeader::new(header, path.clone()));
        }
        collect(schema, path, found);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ParamHeader, declared};

    #[test]
    fn finds_declarations_on_properties_alone() {
        let schema = json!({
            "x-mcp-header": "Root",
            "properties": {
                "region": {"type": "string", "x-mcp-header": "Region"},
                "place": {"type": "object", "properties": {"city": {"type": "string", "x-mcp-header": "City"}}},
                "list": {"type": "array", "items": {"x-mcp-header": "Item"}},
                "bad": {"x-mcp-header": "not a header"},
                "number": {"x-mcp-header": 7},
                "any": true,
            },
            "$defs": {"other": {"properties": {"a": {"x-mcp-header": "Defined"}}}},
        });
        let path = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let mut found = declared(schema.as_object().unwrap());
        found.sort_by_key(|param| format!("{param:?}"));
        let expected = [("City", path(&["place", "city"])), ("Region", path(&["region"]))];
        assert_eq!(found, expected.map(|(header, path)| ParamHeader::new(header, path).unwrap()));
    }
}
