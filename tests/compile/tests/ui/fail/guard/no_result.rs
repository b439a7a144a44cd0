//! guard-needs-result

use mcp_scopes::{Caller, mcp_tool};

#[mcp_tool(risk = "low", guard = caller)]
fn nothing(caller: &Caller) {
    let _ = caller;
}

#[mcp_tool(risk = "low", guard = caller)]
fn option(caller: &Caller) -> Option<u32> {
    let _ = caller;
    None
}

fn main() {}
