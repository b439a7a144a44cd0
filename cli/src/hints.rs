//! The behaviour hints of tools (MCP, Tools: `ToolAnnotations`), which models read. `tools/list` states them, and the published document
//! does not.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_prm::json::Json;
use mcp_scopes_scan::Export;

/// The hints, as MCP names them.
pub(crate) const NAMES: [&str; 4] = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];

/// The hints that each tool declares. A tool without any has no entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints(BTreeMap<String, BTreeMap<&'static str, bool>>);

impl Hints {
    /// Returns the hints in the source of a document, in the attributes of the SDK. A value that is not a literal counts as missing.
    pub(crate) fn of(export: &Export) -> Self {
        let Some((inventory, table)) = export.origin() else { return Self::default() };
        let tools = inventory.tools_of(table).into_iter().filter_map(|tool| inventory.tools.get(tool));
        let of_tool = tools.filter_map(|tool| {
            let hints = &tool.hints;
            let values = [&hints.read_only, &hints.destructive, &hints.idempotent, &hints.open_world];
            let stated = NAMES.into_iter().zip(values).filter_map(|(name, hint)| Some((name, hint.as_ref()?.value)));
            let stated: BTreeMap<_, _> = stated.collect();
            (!stated.is_empty()).then(|| (tool.name.value.clone(), stated))
        });
        Self(of_tool.collect())
    }

    /// Reads the member of a lock file.
    pub(crate) fn parse(json: &Json) -> Result<Self, String> {
        let Json::Object(tools) = json else { return Err("`hints` is not an object".to_owned()) };
        let mut read = BTreeMap::new();
        for (tool, hints) in tools {
            let Json::Object(hints) = hints else { return Err(format!("`hints` of `{tool}` is not an object")) };
            let mut stated = BTreeMap::new();
            for (name, value) in hints {
                let known = NAMES.into_iter().find(|known| known == name);
                let known = known.ok_or_else(|| format!("unknown hint `{name}` of `{tool}`"))?;
                let Json::Bool(value) = value else { return Err(format!("`{name}` of `{tool}` is not a boolean")) };
                stated.insert(known, *value);
            }
            read.insert(tool.clone(), stated);
        }
        Ok(Self(read))
    }

    /// Returns the member of a lock file, if there are hints.
    pub(crate) fn to_json(&self) -> Option<Json> {
        let object = |hints: &BTreeMap<&str, bool>| {
            Json::Object(hints.iter().map(|(name, value)| ((*name).to_owned(), Json::Bool(*value))).collect())
        };
        let tools = self.0.iter().map(|(tool, hints)| (tool.clone(), object(hints)));
        (!self.0.is_empty()).then(|| Json::Object(tools.collect()))
    }

    /// Returns the hints of a tool that differ, each with the old and the new value. A missing hint is empty.
    pub(crate) fn differing(&self, new: &Self, tool: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        let none = BTreeMap::new();
        let (before, after) = (self.0.get(tool).unwrap_or(&none), new.0.get(tool).unwrap_or(&none));
        let names: BTreeSet<&&str> = before.keys().chain(after.keys()).collect();
        let shown = |value: Option<&bool>| match value {
            Some(true) => "true",
            Some(false) => "false",
            None => "",
        };
        let values = names.into_iter().map(|name| (*name, shown(before.get(name)), shown(after.get(name))));
        values.filter(|(_, old, new)| old != new).collect()
    }
}
