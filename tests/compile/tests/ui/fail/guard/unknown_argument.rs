//! unknown-argument

use mcp_scopes::{Caller, Denied, mcp_tool};

#[mcp_tool(risk = "low", guard = calller)]
fn near(caller: &Caller) -> Result<(), Denied> {
    let _ = caller;
    Ok(())
}

#[mcp_tool(risk = "low", guard = context)]
fn none() -> Result<(), Denied> {
    Ok(())
}

fn main() {}
