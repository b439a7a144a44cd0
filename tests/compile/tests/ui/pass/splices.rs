//! Spliced tables of this crate and of another one.
#![deny(warnings)]

use mcp_scopes::{mcp_tool, scope_table};

#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}

mod shell {
    #[mcp_scopes::mcp_tool(risk = "critical")]
    fn execute() {}

    mcp_scopes::scope_table! {
        pub(super) static TOOLS = [execute] with "tests/ui/toml/namespace.toml";
    }
}

scope_table! {
    static NOTHING = [];
}

scope_table! {
    static TOOLS = [read_file, ..shell::TOOLS, ..NOTHING, ..mcp_scopes_compile_tests::spliced::TOOLS];
}

fn main() {
    let names: Vec<&str> = TOOLS.tools().map(|tool| tool.name).collect();
    assert_eq!(names, ["read_file", "execute", "remote_start", "remote_stop"]);
    // The tools of a spliced table keep their own namespace.
    assert!(TOOLS.grant("dev-tools:execute").authorize("execute").is_ok());
    assert!(TOOLS.grant("execute").authorize("execute").is_err());
    assert_eq!(NOTHING.tools().count(), 0);
}
