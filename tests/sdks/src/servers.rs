//! The same server on each SDK, and on none.
//!
//! Each of them is an axum router that serves `/mcp` and knows nothing of tokens. How the caller gets to a tool is what
//! differs:
//!
//! | module | how |
//! |---|---|
//! | [`on_rmcp`] | `ResourceServer::guard` around the handler; the tool's context holds the request's parts |
//! | [`on_rust_mcp_sdk`] | its router drops extensions; its handler is mounted by hand, one per request, with the caller inside |
//! | [`on_tower_mcp`] | `bridge_extension::<Caller>()` |
//! | [`on_axum`] | an argument of the handler |

pub mod on_axum;
pub mod on_rmcp;
pub mod on_rust_mcp_sdk;
pub mod on_tower_mcp;

use axum::Router;
use mcp_scopes_server::ResourceServer;

/// Which answers a server gives where it has the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// `application/json`.
    Json,
    /// `text/event-stream`.
    Events,
}

/// A server, without the layer in front of it. It is given the layer so that it can insist on it.
pub type Make = fn(&ResourceServer, Answers) -> Router;
