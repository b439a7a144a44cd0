//! Declare the authorization of an MCP tool once, beside its function; derive everything else from it.
//!
//! | module | holds |
//! |---|---|
//! | [`table`] | [`ScopeTable`]: every tool and scope of one server, computed at compile time |
//! | [`grant`] | [`Grant`]: what one token holds of a table's scopes |
//! | [`visible`] | [`Visible`]: the tools a grant opens |
//! | [`denied`] | [`Denied`]: why a call may not run, and what is missing |
//! | [`challenge`] | [`Challenge`]: the `WWW-Authenticate` value made from a denial |
//! | [`caller`] | [`Caller`]: who calls, and the check inside a function |
//! | [`metadata`](mod@metadata) | the protected resource metadata of a table (feature `metadata`) |
//!
//! The core needs neither `std` nor an allocator; `default-features = false` leaves only that.
#![no_std]

#[cfg(feature = "metadata")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod caller;
pub mod challenge;
pub mod denied;
pub mod grant;
#[cfg(feature = "metadata")]
pub mod metadata;
pub mod table;
pub mod visible;

#[doc(hidden)]
pub mod __private;

pub use caller::{AsCaller, Caller};
pub use challenge::Challenge;
pub use denied::{Denied, Reason};
pub use grant::Grant;
pub use mcp_scopes_macros::{mcp_tool, mcp_tools, scope_table};
pub use mcp_scopes_model::{Approval, Environment, Requirement, Risk, SandboxMode, Tool, sandbox::Route};
pub use table::{ScopeTable, ToolHandle};
pub use visible::Visible;
