//! bad-scope, bad-tool-name, empty-list, malformed-argument, missing-risk, scope-and-public, unknown-key, unknown-value, wrong-type

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [] with "dynamic_in_file.toml";
}

fn main() {}
