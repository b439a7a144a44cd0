//! Approvals that a deployment obtains itself.

use core::{fmt, future::Future, pin::Pin};
use std::sync::Arc;

use mcp_scopes::{Caller, ToolHandle};
use serde_json::value::RawValue;

use super::{
    super::{Claims, message::Message, requester::Requester},
    bound::Bound,
};

/// A call that needs an approval.
#[derive(Clone, Copy)]
pub struct ApprovalQuery<'a> {
    pub(super) tool: ToolHandle,
    pub(super) requester: &'a Requester,
    pub(super) message: &'a Message<'a>,
    pub(super) bound: &'a Bound<'a>,
    pub(super) reason: &'a str,
    pub(super) by_reviewer: bool,
}

impl<'a> ApprovalQuery<'a> {
    /// Returns the called tool.
    #[must_use]
    pub const fn tool(&self) -> ToolHandle {
        self.tool
    }

    /// Returns the caller.
    #[must_use]
    pub const fn caller(&self) -> &'a Caller {
        &self.requester.caller
    }

    /// Returns the claims of the caller's token.
    #[must_use]
    pub fn claims(&self) -> Option<&'a Claims> {
        self.requester.credential.as_ref().map(|credential| &*credential.claims)
    }

    /// Returns the arguments as sent. They contain no duplicate member. `None` if the call has none.
    #[must_use]
    pub const fn arguments(&self) -> Option<&'a RawValue> {
        self.message.params.arguments
    }

    /// Returns the answers to questions that the tool has asked (`inputResponses`), as sent. An approval is for these too.
    #[must_use]
    pub const fn input_responses(&self) -> Option<&'a RawValue> {
        self.message.params.input_responses
    }

    /// Returns the state that the tool has told the client to return (`requestState`), as sent. An approval is for it too.
    #[must_use]
    pub const fn request_state(&self) -> Option<&'a RawValue> {
        self.message.params.request_state
    }

    /// Returns what identifies the call for which an approval is: a hash of who makes it (issuer, subject, client), its environment, the first
    /// resource of the server or its domain, the tool, the arguments, and all else in `params` but `_meta`. It is the same for a call that is
    /// repeated, whatever the order of members, white space and escapes, and on each replica. It is different for any other call. It is not a
    /// secret, and may change with a new version of this crate.
    ///
    /// An [`Approver`] that answers later stores this key, and not parts of the call: with tool and arguments alone, the approval of a call in the
    /// sandbox would open the live one.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        self.bound.key(&self.message.params)
    }

    /// Returns a sentence that says why the call needs an approval.
    #[must_use]
    pub const fn reason(&self) -> &'a str {
        self.reason
    }

    /// Returns whether a person other than the caller must review the call (`requires_human_review`).
    #[must_use]
    pub const fn needs_reviewer(&self) -> bool {
        self.by_reviewer
    }
}

impl fmt::Debug for ApprovalQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalQuery").field("tool", &self.tool).finish_non_exhaustive()
    }
}

/// What an [`Approver`] answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApproverAnswer {
    /// The caller has approved exactly this call. It does not satisfy `requires_human_review`.
    ApprovedByCaller,
    /// A person other than the caller has reviewed and approved exactly this call.
    ApprovedByReviewer,
    /// There is no answer yet. The call does not run; the caller repeats it later.
    Pending,
    /// The call was declined, with a reason that the caller is shown. It counts as refused (`max_refused_calls`).
    Declined(String),
}

/// Obtains approvals of calls: from a queue of reviews, a chat, a ticket. The layer asks after all other policies allow the call.
///
/// An approval is for one call: of this tool, with these arguments, by this caller, in this environment. An approver that answers later remembers
/// calls by their [`key`](ApprovalQuery::key), removes an approval when it returns it, and forgets those that are not used within some minutes. It
/// must not approve because the client says so. The person who approves must see all of the call: also the environment of
/// [`caller`](ApprovalQuery::caller), [`input_responses`](ApprovalQuery::input_responses) and [`request_state`](ApprovalQuery::request_state).
///
/// An approval that is returned may be lost: a parallel call may have taken the last place of a limit, the store of sessions may not be reached,
/// or the client may have gone. The call is then denied, and has to be approved again.
///
/// There is no limit of time for an answer: an approver that waits for a person keeps the request open. Better it files the call and answers
/// [`ApproverAnswer::Pending`].
///
/// ```
/// use std::{collections::HashSet, sync::Mutex};
///
/// use mcp_scopes_server::policies::{ApprovalQuery, Approver, ApproverAnswer};
///
/// #[derive(Default)]
/// struct Desk {
///     approved: Mutex<HashSet<[u8; 32]>>,
/// }
///
/// impl Approver for Desk {
///     async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
///         if self.approved.lock().is_ok_and(|mut approved| approved.remove(&query.key())) {
///             return ApproverAnswer::ApprovedByReviewer;
///         }
///         // File a request for review under `query.key()`, unless there is one.
///         ApproverAnswer::Pending
///     }
/// }
/// ```
pub trait Approver: Send + Sync + 'static {
    /// Returns whether a call is approved. An approver that cannot find out answers [`ApproverAnswer::Pending`].
    fn approve(&self, query: ApprovalQuery<'_>) -> impl Future<Output = ApproverAnswer> + Send;
}

impl<T: Approver> Approver for Arc<T> {
    async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
        (**self).approve(query).await
    }
}

/// The future of an approval.
pub(crate) type ApprovalFuture<'a> = Pin<Box<dyn Future<Output = ApproverAnswer> + Send + 'a>>;

/// [`Approver`] for trait objects.
pub(crate) trait DynApprover: Send + Sync + 'static {
    fn approve_boxed<'a>(&'a self, query: ApprovalQuery<'a>) -> ApprovalFuture<'a>;
}

impl<A: Approver> DynApprover for A {
    fn approve_boxed<'a>(&'a self, query: ApprovalQuery<'a>) -> ApprovalFuture<'a> {
        Box::pin(self.approve(query))
    }
}
