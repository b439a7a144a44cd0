//! (rustc)

use mcp_scopes::mcp_tool;


trait Serve {
    fn read_file(&self);
}

struct FileServer;

impl Serve for FileServer {
    #[mcp_tool(risk = "low")]
    fn read_file(&self) {}
}

fn main() {}
