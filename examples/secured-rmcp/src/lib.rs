//! Team notes on rmcp behind the resource server, with an authorization server for development beside it.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | [`NoteServer`]: the tools |
//! | [`notes`] | [`Notes`](notes::Notes): what they work on |
//! | [`http`] | the resource server in front of rmcp |
//! | [`authorization`] | the authorization server, which is a process of its own and knows nothing of the others |
//! | [`child`] | starting that process, and ending it |

pub mod authorization;
pub mod child;
pub mod http;
pub mod notes;
pub mod server;

use mcp_scopes::scope_table;

use self::server::NoteServer;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [NoteServer::*] with "mcp-scopes.toml";
}
