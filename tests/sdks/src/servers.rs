//! The same server on each SDK, and without one.
//!
//! Each is an axum router that serves `/mcp` and does not handle tokens. They differ in how the caller reaches a tool:
//!
//! | module | how |
//! |---|---|
//! | [`on_rmcp`] | `ResourceServer::guard` around the handler; the tool's context holds the request's parts |
//! | [`on_rust_mcp_sdk`] | its router drops extensions; its handler is mounted manually, one per request, with the caller inside |
//! | [`on_tower_mcp`] | `bridge_extension::<Caller>()` |
//! | [`on_axum`] | an argument of the handler |

pub mod on_axum;
pub mod on_rmcp;
pub mod on_rust_mcp_sdk;
pub mod on_tower_mcp;

use axum::Router;
use mcp_scopes_server::ResourceServer;

/// The response format, if the server has a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// `application/json`.
    Json,
    /// `text/event-stream`.
    Events,
}

/// A server without the layer in front of it. It receives the layer to be able to require it.
pub type Make = fn(&ResourceServer, Answers) -> Router;
