//! The caller in parts of an HTTP request, so that the inline check accepts each of them.

use http::{Extensions, Request, request::Parts};
use mcp_scopes::{AsCaller, Caller};

/// Marks the implementations of [`AsCaller`] for types of the crate `http`.
#[derive(Clone, Copy, Debug)]
pub enum ViaHttp {}

impl AsCaller<ViaHttp> for Extensions {
    fn as_caller(&self) -> Option<&Caller> {
        self.get()
    }
}

impl AsCaller<ViaHttp> for Parts {
    fn as_caller(&self) -> Option<&Caller> {
        self.extensions.as_caller()
    }
}

impl<B> AsCaller<ViaHttp> for Request<B> {
    fn as_caller(&self) -> Option<&Caller> {
        self.extensions().as_caller()
    }
}
