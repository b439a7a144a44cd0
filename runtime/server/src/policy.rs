//! Where policies are enforced: after the check of scopes and before the call.

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
    /// Returns the called tool.
    #[must_use]
    pub const fn tool(&self) -> ToolHandle {
        self.tool
    }

    /// Returns the caller.
    #[must_use]
    pub const fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// Returns the claims of the caller's token; `None` without a token.
    #[must_use]
    pub const fn claims(&self) -> Option<&'a Claims> {
        self.claims
    }

    /// Returns the arguments as sent. They contain no duplicate member. `None` if the call has none.
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

/// The future of a policy decision.
pub type Deciding<'a> = Pin<Box<dyn Future<Output = Result<(), PolicyRefusal>> + Send + 'a>>;

/// Enforces what a table states about calls beyond scopes: `policy(..)` of its tools and `[session]` of its file.
pub trait PolicyHook: Send + Sync + 'static {
    /// Decides whether the call may run. The layer asks before each call that scopes and environment allow.
    ///
    /// # Errors
    /// The call is denied. A policy engine that cannot decide must return an error.
    fn decide<'a>(&'a self, call: Call<'a>) -> Deciding<'a>;
}

/// Why a policy denies a call. The answer is 403, with a challenge that names no scope, since more scopes would not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRefusal {
    reason: String,
}

impl PolicyRefusal {
    /// Creates a refusal with a reason that is shown to the caller.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// Returns the reason.
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
