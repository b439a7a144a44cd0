//! unknown-key, wrong-type

use mcp_scopes::{mcp_tool, mcp_tools};


struct FileServer;

#[mcp_tools(grup = admin)]
impl FileServer {
    #[mcp_tool(risk = "low")]
    fn read_file(&self) {}
}

struct MailServer;

#[mcp_tools(group = "admin")]
impl MailServer {
    #[mcp_tool(risk = "low")]
    fn write_file(&self) {}
}

fn main() {}
