//! unknown-policy-tool

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low")]
fn read_file() {}

#[mcp_tool(risk = "medium", policy(blocked_after("raed_file:/etc/*")))]
fn send_mail() {}

#[mcp_tool(risk = "medium", policy(requires_approval_after("query_database")))]
fn post_message() {}

scope_table! {
    static TOOLS = [read_file, send_mail, post_message];
}

fn main() {}
