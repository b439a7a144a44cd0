//! (rustc)

use mcp_scopes::{Caller, Denied, mcp_tool};

fn pretend(_caller: &Caller) -> Result<(), Denied> {
    Ok(())
}

#[mcp_tool(risk = "low", guard = caller, sandbox = simulate(pretend))]
async fn delete_file(caller: &Caller) -> Result<(), Denied> {
    let _ = caller;
    Ok(())
}

fn main() {}
