//! Every section and key of a configuration file.
#![deny(warnings)]

use mcp_scopes::{mcp_tool, scope_table};

#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}

#[mcp_tool(scope = "files:write", risk = "medium", policy(blocked_after("mail/read_mail")))]
fn write_file() {}

scope_table! {
    /// With all sections.
    #[doc(alias = "tools")]
    pub static TOOLS = [read_file, write_file] with "tests/ui/toml/all_sections.toml";
}

fn main() {
    // Implied scopes are held.
    assert!(TOOLS.grant("files:write").authorize("read_file").is_ok());
    assert!(TOOLS.grant("files:read").authorize("write_file").is_err());
}
