//! The caller. In this example there is one for each run of the program.

use mcp_scopes::{AsCaller, Caller, Environment};
use rmcp::{
    ErrorData,
    handler::server::{common::FromContextPart, tool::ToolCallContext},
};

use crate::{TOOLS, server::Brokerage};

/// A caller.
#[derive(Clone, Debug)]
pub struct Client(Caller);

impl Client {
    /// Creates a caller whose token holds these scopes, or a caller without a token if there are none.
    ///
    /// # Errors
    /// Returns an error if the environment is neither `live` nor `sandbox`, since a guess could place real orders.
    pub fn of(scope: Option<&str>, environment: Option<&str>) -> Result<Self, String> {
        let environment = match environment {
            None | Some("live") => Environment::Live,
            Some("sandbox") => Environment::Sandbox,
            Some(other) => return Err(format!("`{other}` is not an environment; write `live` or `sandbox`")),
        };
        let grant = scope.map_or_else(|| TOOLS.anonymous(), |scope| TOOLS.grant(scope));
        // `Limits` decides on each call before the tool runs.
        Ok(Self(Caller::new(grant, environment).policies_enforced_elsewhere()))
    }

    /// Returns the caller's grant.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.0
    }
}

impl AsCaller for Client {
    fn as_caller(&self) -> Option<&Caller> {
        Some(&self.0)
    }
}

/// Allows a tool to take its caller as an argument.
impl FromContextPart<ToolCallContext<'_, Brokerage>> for Client {
    fn from_context_part(context: &mut ToolCallContext<'_, Brokerage>) -> Result<Self, ErrorData> {
        Ok(context.service.client().clone())
    }
}
