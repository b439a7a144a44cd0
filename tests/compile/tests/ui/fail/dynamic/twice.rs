//! duplicate-tool

use mcp_scopes::{mcp_tool, scope_table};

#[mcp_tool(risk = "low")]
fn list_files() {}

#[mcp_tool(risk = "low")]
fn read_file() {}

scope_table! {
    static IN_TABLE = [list_files, dynamic "list_files" (risk = "low"), dynamic "ping" (risk = "low", public), dynamic "ping" (risk = "high")];
}

scope_table! {
    static IN_FILE = [read_file, dynamic "run_query" (risk = "high")] with "dynamic_twice.toml";
}

fn main() {}
