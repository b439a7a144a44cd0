//! A file server without an SDK: each tool's name is its scope.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | [`FileServer`]: the tools, annotated where they are written |
//! | [`call`] | from a grant and a call to its result or its denial |
//!
//! The table below is all that a check, a list or the document needs.

pub mod call;
pub mod server;

use mcp_scopes::scope_table;

use self::server::FileServer;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [FileServer::*] with "mcp-scopes.toml";
}
