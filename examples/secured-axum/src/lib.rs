//! A parcel desk with a manual JSON-RPC implementation on axum, behind the resource server, with API keys.
//!
//! | module | holds |
//! |---|---|
//! | [`desk`] | [`Desk`]: the tools, and the parcels |
//! | [`mcp`] | the protocol: answering a message |
//! | [`keys`] | the file of API keys |
//! | [`serve`] | the resource server in front |

pub mod desk;
pub mod keys;
pub mod mcp;
pub mod serve;

use mcp_scopes::scope_table;

use self::desk::Desk;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [Desk::*] with "mcp-scopes.toml";
}
