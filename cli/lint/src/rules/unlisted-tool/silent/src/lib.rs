//! A fixture of the rule `unlisted-tool`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do list files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

/// Tools of the shell.
pub mod shell {
    use mcp_scopes::{mcp_tool, scope_table};

    /// Tell who is logged in
    #[mcp_tool(risk = "low")]
    pub fn who() {}

    scope_table! {
        /// The shell's own.
        pub static TOOLS = [who];
    }
}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, ..shell::TOOLS];
}
