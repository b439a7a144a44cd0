//! The tools. Each server calls the same functions, with the caller that its SDK provides.

#![expect(clippy::unnecessary_wraps, reason = "the only error of each tool is a denial")]

use mcp_scopes::{Caller, Denied, mcp_tool, scope_table};
use serde_json::{Map, Value, json};

/// Say how the server is
#[mcp_tool(public, risk = "minimal", sandbox = "allow", guard = caller)]
fn status(caller: Option<Caller>) -> Result<String, Denied> {
    Ok(format!("fine {}", who(caller)))
}

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow", guard = caller)]
fn read_file(caller: Option<Caller>, path: &str) -> Result<String, Denied> {
    Ok(format!("{path} read {}", who(caller)))
}

/// Change a file
#[mcp_tool(scope = "files:write", risk = "medium", sandbox = simulate(pretend_to_write), guard = caller)]
fn write_file(caller: Option<Caller>, path: &str) -> Result<String, Denied> {
    Ok(format!("{path} written {}", who(caller)))
}

/// Delete a file for good
#[mcp_tool(scope = "files:delete", risk = "high", guard = caller)]
fn delete_file(caller: Option<Caller>, path: &str) -> Result<String, Denied> {
    Ok(format!("{path} deleted {}", who(caller)))
}

fn pretend_to_write(caller: Option<Caller>, path: &str) -> Result<String, Denied> {
    Ok(format!("{path} pretended {}", who(caller)))
}

scope_table! {
    /// All tools.
    pub static TOOLS = [status, read_file, write_file, delete_file] with "mcp-scopes.toml";
}

/// The caller as a tool sees it.
fn who(caller: Option<Caller>) -> String {
    caller.map_or_else(
        || "for an anonymous caller".to_owned(),
        |caller| format!("{:?} {}", caller.environment(), caller.grant().scopes().collect::<Vec<_>>().join("+")),
    )
}

/// Runs a tool.
///
/// # Errors
/// Returns an error if the caller may not call it, if there is no caller, or if no tool has that name.
pub fn run(caller: Option<Caller>, tool: &str, arguments: Option<&Map<String, Value>>) -> Result<String, String> {
    let path = arguments.and_then(|arguments| arguments.get("path")).and_then(Value::as_str).unwrap_or_default();
    let result = match tool {
        "status" => status(caller),
        "read_file" => read_file(caller, path),
        "write_file" => write_file(caller, path),
        "delete_file" => delete_file(caller, path),
        _ => return Err("there is no such tool".to_owned()),
    };
    result.map_err(|denied| denied.to_string())
}

/// The entries of `tools/list`.
#[must_use]
pub fn list() -> Vec<Value> {
    let tools = TOOLS.tools().map(|tool| {
        let takes_path = tool.name != "status";
        let properties = if takes_path { json!({"path": {"type": "string"}}) } else { json!({}) };
        json!({
            "name": tool.name,
            "description": tool.description,
            "inputSchema": {"type": "object", "properties": properties},
        })
    });
    tools.collect()
}
