//! Team notes on rmcp behind the resource server, with an authorization server for development.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | [`NoteServer`]: the tools |
//! | [`notes`] | [`Notes`](notes::Notes): the notes |
//! | [`serve`] | the resource server in front of rmcp |
//! | [`authorization`] | the authorization server, a separate process that is independent of the other modules |
//! | [`child`] | starting and stopping that process |
//! | [`conformance`] | a second server: the fixture for scopes of the official conformance suite |

pub mod authorization;
pub mod child;
pub mod conformance;
pub mod notes;
pub mod serve;
pub mod server;

use mcp_scopes::scope_table;

use self::server::NoteServer;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [NoteServer::*] with "mcp-scopes.toml";
}
