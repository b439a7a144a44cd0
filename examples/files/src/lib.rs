//! A file server without an SDK. Each tool's name is its scope.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | [`FileServer`]: the annotated tools |
//! | [`call`] | executing or denying a call |
//!
//! Checks, lists and the document use the table below.

pub mod call;
pub mod server;

use mcp_scopes::scope_table;

use self::server::FileServer;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [FileServer::*] with "mcp-scopes.toml";
}
