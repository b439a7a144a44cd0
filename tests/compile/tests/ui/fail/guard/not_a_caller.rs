//! (rustc)

use mcp_scopes::{Denied, mcp_tool};

struct Context;

#[mcp_tool(risk = "low", guard = caller)]
fn owned(caller: Context) -> Result<(), Denied> {
    let _ = caller;
    Ok(())
}

#[mcp_tool(risk = "low", guard = caller)]
async fn borrowed(caller: &Context) -> Result<(), Denied> {
    let _ = caller;
    Ok(())
}

fn main() {}
