//! (rustc)

use mcp_scopes::{Caller, Denied, mcp_tool};

#[mcp_tool(risk = "low", guard = caller, sandbox = simulate(pretend))]
fn delete_file(caller: &Caller) -> Result<(), Denied> {
    let _ = caller;
    Ok(())
}

fn main() {}
