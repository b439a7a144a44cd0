//! Six tools with the policies of the proposal. They do nothing: what matters is which calls reach them.

use mcp_scopes::{mcp_tool, scope_table};

/// Check server health status
#[mcp_tool(risk = "minimal")]
pub fn health_check() {}

/// List directory contents
#[mcp_tool(risk = "low")]
pub fn list_files(directory: &str) {
    let _ = directory;
}

/// Read a text file
#[mcp_tool(
    risk = "low",
    policy(
        blocked_patterns("/etc/shadow", "*.key", "*.pem"),
        requires_approval_after("list_files:/etc", "list_files:/home/*"),
        max_file_size_mb = 10,
    )
)]
pub fn read_file(path: &str) {
    let _ = path;
}

/// Read the configuration of the server
#[mcp_tool(risk = "medium")]
pub fn read_config() {}

/// Run a system command
#[mcp_tool(
    risk = "high",
    policy(
        blocked_after("read_file:/etc/*", "list_files:/etc"),
        requires_approval_after("read_config", "list_files:/sensitive/*"),
        cooling_period_minutes = 5,
        max_calls_per_session = 3,
    )
)]
pub fn execute_command(command: &str) {
    let _ = command;
}

/// Send a message
#[mcp_tool(
    risk = "high",
    policy(
        blocked_after("read_file:*.json", "read_file:*.key"),
        requires_approval_after("list_files", "read_file"),
        requires_human_review,
    )
)]
pub fn send_email(to: &str, body: &str) {
    let _ = (to, body);
}

scope_table! {
    /// The tools of the proposal.
    pub static TOOLS = [health_check, list_files, read_file, read_config, execute_command, send_email]
        with "mcp-scopes.toml";
}
