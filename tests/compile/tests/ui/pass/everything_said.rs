//! All keys, in a guarded function with a substitute.
#![deny(warnings)]

use mcp_scopes::{Caller, Denied, Environment, mcp_tool, scope_table};

#[derive(Debug, PartialEq)]
enum Failure {
    Denied,
}

impl From<Denied> for Failure {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

/// Execute system commands
#[mcp_tool(
    name = "execute_command",
    title = "Execute",
    scope = all("system:execute", any("oncall", "admin")),
    risk = "high",
    approval = "user",
    description = "Execute system commands, really",
    sandbox = simulate(pretend_command),
    guard = caller,
    prerequisites("health:check"),
    grouped_with("health_check"),
    examples("execute_command uptime", "execute_command df"),
    parameters("command", optional("working_directory")),
    policy(
        blocked_after("whoami:/etc/*", "@resource:/etc/*"),
        requires_approval_after("whoami", "@resource", "@prompt:review", "@prompt"),
        cooling_period_minutes = 5,
        idempotent,
        max_calls_per_session = 3,
        requires_human_review,
        blocked_patterns("*.pem"),
        max_file_size_mb = 10,
    ),
)]
async fn execute_command(
    caller: &Caller,
    command: String,
    working_directory: Option<String>,
) -> Result<String, Failure> {
    let _ = (caller, working_directory);
    Ok(command)
}

async fn pretend_command(_: &Caller, command: String, _: Option<String>) -> Result<String, Failure> {
    Ok(format!("would run {command}"))
}

/// Check
#[mcp_tool(public, risk = "minimal", approval = "auto", sandbox = "allow")]
fn health_check() {}

#[mcp_tool(scope = any("health:check", "admin"), risk = "low", sandbox = "deny")]
fn restart() {}

#[mcp_tool(authenticated, risk = "low")]
fn whoami() {}

scope_table! {
    static TOOLS = [execute_command, health_check, restart, whoami];
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn main() {
    let call = |scopes, environment| {
        let caller = Caller::new(TOOLS.grant(scopes), environment);
        // The tool states a policy, which something must have enforced.
        assert_eq!(run(execute_command(&caller, "uptime".to_owned(), None)), Err(Failure::Denied));
        run(execute_command(&caller.policies_enforced_elsewhere(), "uptime".to_owned(), None))
    };
    assert_eq!(call("system:execute admin", Environment::Live), Ok("uptime".to_owned()));
    assert_eq!(call("system:execute admin", Environment::Sandbox), Ok("would run uptime".to_owned()));
    assert_eq!(call("system:execute", Environment::Live), Err(Failure::Denied));
    assert_eq!(call("", Environment::Sandbox), Err(Failure::Denied));
    assert!(TOOLS.grant("").authorize("whoami").is_ok());
    assert!(TOOLS.anonymous().authorize("whoami").is_err());
    assert!(TOOLS.anonymous().authorize("health_check").is_ok());
}
