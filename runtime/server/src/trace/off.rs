//! The functions of `on`, without effect.

use http::StatusCode;

use mcp_scopes::{Environment, ToolHandle};

use super::Mark;

/// Returns the request unchanged.
pub(crate) const fn request<F>(request: F) -> F {
    request
}

pub(crate) const fn record_rejection(_: StatusCode, _: i32, _: Option<Environment>, _: &Mark) {}

pub(crate) fn record_forwarding(_: &str, _: impl FnOnce() -> Option<ToolHandle>, _: Environment) {}

#[cfg(feature = "jwks")]
pub(crate) const fn keys(_: Option<&crate::token::FetchError>) {}

#[cfg(all(feature = "jwks", feature = "introspection"))]
pub(crate) const fn metadata(_: Option<&crate::token::FetchError>) {}

pub(crate) const fn record_cause(_: &crate::TokenError) {}

pub(crate) const fn record_help(_: &str, _: &str) {}

#[cfg(feature = "policies")]
pub(crate) const fn record_store_failure(_: &dyn core::error::Error) {}
