//! unknown-scope

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(scope = "health:check", risk = "low")]
fn health_check() {}

#[mcp_tool(risk = "low", prerequisites("healthcheck"))]
fn list_files() {}

#[mcp_tool(risk = "low", prerequisites("telephone"))]
fn read_file() {}

scope_table! {
    static TOOLS = [health_check, list_files, read_file];
}

fn main() {}
