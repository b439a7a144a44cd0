//! Where policies are enforced: after the check of scopes and before the call.

use core::{fmt, future::Future, pin::Pin};
use std::sync::Arc;

use serde_json::value::RawValue;

use mcp_scopes::{Caller, ToolHandle};

use super::{Claims, message::Message};

/// A call that scopes and environment allow.
#[derive(Clone, Copy)]
pub struct PolicyRequest<'a> {
    pub(super) tool: ToolHandle,
    pub(super) caller: &'a Caller,
    pub(super) claims: Option<&'a Arc<Claims>>,
    pub(super) message: &'a Message<'a>,
}

impl<'a> PolicyRequest<'a> {
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
    pub fn claims(&self) -> Option<&'a Claims> {
        self.claims.map(|claims| &**claims)
    }

    /// Returns the arguments as sent. They contain no duplicate member. `None` if the call has none.
    #[must_use]
    pub fn arguments(&self) -> Option<&'a RawValue> {
        self.message.params.arguments
    }
}

impl fmt::Debug for PolicyRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyRequest").field("tool", &self.tool).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// Enforces what a table states about calls beyond scopes: `policy(..)` of its tools and `[session]` of its file. For a
/// closure see [`policy_fn`].
pub trait PolicyHook: Send + Sync + 'static {
    /// Decides whether the call may run. The layer asks before each call that scopes and environment allow.
    ///
    /// # Errors
    /// The call is denied. A policy engine that cannot decide must return an error.
    fn decide(&self, request: PolicyRequest<'_>) -> impl Future<Output = Result<(), PolicyDenial>> + Send;
}

/// The future of a policy decision.
pub(super) type PolicyFuture<'a> = Pin<Box<dyn Future<Output = Result<(), PolicyDenial>> + Send + 'a>>;

/// [`PolicyHook`] for trait objects.
pub(super) trait DynPolicyHook: Send + Sync + 'static {
    fn decide_boxed<'a>(&'a self, request: PolicyRequest<'a>) -> PolicyFuture<'a>;
}

impl<P: PolicyHook> DynPolicyHook for P {
    fn decide_boxed<'a>(&'a self, request: PolicyRequest<'a>) -> PolicyFuture<'a> {
        Box::pin(self.decide(request))
    }
}

/// A call that scopes and environment allow, as owned values.
#[derive(Clone)]
#[non_exhaustive]
pub struct OwnedPolicyRequest {
    /// The called tool.
    pub tool: ToolHandle,
    /// The caller.
    pub caller: Caller,
    /// The claims of the caller's token; `None` without a token.
    pub claims: Option<Arc<Claims>>,
    /// The arguments as sent; `None` if the call has none.
    pub arguments: Option<Box<RawValue>>,
}

impl fmt::Debug for OwnedPolicyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("OwnedPolicyRequest");
        text.field("tool", &self.tool).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// Returns a policy hook that calls a closure. The closure receives owned values, so that its future may hold them.
///
/// ```
/// use mcp_scopes_server::{PolicyDenial, policy_fn};
/// let policy = policy_fn(|request| async move {
///     match request.tool.name {
///         "delete_everything" => Err(PolicyDenial::new("not on a Friday")),
///         _ => Ok(()),
///     }
/// });
/// # let _ = policy;
/// ```
pub fn policy_fn<F, R>(decide: F) -> PolicyFn<F>
where
    F: Fn(OwnedPolicyRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), PolicyDenial>> + Send,
{
    PolicyFn(decide)
}

/// A policy hook that calls a closure. Created by [`policy_fn`].
#[derive(Clone)]
#[must_use]
pub struct PolicyFn<F>(F);

impl<F, R> PolicyHook for PolicyFn<F>
where
    F: Fn(OwnedPolicyRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), PolicyDenial>> + Send,
{
    async fn decide(&self, request: PolicyRequest<'_>) -> Result<(), PolicyDenial> {
        let request = OwnedPolicyRequest {
            tool: request.tool,
            caller: *request.caller,
            claims: request.claims.map(Arc::clone),
            arguments: request.arguments().map(ToOwned::to_owned),
        };
        (self.0)(request).await
    }
}

impl<F> fmt::Debug for PolicyFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyFn").finish_non_exhaustive()
    }
}

/// Why a policy denies a call. The answer is 403, with a challenge that names no scope, since more scopes would not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDenial {
    reason: String,
}

impl PolicyDenial {
    /// Creates a denial with a reason that is shown to the caller.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for PolicyDenial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl core::error::Error for PolicyDenial {}
