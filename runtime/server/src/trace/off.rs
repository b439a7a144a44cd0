//! The functions of `on`, without effect.

use std::borrow::Cow;

use http::StatusCode;

use mcp_scopes::{Environment, ToolHandle};

use super::Step;

/// Details of a rejection besides its response.
#[derive(Clone, Debug)]
pub(crate) struct Mark;

impl Mark {
    pub(crate) const fn at(_: Step) -> Self {
        Self
    }

    pub(crate) const fn step(self, _: Step) -> Self {
        self
    }

    pub(crate) const fn tool(self, _: Option<&'static str>) -> Self {
        self
    }

    pub(crate) fn because(self, _: Cow<'static, str>) -> Self {
        self
    }
}

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
