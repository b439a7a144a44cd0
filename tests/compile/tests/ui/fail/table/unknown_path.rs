//! (rustc)

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [nowhere::list_files, FileServer::*];
}

fn main() {}
