//! A job queue whose build script writes the metadata document that the program embeds.

pub mod queue;

use mcp_scopes::scope_table;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [
        queue::list_jobs,
        #[cfg(feature = "changes")]
        queue::start_job,
        #[cfg(feature = "changes")]
        queue::cancel_job,
    ] with "mcp-scopes.toml";
}

/// The document that the build script has generated from the source.
pub const METADATA: &str = include_str!(concat!(env!("OUT_DIR"), "/protected-resource-metadata.json"));

/// The path at which clients look for it: the well-known path of the `resource` in `mcp-scopes.toml` (RFC 9728 §3.1).
pub const METADATA_PATH: &str = "/.well-known/oauth-protected-resource/mcp";
