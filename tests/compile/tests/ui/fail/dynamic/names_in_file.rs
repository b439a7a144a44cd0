//! outside-namespace, undeclared-scope, unknown-group-tool, unknown-policy-tool, unknown-scope

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [] with "dynamic_names_in_file.toml";
}

scope_table! {
    static SCOPES = [dynamic "first" (risk = "low", scope = "db:reda")] with "dynamic_scopes_in_file.toml";
}

fn main() {}
