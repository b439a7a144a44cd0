//! The caller of a tool.

use core::ops::Deref;

use http::request::Parts;
use mcp_scopes::{__private::v1, AsCaller};
use mcp_scopes_server::__private::v1::stdio_caller;
use rmcp::{
    ErrorData, RoleServer,
    handler::server::common::{AsRequestContext, FromContextPart},
    model::Extensions,
    service::RequestContext,
};

use super::error;

/// Marks the implementations of `AsCaller` and `FromDenied` for types of rmcp.
#[derive(Clone, Copy, Debug)]
pub enum ViaRmcp {}

/// The caller, as an argument of a tool. The call is denied where the layer is missing.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub mcp_scopes::Caller);

impl Deref for Caller {
    type Target = mcp_scopes::Caller;

    fn deref(&self) -> &mcp_scopes::Caller {
        &self.0
    }
}

impl AsCaller<ViaRmcp> for Caller {
    fn as_caller(&self) -> Option<&mcp_scopes::Caller> {
        Some(&self.0)
    }
}

impl AsCaller<ViaRmcp> for RequestContext<RoleServer> {
    /// Returns the caller of the HTTP request that the call came with. Without HTTP it is the caller of
    /// [`StdioCredentials`](mcp_scopes_server::StdioCredentials); without those the call is denied.
    fn as_caller(&self) -> Option<&mcp_scopes::Caller> {
        self.extensions.as_caller()
    }
}

impl AsCaller<ViaRmcp> for Extensions {
    fn as_caller(&self) -> Option<&mcp_scopes::Caller> {
        match self.get::<Parts>() {
            Some(parts) => parts.as_caller(),
            None => self.get().or_else(|| stdio_caller()),
        }
    }
}

impl<C: AsRequestContext> FromContextPart<C> for Caller {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        let caller = context.as_request_context().as_caller().copied();
        caller.map(Self).ok_or_else(|| error(v1::denied_without_caller()))
    }
}
