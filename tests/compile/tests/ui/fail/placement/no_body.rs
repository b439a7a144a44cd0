//! no-body

use mcp_scopes::mcp_tool;


trait Serve {
    #[mcp_tool(risk = "low")]
    fn read_file(&self);
}

fn main() {}
