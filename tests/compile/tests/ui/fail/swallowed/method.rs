//! (rustc)

use mcp_scopes::{mcp_tools, scope_table};
use mcp_scopes_foreign_attribute::mcp_tool;

struct FileServer;

#[mcp_tools]
impl FileServer {
    #[mcp_tool(scope = "files:delete", risk = "high")]
    fn delete_file(&self) {}

    #[mcp_scopes::mcp_tool(scope = "files:read", risk = "low")]
    fn read_file(&self) {}
}

scope_table! {
    static TOOLS = [FileServer::*];
}

fn main() {
    FileServer.delete_file();
    FileServer.read_file();
}
