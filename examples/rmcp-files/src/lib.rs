//! A file server on rmcp, over streamable HTTP, with a scope hierarchy behind a namespace.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | [`FileServer`]: the tools, and its implementation of rmcp's handler |
//! | [`store`] | [`Store`](store::Store): the served folder |
//! | [`client`] | [`Client`](client::Client): callers and development tokens |
//! | [`limit`] | [`Calls`](limit::Calls): the policy that this server enforces |
//! | [`serve`] | the routes |

pub mod client;
pub mod limit;
pub mod serve;
pub mod server;
pub mod store;

use mcp_scopes::scope_table;

use self::server::FileServer;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [FileServer::*] with "mcp-scopes.toml";
}
