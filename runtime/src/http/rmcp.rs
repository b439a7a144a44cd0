//! The caller in a tool on rmcp (feature `rmcp`).
//!
//! rmcp puts the parts of the HTTP request into the context of a call, and with them what the layer put there. So a tool can
//! name its caller as an argument:
//!
//! ```
//! use mcp_scopes::{Caller, mcp_tool, mcp_tools, scope_table};
//! use rmcp::{ErrorData, tool, tool_router};
//!
//! #[derive(Clone)]
//! struct Files;
//!
//! #[mcp_tools]
//! #[tool_router]
//! impl Files {
//!     #[mcp_tool(scope = "files:list", risk = "low", guard = caller)]
//!     #[tool(description = "List the files")]
//!     async fn list_files(&self, caller: Caller) -> Result<String, ErrorData> {
//!         Ok(format!("{:?}", caller.environment()))
//!     }
//! }
//!
//! scope_table! { static TOOLS = [Files::*]; }
//! # let _ = (&TOOLS, Files::tool_router());
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `guarded` | [`Guarded`]: a handler that answers nobody who is not known |
//! | `schemas` | the headers that input schemas declare |
//! | `streamable` | [`Streamable`]: rmcp's service, shared by all requests |

mod guarded;
mod schemas;
mod streamable;

use http::request::Parts;
use rmcp::{
    ErrorData, RoleServer,
    handler::server::common::{AsRequestContext, FromContextPart},
    model::{ErrorCode, Extensions},
    service::RequestContext,
};

use crate::{AsCaller, Caller, Denied, Reason};

use self::schemas::InputSchemas;
pub use self::{guarded::Guarded, streamable::Streamable};

impl AsCaller for RequestContext<RoleServer> {
    /// The caller of the HTTP request that the call came with. Without HTTP the one that
    /// [`StdioCredentials`](crate::http::StdioCredentials) state; none is a denial.
    fn as_caller(&self) -> Option<&Caller> {
        self.extensions.as_caller()
    }
}

impl AsCaller for Extensions {
    fn as_caller(&self) -> Option<&Caller> {
        match self.get::<Parts>() {
            Some(parts) => parts.as_caller(),
            None => self.get().or_else(|| crate::http::stdio::caller()),
        }
    }
}

impl<C: AsRequestContext> FromContextPart<C> for Caller {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        let caller = context.as_request_context().as_caller().copied();
        caller.ok_or_else(|| ErrorData::from(Denied::without_caller()))
    }
}

impl From<Denied> for ErrorData {
    /// A denial inside a function, where the transport cannot answer 401 or 403 any more.
    fn from(denied: Denied) -> Self {
        let code = match denied.reason() {
            // What rmcp itself answers.
            Reason::UnknownTool => ErrorCode::INVALID_PARAMS,
            Reason::NoCredentials => ErrorCode(401),
            Reason::MissingScopes | Reason::OtherTable | Reason::NotInSandbox | Reason::NoCaller => ErrorCode(403),
        };
        Self::new(code, denied.to_string(), None)
    }
}
