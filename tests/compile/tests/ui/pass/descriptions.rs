//! The sources of the description and the name.
#![deny(warnings)]

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_foreign_attribute::tool;

/// First line
/// goes on.
///
/// Not this.
#[mcp_tool(risk = "low")]
fn from_docs() {}

/** Block */
#[mcp_tool(risk = "low")]
fn from_block() {}

#[doc = "Attribute"]
#[mcp_tool(risk = "low")]
fn from_attribute() {}

#[mcp_tool(risk = "low")]
/// Below
fn from_below() {}

/// Docs
#[mcp_tool(risk = "low", description = "Key with \"quotes\" and ünïcode")]
fn from_key() {}

#[mcp_tool(risk = "low")]
#[tool(name = "sdk.name", description = "SDK")]
fn from_sdk() {}

#[mcp_tool(risk = "low")]
fn without() {}

scope_table! {
    static TOOLS = [from_docs, from_block, from_attribute, from_below, from_key, from_sdk, without];
}

fn main() {
    let texts: Vec<(&str, &str)> = TOOLS.tools().map(|tool| (tool.name, tool.description)).collect();
    let expected = [
        ("from_docs", "First line goes on."),
        ("from_block", "Block"),
        ("from_attribute", "Attribute"),
        ("from_below", "Below"),
        ("from_key", "Key with \"quotes\" and ünïcode"),
        ("sdk.name", "SDK"),
        ("without", ""),
    ];
    assert_eq!(texts, expected);
}
