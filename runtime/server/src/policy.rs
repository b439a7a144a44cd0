//! The place where policies are enforced: between the check of scopes and the call.

use core::{fmt, future::Future, pin::Pin};

use serde_json::value::RawValue;

use mcp_scopes::{Caller, ToolHandle};

use super::{Claims, message::Message};

/// A call that scopes and environment allow.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub(super) tool: ToolHandle,
    pub(super) caller: &'a Caller,
    pub(super) claims: Option<&'a Claims>,
    pub(super) message: &'a Message<'a>,
}

impl<'a> Call<'a> {
    /// The tool.
    #[must_use]
    pub const fn tool(&self) -> ToolHandle {
        self.tool
    }

    /// Who calls.
    #[must_use]
    pub const fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// What the caller's token says; `None` without one.
    #[must_use]
    pub const fn claims(&self) -> Option<&'a Claims> {
        self.claims
    }

    /// The arguments, as written; no member stands twice in them. `None` if the call has none.
    #[must_use]
    pub fn arguments(&self) -> Option<&'a RawValue> {
        self.message.params.arguments
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("tool", &self.tool).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// A decision under way.
pub type Deciding<'a> = Pin<Box<dyn Future<Output = Result<(), PolicyRefusal>> + Send + 'a>>;

/// Enforces what a table states about calls beyond scopes: `policy(..)` of its tools and `[session]` of its file.
pub trait PolicyHook: Send + Sync + 'static {
    /// Whether the call may run. It is asked before each call that scopes and environment allow.
    ///
    /// # Errors
    /// The call may not run. An engine that cannot tell has to refuse.
    fn decide<'a>(&'a self, call: Call<'a>) -> Deciding<'a>;
}

/// Why a policy refuses a call: 403, and a challenge that names no scope, since more scopes would not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRefusal {
    reason: String,
}

impl PolicyRefusal {
    /// A refusal with a text that the caller may read.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for PolicyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl core::error::Error for PolicyRefusal {}
