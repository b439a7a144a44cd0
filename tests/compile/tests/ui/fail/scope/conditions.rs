//! condition-without-scope, condition-without-effect, bad-pattern, unknown-argument

use mcp_scopes::mcp_tool;

#[mcp_tool(scope = any("files:read", when("/etc/*", "files:system")), risk = "low")]
fn read_file(path: String) {
    let _ = path;
}

#[mcp_tool(scope = all("files:read", when("/etc/[a-z]*", "files:system")), risk = "low")]
fn write_file(path: String) {
    let _ = path;
}

#[mcp_tool(scope = all("files:read", when(argument = "pat", "/etc/*", "files:system")), risk = "low")]
fn list_files(path: String) {
    let _ = path;
}

#[mcp_tool(scope = any(all("files:read", when("/etc/*", "files:system")), "files:read"), risk = "low")]
fn open_file(path: String) {
    let _ = path;
}

fn main() {}
