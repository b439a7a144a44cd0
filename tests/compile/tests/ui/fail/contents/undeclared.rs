//! undeclared-scope

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [dynamic "run" (scope = "logs:read", risk = "low")] with "contents.toml";
}

fn main() {}
