//! Where the caller of a guarded handler comes from.

use http::request::Parts;
use rmcp::model::Extensions;

use mcp_scopes::{__private::v1, AsCaller, Caller, Denied, ScopeTable};
use mcp_scopes_server::{__private::v1::table, ResourceServer, StdioCredentials};

/// Where the caller of an [`AuthenticatedHandler`](crate::AuthenticatedHandler) comes from: a [`ResourceServer`] or [`StdioCredentials`].
#[derive(Clone, Debug)]
pub struct Source(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The layer of that table.
    Layer(&'static ScopeTable),
    /// The process that started this one.
    Process(StdioCredentials),
}

impl From<&ResourceServer> for Source {
    fn from(server: &ResourceServer) -> Self {
        Self(Kind::Layer(table(server)))
    }
}

impl From<StdioCredentials> for Source {
    fn from(credentials: StdioCredentials) -> Self {
        Self(Kind::Process(credentials))
    }
}

impl Source {
    /// Returns the caller, and notes it where inline checks find it.
    pub(crate) fn caller(&self, extensions: &mut Extensions) -> Result<Caller, Denied> {
        match (&self.0, extensions.get::<Parts>()) {
            (Kind::Layer(table), Some(parts)) => {
                let caller = *parts.as_caller().ok_or_else(v1::denied_without_caller)?;
                if core::ptr::eq(caller.grant().table(), *table) {
                    Ok(caller)
                } else {
                    Err(v1::denied_other_table(table))
                }
            }
            // Without HTTP there is no layer; with HTTP the caller is not the process that started this one.
            (Kind::Layer(_), None) | (Kind::Process(_), Some(_)) => Err(v1::denied_without_caller()),
            (Kind::Process(credentials), None) => {
                let caller = *credentials.caller();
                extensions.insert(caller);
                Ok(caller)
            }
        }
    }
}
