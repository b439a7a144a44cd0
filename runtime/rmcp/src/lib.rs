//! The resource server of `mcp-scopes` in front of servers on rmcp.
//!
//! | item | what it does |
//! |---|---|
//! | `service` (feature `http`, on by default) | rmcp's streamable HTTP with the resource server in front, so that it cannot be bypassed |
//! | [`guard`] | a handler that answers known callers only, for servers that are put together in another way, and for stdio |
//! | [`Caller`] | the caller, as an argument of a tool |
//! | [`error`] | a denial as rmcp's `ErrorData`, for `map_err` |
//!
//! rmcp puts the parts of the HTTP request into the context of a call, and with them the caller that the layer has put there. A tool
//! names it as an argument:
//!
//! ```
//! use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
//! use mcp_scopes_rmcp::Caller;
//! use rmcp::{ErrorData, tool, tool_router};
//!
//! #[derive(Clone)]
//! struct Files;
//!
//! #[mcp_tools]
//! #[tool_router]
//! impl Files {
//!     #[mcp_tool(scope = "files:list", risk = "low", guard = caller)]
//!     #[tool(description = "List the files")]
//!     async fn list_files(&self, caller: Caller) -> Result<String, ErrorData> {
//!         Ok(format!("{:?}", caller.environment()))
//!     }
//! }
//!
//! scope_table! { static TOOLS = [Files::*]; }
//! # let _ = (&TOOLS, Files::tool_router());
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `caller` | [`Caller`], and where rmcp's types have it |
//! | `contents` | resources and prompts on stdio |
//! | `denial` | [`error`], and denials of guarded tools |
//! | `handler` | [`AuthenticatedHandler`], [`guard`] |
//! | `source` | [`Source`]: where its caller comes from |
//! | `record` | how requests on stdio end, for their events |
//! | `bounds` | [`CurrentHandler`] and `CurrentSessions`, what servers must implement |
//! | `service` | `service`, `Streamable` (feature `http`) |
//! | `schemas` | the headers that input schemas declare (feature `http`) |
//!
//! # Servers on stdio alone
//!
//! Without the feature `http` the crate needs no HTTP transport of rmcp: `mcp-scopes-rmcp = { version = "..", default-features = false }`.
//! [`guard`] then takes [`StdioCredentials`](mcp_scopes_server::StdioCredentials). No HTTP server or client is compiled.
#![cfg_attr(docsrs, feature(doc_cfg))]

/// rmcp's `#[tool]` rewrites an `async fn`, so the annotation is above it. Otherwise it does not compile, as a case of the compile tests
/// shows with a macro that rewrites in the same way. This example shows that rmcp's own still does.
///
/// ```compile_fail
/// use mcp_scopes::mcp_tool;
/// use rmcp::{tool, tool_router};
///
/// struct Files;
///
/// #[tool_router]
/// impl Files {
///     #[tool(description = "List the files")]
///     #[mcp_tool(scope = "files:list", risk = "low")]
///     async fn list_files(&self) -> String {
///         String::new()
///     }
/// }
/// ```
#[cfg(doctest)]
struct AnnotationBelowTool;

mod bounds;
mod caller;
mod contents;
mod denial;
mod handler;
mod record;
#[cfg(feature = "http")]
mod schemas;
#[cfg(feature = "http")]
mod service;
mod source;
mod tasks;

#[cfg(feature = "http")]
pub use self::bounds::CurrentSessions;
#[cfg(feature = "http")]
pub use self::service::{Streamable, service};
pub use self::{
    bounds::CurrentHandler,
    caller::{Caller, ViaRmcp},
    denial::error,
    handler::{AuthenticatedHandler, guard},
    source::Source,
};
