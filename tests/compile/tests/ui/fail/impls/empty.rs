//! empty-group

use mcp_scopes::mcp_tools;

struct FileServer;

#[mcp_tools]
impl FileServer {
    fn open(&self) {}
}

fn main() {
    FileServer.open();
}
