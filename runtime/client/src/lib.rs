//! The client side of authorization for MCP servers: which scopes to ask for, when to ask again, and when to stop.
//!
//! [`Challenges`] reads what a server answers to a refused request. [`StepUp`] decides what to do next: send, obtain a token, or stop. It does no
//! I/O: the client performs its [`Action`]s and tells it what happened. For every server and every authorization server it ends: an operation
//! causes at most six requests more, for tokens and to be sent again. [`Plan`] says from the metadata alone which
//! scopes a set of tools needs, and what else they open.
//!
//! | module | holds |
//! |---|---|
//! | `address` | addresses as requests state them |
//! | [`challenge`] | [`Challenges`]: the header `WWW-Authenticate` |
//! | `scopes` | [`Scopes`]: a set of scopes |
//! | [`selection`] | the scopes that a challenge and the metadata ask for |
//! | [`step_up`] | [`StepUp`]: the state machine; `flight` requests one token, `refusals` remembers what was refused |
//! | [`plan`] | [`Plan`]: data for a consent screen |
//! | [`discovery`] | reads metadata of resources and authorization servers |
//! | [`tokens`] | [`AccessToken`], and what a client keeps of a response with tokens |
//! | [`authorizer`] | [`Authorizer`]: obtains tokens; [`External`]: by a function |
//! | [`client`] | [`StepUpClient`]: performs the actions, for any number of operations at once |
#![cfg_attr(
    feature = "http",
    doc = "| [`http`] | [`HttpAuthorizer`](http::HttpAuthorizer): obtains tokens over HTTP |"
)]
#![cfg_attr(feature = "rmcp", doc = "| [`rmcp`] | [`StepUpClient::over`]: in front of rmcp's HTTP client |")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "http", feature = "rmcp"))]
mod address;
pub mod authorizer;
pub mod challenge;
pub mod client;
pub mod discovery;
#[cfg(feature = "http")]
pub mod http;
pub mod plan;
#[cfg(feature = "rmcp")]
pub mod rmcp;
mod scopes;
pub mod selection;
pub mod step_up;
pub mod tokens;

pub use authorizer::{Authorizer, Discovered, External};
pub use challenge::{Authentication, Challenge, ChallengeError, Challenges};
pub use client::{Reply, StepUpClient, Stopped};
pub use plan::Plan;
pub use scopes::{ScopeError, Scopes};
pub use selection::ScopeMap;
pub use step_up::{Action, Answer, Grant, OperationId, Refusal, Settings, StepUp, Stop, TokenRequest, Way};
pub use tokens::{AccessToken, Issued, MemoryStore, TokenStore};
