//! bad-pattern, bad-scope, missing-risk, missing-scope, scope-and-public, unknown-key, wrong-type

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [] with "contents_malformed.toml";
}

fn main() {}
