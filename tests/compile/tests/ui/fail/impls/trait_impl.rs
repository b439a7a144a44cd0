//! trait-impl

use mcp_scopes::mcp_tools;

trait Serve {
    fn read_file(&self);
}

struct FileServer;

#[mcp_tools]
impl Serve for FileServer {
    #[mcp_scopes::mcp_tool(risk = "low")]
    fn read_file(&self) {}
}

fn main() {
    FileServer.read_file();
}
