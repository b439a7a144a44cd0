//! Declares the authorization of an MCP tool once, beside its function, and derives everything else from it.
//!
//! | module | holds |
//! |---|---|
//! | `table` | [`ScopeTable`]: every tool and scope of one server, computed at compile time |
//! | `grant` | [`Grant`]: what one token holds of a table's scopes |
//! | `visible` | [`Visible`]: the tools a grant opens |
//! | `denied` | [`Denied`]: why a call may not run, and what is missing |
//! | `challenge` | [`Challenge`]: the `WWW-Authenticate` value made from a denial |
//! | `caller` | [`Caller`]: the caller of a tool, and the check inside a function; `mark` what policies have decided for it |
//! | [`metadata`](mod@metadata) | the protected resource metadata of a table (feature `metadata`) |
//!
//! The core requires neither `std` nor an allocator. `default-features = false` leaves only the core.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "metadata")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod arguments;
mod caller;
mod challenge;
mod denied;
mod grant;
mod mark;
#[cfg(feature = "metadata")]
pub mod metadata;
mod table;
mod visible;

#[doc(hidden)]
pub mod __private;

pub use caller::{AsCaller, Caller, FromDenied};
pub use challenge::Challenge;
pub use denied::{Denied, Reason};
pub use grant::Grant;
/// Declares the authorization of a tool beside its function.
///
/// # Examples
/// ```
/// use mcp_scopes::{Risk, mcp_tool, scope_table};
///
/// /// Read a text file
/// #[mcp_tool(scope = any("files:read", "files:admin"), risk = "low", examples("read_file notes.txt"))]
/// fn read_file(path: &str, lines: Option<usize>) -> String {
///     String::new()
/// }
///
/// scope_table! { static TOOLS = [read_file]; }
/// let tool = TOOLS.handle("read_file");
/// assert_eq!((tool.description, tool.risk), ("Read a text file", Risk::Low));
/// assert!(TOOLS.grant("files:admin").authorize_tool(tool).is_ok());
/// ```
#[doc(inline)]
pub use mcp_scopes_macros::mcp_tool;
/// Collects the annotated functions of an impl or inline module, so that a table can list them as `path::*`.
///
/// With an SDK it also rejects a `#[tool]` method without `#[mcp_tool]`.
///
/// # Examples
/// ```
/// use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
///
/// struct FileServer;
///
/// #[mcp_tools]
/// impl FileServer {
///     /// Read a text file
///     #[mcp_tool(scope = "files:read", risk = "low")]
///     async fn read_file(&self, path: String) {}
/// }
///
/// #[mcp_tools(group = admin)]
/// impl FileServer {
///     /// Delete a file for good
///     #[mcp_tool(scope = "files:delete", risk = "high")]
///     async fn delete_file(&self, path: String) {}
/// }
///
/// scope_table! { static TOOLS = [FileServer::*, FileServer::admin::*]; }
/// assert_eq!(TOOLS.tools().map(|tool| tool.name).collect::<Vec<_>>(), ["read_file", "delete_file"]);
/// ```
#[doc(inline)]
pub use mcp_scopes_macros::mcp_tools;
/// Declares a scope table: every tool of a server, checked and laid out at compile time.
///
/// # Examples
/// ```
/// use mcp_scopes::{mcp_tool, scope_table};
///
/// mod shell {
///     /// Execute system commands
///     #[mcp_scopes::mcp_tool(scope = "system:execute", risk = "high")]
///     fn execute_command(command: &str) {}
///
///     mcp_scopes::scope_table! { pub static TOOLS = [execute_command]; }
/// }
///
/// /// List directory contents
/// #[mcp_tool(risk = "low")]
/// fn list_files(directory: &str) {}
///
/// scope_table! {
///     /// Everything this server exposes.
///     pub static TOOLS = [list_files, ..shell::TOOLS];
/// }
/// assert_eq!(TOOLS.scopes().collect::<Vec<_>>(), ["list_files", "system:execute"]);
/// ```
/// Server-level facts are in a file: `scope_table! { pub static TOOLS = [list_files] with "mcp-scopes.toml"; }`.
#[doc(inline)]
pub use mcp_scopes_macros::scope_table;
pub use mcp_scopes_model::{Approval, Condition, Environment, Requirement, Risk, SandboxMode, Tool, sandbox::Route};
pub use table::{ScopeTable, ToolHandle};
pub use visible::Visible;
