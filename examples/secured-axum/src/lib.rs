//! A parcel desk with JSON-RPC by hand on axum, behind the resource server, with API keys.
//!
//! | module | holds |
//! |---|---|
//! | [`desk`] | [`Desk`]: the tools, and the parcels they work on |
//! | [`mcp`] | the protocol: from a message to its answer |
//! | [`keys`] | the file of API keys |
//! | [`http`] | the resource server in front |

pub mod desk;
pub mod http;
pub mod keys;
pub mod mcp;

use mcp_scopes::scope_table;

use self::desk::Desk;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [Desk::*] with "mcp-scopes.toml";
}
