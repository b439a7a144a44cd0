//! Adds what hosts read about authorization to the entries of a list of tools.

use std::collections::HashMap;

use mcp_scopes::ScopeTable;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::list::{Edit, Unreadable, apply, is_object, replace};

/// The member `securitySchemes` of each tool of a table, rendered once.
#[derive(Debug)]
pub(crate) struct Descriptions {
    schemes: HashMap<&'static str, Box<str>>,
}

/// The members of an entry that are written. A duplicate member is an error.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described<'t> {
    #[serde(borrow, default, deserialize_with = "present")]
    security_schemes: Option<&'t RawValue>,
    #[serde(borrow, default, rename = "_meta", deserialize_with = "present")]
    meta: Option<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'t> {
    #[serde(borrow, default, deserialize_with = "present")]
    security_schemes: Option<&'t RawValue>,
}

/// Reads a member that is present, even if it is `null`.
fn present<'t, D: Deserializer<'t>>(deserializer: D) -> Result<Option<&'t RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl Descriptions {
    /// Renders the members. The names of scopes have this prefix.
    pub(crate) fn new(table: &'static ScopeTable, scope_prefix: &str) -> Self {
        let list = table.tools_list().scope_prefix(scope_prefix);
        let schemes = table.tools().filter_map(|tool| {
            let text = serde_json::to_string(&tool.security_schemes(&list)).ok()?;
            Some((tool.tool().name, text.into()))
        });
        Self { schemes: schemes.collect() }
    }

    /// Returns an entry with `securitySchemes`, also in `_meta`, in place of those that it had; `None` for a tool that the table does
    /// not list.
    pub(super) fn described(&self, entry: &str, tool: &str) -> Result<Option<String>, Unreadable> {
        let Some(schemes) = self.schemes.get(tool) else { return Ok(None) };
        let found: Described<'_> = serde_json::from_str(entry).map_err(|_| Unreadable)?;
        let (mut edits, mut front) = (Vec::new(), String::new());
        match found.security_schemes {
            Some(stated) => edits.push(replace(entry, stated, schemes.to_string())?),
            None => front = format!("\"securitySchemes\":{schemes},"),
        }
        match found.meta {
            Some(meta) if is_object(meta) => {
                let Meta { security_schemes } = serde_json::from_str(meta.get()).map_err(|_| Unreadable)?;
                edits.push(if let Some(stated) = security_schemes {
                    replace(entry, stated, schemes.to_string())?
                } else {
                    let is_empty = meta.get().trim_start_matches('{').trim_start() == "}";
                    let comma = if is_empty { "" } else { "," };
                    Edit::insert_into(entry, meta, format!("\"securitySchemes\":{schemes}{comma}"))?
                });
            }
            Some(other) => edits.push(replace(entry, other, format!("{{\"securitySchemes\":{schemes}}}"))?),
            None => {
                front.push_str("\"_meta\":{\"securitySchemes\":");
                front.push_str(schemes);
                front.push_str("},");
            }
        }
        if !front.is_empty() {
            // An entry has a name, so a comma follows.
            edits.push(Edit { start: 1, end: 1, text: front });
        }
        edits.sort_by_key(|edit| edit.start);
        apply(entry, &edits).map(Some)
    }
}
