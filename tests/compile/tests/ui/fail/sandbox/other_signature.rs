//! (rustc)

use mcp_scopes::{Caller, Denied, mcp_tool};

fn pretend(_caller: &Caller, _path: u32) -> Result<(), Denied> {
    Ok(())
}

#[mcp_tool(risk = "low", guard = caller, sandbox = simulate(pretend))]
fn delete_file(caller: &Caller, path: String) -> Result<(), Denied> {
    let _ = (caller, path);
    Ok(())
}

fn main() {}
