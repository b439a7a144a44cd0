//! Where policies are enforced: after the check of scopes and before the call.

use core::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
};
use std::sync::Arc;

use serde_json::value::RawValue;

use mcp_scopes::{Caller, ToolHandle};

use super::{CallOutcome, Claims, message::Message, outcome::Observer};

/// The number of a call, which no other call of the process has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId(u64);

impl CallId {
    pub(super) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A call that scopes and environment allow.
#[derive(Clone, Copy)]
pub struct PolicyRequest<'a> {
    pub(super) id: CallId,
    pub(super) tool: ToolHandle,
    pub(super) caller: &'a Caller,
    pub(super) claims: Option<&'a Arc<Claims>>,
    pub(super) message: &'a Message<'a>,
}

impl<'a> PolicyRequest<'a> {
    /// Returns the number of the call, which its [outcome](SettledCall::id) has too.
    #[must_use]
    pub const fn id(&self) -> CallId {
        self.id
    }

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

    /// Returns the answers to questions that the tool has asked (`inputResponses`), as sent. The tool receives them like arguments, so a hook
    /// that decides by arguments decides by these too.
    #[must_use]
    pub const fn input_responses(&self) -> Option<&'a RawValue> {
        self.message.params.input_responses
    }

    /// Returns the state that the tool has told the client to return (`requestState`), as sent. The client may have changed it, and the tool
    /// receives it.
    #[must_use]
    pub const fn request_state(&self) -> Option<&'a RawValue> {
        self.message.params.request_state
    }
}

impl fmt::Debug for PolicyRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyRequest").field("tool", &self.tool).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// Decides on calls besides the table's policies: an engine of the deployment. For a closure see [`policy_fn`].
///
/// Hook and table must both allow a call. The hook is asked first, so a call that it allows may still be denied.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use mcp_scopes_server::{PolicyDenial, PolicyHook, PolicyRequest, SettledCall};
///
/// /// Lets a number of calls run at the same time.
/// struct Places(AtomicUsize);
///
/// impl PolicyHook for Places {
///     async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
///         let taken = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| free.checked_sub(calls.len()));
///         taken.map(|_| ()).map_err(|_| PolicyDenial::new("too many calls at the same time"))
///     }
///
///     fn observes_outcomes(&self) -> bool {
///         true
///     }
///
///     fn settled(&self, _: SettledCall<'_>) {
///         self.0.fetch_add(1, Ordering::AcqRel);
///     }
/// }
/// ```
pub trait PolicyHook: Send + Sync + 'static {
    /// Decides whether the calls of a body may run: all of them, or none. The layer asks once for each body with calls of tools, after scopes and
    /// environment allow all of them. There is at least one; only a batch has several.
    ///
    /// # Errors
    /// No call of the body runs. A policy engine that cannot decide must return an error.
    fn decide(&self, calls: &[PolicyRequest<'_>]) -> impl Future<Output = Result<(), PolicyDenial>> + Send;

    /// Returns whether the hook is told how calls end. Default: no, and then no answer is read for it.
    fn observes_outcomes(&self) -> bool {
        false
    }

    /// Receives the outcome of a call that the hook has allowed, exactly once, if it [observes outcomes](Self::observes_outcomes). It must not block: it
    /// is called while the response is sent, or dropped.
    fn settled(&self, call: SettledCall<'_>) {
        let _ = call;
    }
}

/// How a call ended that a [`PolicyHook`] has allowed.
#[derive(Clone, Copy)]
pub struct SettledCall<'a> {
    call: &'a AllowedCall,
    outcome: CallOutcome,
}

impl<'a> SettledCall<'a> {
    /// Returns the number of the call, which its [request](PolicyRequest::id) had.
    #[must_use]
    pub const fn id(&self) -> CallId {
        self.call.id
    }

    /// Returns the called tool.
    #[must_use]
    pub const fn tool(&self) -> ToolHandle {
        self.call.tool
    }

    /// Returns the caller.
    #[must_use]
    pub const fn caller(&self) -> &'a Caller {
        &self.call.caller
    }

    /// Returns the claims of the caller's token; `None` without a token.
    #[must_use]
    pub fn claims(&self) -> Option<&'a Claims> {
        self.call.claims.as_deref()
    }

    /// Returns the outcome.
    #[must_use]
    pub const fn outcome(&self) -> CallOutcome {
        self.outcome
    }
}

impl fmt::Debug for SettledCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("SettledCall");
        text.field("tool", &self.call.tool).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// A call that a hook has allowed.
struct AllowedCall {
    /// Its number among the messages of the body.
    number: usize,
    id: CallId,
    tool: ToolHandle,
    caller: Caller,
    claims: Option<Arc<Claims>>,
}

/// The calls of a body that a hook has allowed and whose outcome it waits for.
pub(super) struct AllowedCalls {
    hook: Arc<dyn DynPolicyHook>,
    open: Vec<AllowedCall>,
}

impl AllowedCalls {
    /// Keeps what the hook is told, each with the number of its message.
    pub(super) fn new<'r>(
        hook: &Arc<dyn DynPolicyHook>,
        requests: impl Iterator<Item = (usize, &'r PolicyRequest<'r>)>,
    ) -> Self {
        let open = requests.map(|(number, request)| AllowedCall {
            number,
            id: request.id,
            tool: request.tool,
            caller: *request.caller,
            claims: request.claims.map(Arc::clone),
        });
        Self { hook: Arc::clone(hook), open: open.collect() }
    }

    /// Tells the hook that another policy denied the body.
    pub(super) fn deny(mut self) {
        self.settle_all(CallOutcome::Denied);
    }

    fn settle_all(&mut self, outcome: CallOutcome) {
        for call in core::mem::take(&mut self.open) {
            self.hook.settle(SettledCall { call: &call, outcome });
        }
    }
}

impl Observer for AllowedCalls {
    fn observes(&self, number: usize) -> bool {
        self.open.iter().any(|call| call.number == number)
    }

    fn settle(&mut self, number: usize, outcome: CallOutcome, _: Option<i32>) {
        if let Some(place) = self.open.iter().position(|call| call.number == number) {
            let call = self.open.swap_remove(place);
            self.hook.settle(SettledCall { call: &call, outcome });
        }
    }
}

impl Drop for AllowedCalls {
    fn drop(&mut self) {
        self.settle_all(CallOutcome::Abandoned);
    }
}

/// The future of a policy decision.
pub(super) type PolicyFuture<'a> = Pin<Box<dyn Future<Output = Result<(), PolicyDenial>> + Send + 'a>>;

/// [`PolicyHook`] for trait objects.
pub(super) trait DynPolicyHook: Send + Sync + 'static {
    fn decide_boxed<'a>(&'a self, calls: &'a [PolicyRequest<'a>]) -> PolicyFuture<'a>;
    fn observes(&self) -> bool;
    fn settle(&self, call: SettledCall<'_>);
}

impl<P: PolicyHook> DynPolicyHook for P {
    fn decide_boxed<'a>(&'a self, calls: &'a [PolicyRequest<'a>]) -> PolicyFuture<'a> {
        Box::pin(self.decide(calls))
    }

    fn observes(&self) -> bool {
        self.observes_outcomes()
    }

    fn settle(&self, call: SettledCall<'_>) {
        self.settled(call);
    }
}

/// A call that scopes and environment allow, as owned values.
#[derive(Clone)]
#[non_exhaustive]
pub struct OwnedPolicyRequest {
    /// The number of the call.
    pub id: CallId,
    /// The called tool.
    pub tool: ToolHandle,
    /// The caller.
    pub caller: Caller,
    /// The claims of the caller's token; `None` without a token.
    pub claims: Option<Arc<Claims>>,
    /// The arguments as sent; `None` if the call has none.
    pub arguments: Option<Box<RawValue>>,
    /// The answers to questions that the tool has asked, as sent: see [`PolicyRequest::input_responses`].
    pub input_responses: Option<Box<RawValue>>,
    /// The state that the tool has told the client to return, as sent: see [`PolicyRequest::request_state`].
    pub request_state: Option<Box<RawValue>>,
}

impl fmt::Debug for OwnedPolicyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("OwnedPolicyRequest");
        text.field("tool", &self.tool).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// Returns a policy hook that calls a closure for each call of a body, in order, until one is denied. The closure receives owned values, so that its
/// future may hold them.
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
    async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        for (place, call) in calls.iter().enumerate() {
            let owned = OwnedPolicyRequest {
                id: call.id,
                tool: call.tool,
                caller: *call.caller,
                claims: call.claims.map(Arc::clone),
                arguments: call.arguments().map(ToOwned::to_owned),
                input_responses: call.input_responses().map(ToOwned::to_owned),
                request_state: call.request_state().map(ToOwned::to_owned),
            };
            (self.0)(owned).await.map_err(|denial| denial.of_call(place))?;
        }
        Ok(())
    }
}

impl<F> fmt::Debug for PolicyFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyFn").finish_non_exhaustive()
    }
}

/// Why a policy denies the calls of a body. The answer is 403, with a challenge that names no scope, since more scopes would not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDenial {
    reason: String,
    place: usize,
}

impl PolicyDenial {
    /// Creates a denial with a reason that is shown to the caller.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), place: 0 }
    }

    /// States which call of the body is denied, by its place in the slice. The answer is addressed to it. Default: the first.
    #[must_use]
    pub fn of_call(self, place: usize) -> Self {
        Self { place, ..self }
    }

    pub(super) const fn place(&self) -> usize {
        self.place
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
