//! (rustc)

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [files::list_files, FileServer::*];
}

fn main() {}
