//! simulate-without-guard

use mcp_scopes::mcp_tool;


fn pretend() -> Result<(), std::fmt::Error> {
    Ok(())
}

#[mcp_tool(risk = "low", sandbox = simulate(pretend))]
fn delete_file() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {}
