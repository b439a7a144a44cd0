//! wrong-type

use mcp_scopes::{Caller, Denied, mcp_tool};

#[mcp_tool(risk = "low", guard = "caller")]
fn list_files(caller: &Caller) -> Result<(), Denied> {
    let _ = caller;
    Ok(())
}

fn main() {}
