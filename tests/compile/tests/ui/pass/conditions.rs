//! `#[cfg]` and `#[cfg_attr]` on functions, entries, tables, groups and their members.
#![deny(warnings)]
#![allow(clippy::all, reason = "written as users may write it")]

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

#[mcp_tool(risk = "low")]
#[cfg(all())]
fn there() {}

#[cfg(any())]
#[mcp_tool(risk = "low")]
fn gone() {}

#[mcp_tool(risk = "low")]
#[cfg(any())]
fn gone_too() -> Missing {}

#[cfg_attr(all(), mcp_tool(risk = "high"))]
fn conditional() {}

#[cfg_attr(any(), mcp_tool(risk = "high"))]
#[cfg_attr(not(any()), mcp_tool(risk = "low", parameters("there")))]
fn chosen(#[cfg(all())] _there: u32, #[cfg(any())] _gone: Missing) {}

struct Server;

#[mcp_tools]
impl Server {
    #[mcp_tool(risk = "low")]
    fn always(&self) {}

    #[cfg(any())]
    #[mcp_tool(risk = "low")]
    fn never(&self) {}

    #[cfg_attr(all(), mcp_tool(risk = "low"))]
    fn maybe(&self) {}

    #[cfg_attr(any(), mcp_tool(risk = "low"))]
    fn not_a_tool(&self) {}
}

#[mcp_tools(group = unix)]
#[cfg(any())]
impl Server {
    #[mcp_tool(risk = "low")]
    fn fork(&self) {}
}

#[cfg(all())]
#[mcp_tools]
mod shell {
    #[cfg(all())]
    #[mcp_scopes::mcp_tool(risk = "low")]
    pub fn run() {}
}

scope_table! {
    static TOOLS = [
        there,
        #[cfg(any())]
        gone,
        #[cfg(any())]
        gone_too,
        conditional,
        chosen,
        Server::*,
        #[cfg(any())]
        Server::unix::*,
        #[cfg(all())]
        shell::*,
    ];
}

scope_table! {
    #[cfg(any())]
    static TOOLS = [nothing::that::exists];
}

fn main() {
    let names: Vec<&str> = TOOLS.tools().map(|tool| tool.name).collect();
    assert_eq!(names, ["there", "conditional", "chosen", "always", "maybe", "run"]);
    Server.not_a_tool();
}
