use mcp_scopes::{Caller, Denied, mcp_tool};

/// Execute system commands
#[mcp_tool(
    title = "Execute",
    scope = all("system:execute", any("oncall", "admin")),
    risk = "high",
    approval = "user",
    sandbox = simulate(pretend_command),
    guard = caller,
    prerequisites("health:check"),
    grouped_with("list_files"),
    examples("execute_command uptime"),
    policy(blocked_after("read_file:/etc/*"), cooling_period_minutes = 5, idempotent, max_calls_per_session = 3),
)]
pub async fn execute_command(caller: &Caller, command: String) -> Result<String, Denied> {
    let _ = caller;
    Ok(command)
}

async fn pretend_command(_: &Caller, command: String) -> Result<String, Denied> {
    Ok(command)
}

#[mcp_tool(risk = "low", guard = caller, parameters("pair", optional("list")))]
fn patterns((left, right): (u32, u32), caller: Option<Caller>, mut list: Vec<u32>, _: bool) -> Result<u32, Denied> {
    #![allow(clippy::needless_pass_by_value)]
    list.push(left + right);
    let _ = caller;
    Ok(list.len() as u32)
}

#[mcp_tool(
    risk = "low",
    scope = any(all("files:read", when(argument = "path", "/etc/*", "files:system"), when("*.key", "keys:read")), "admin"),
)]
pub fn read_file(path: String) {
    let _ = path;
}
