//! Nothing, in the form of what `on` does.

use http::StatusCode;

use crate::{Environment, ToolHandle};

use super::Step;

/// What is known about a refusal besides its answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Mark;

impl Mark {
    pub(in crate::http) const fn at(_: Step) -> Self {
        Self
    }

    pub(in crate::http) const fn step(self, _: Step) -> Self {
        self
    }

    pub(in crate::http) const fn tool(self, _: Option<&'static str>) -> Self {
        self
    }

    pub(in crate::http) const fn because(self, _: &'static str) -> Self {
        self
    }
}

/// The request, as it is.
pub(in crate::http) const fn request<F>(request: F) -> F {
    request
}

pub(in crate::http) const fn refused(_: StatusCode, _: i32, _: Option<Environment>, _: Mark) {}

pub(in crate::http) fn passed(_: &str, _: impl FnOnce() -> Option<ToolHandle>, _: Environment) {}

#[cfg(feature = "jwks")]
pub(in crate::http) const fn keys(_: Option<&'static str>) {}
