//! public-policy-tool

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(public, risk = "low")]
fn read_manual() {}

#[mcp_tool(risk = "medium", policy(requires_approval_after("read_manual:/etc/*")))]
fn send_mail() {}

scope_table! {
    static TOOLS = [read_manual, send_mail];
}

fn main() {}
