//! (rustc)

use mcp_scopes::{Caller, mcp_tool};

struct Failure;

#[mcp_tool(risk = "low", guard = caller)]
async fn list_files(caller: &Caller) -> Result<u32, Failure> {
    let _ = caller;
    Err(Failure)
}

fn main() {}
