//! Step 7: the rate limit of sandbox calls, and the policies.

use std::sync::Arc;

#[cfg(feature = "policies")]
use bytes::Bytes;
use mcp_scopes::{__private::v1, Environment, ScopeTable};

use super::{
    CallId, PolicyRequest,
    authorize::{called_tool, is_call, is_read, reply_to},
    challenges::Challenges,
    message::{Content, Message},
    policy::{AllowedCalls, DynPolicyHook},
    rate_limit::RateLimiter,
    rejection::Rejection,
    requester::Requester,
    trace,
};
#[cfg(feature = "policies")]
use super::{filter::FileLimits, policies::PolicyEngine};

/// Counts sandbox calls, asks the policy hook, and enforces the policies of the table.
pub(super) struct PolicyEnforcer {
    pub(super) table: &'static ScopeTable,
    pub(super) sandbox_limiter: RateLimiter,
    pub(super) hook: Option<Arc<dyn DynPolicyHook>>,
    /// Whether another component enforces the policies.
    pub(super) is_elsewhere: bool,
    pub(super) challenges: Challenges,
    /// `None` if the table states no policy, or if another component enforces them.
    #[cfg(feature = "policies")]
    pub(super) engine: Option<Box<PolicyEngine>>,
}

impl PolicyEnforcer {
    /// Decides on all calls of a body that scopes allow: none runs, or all do. Hook and table must both allow each of them. Inline checks accept
    /// what was decided on, and nothing else. Returns the calls whose outcome the hook waits for.
    ///
    /// # Errors
    /// 429 for too many calls in the sandbox, 403 for a call that the hook denies, and what the table's policies answer.
    pub(super) async fn enforce_policies(
        &self,
        content: &Content<'_>,
        #[cfg_attr(not(feature = "policies"), expect(unused_variables, reason = "only policies read it"))]
        body: &[u8],
        requester: &mut Requester,
    ) -> Result<Option<AllowedCalls>, Rejection> {
        let allowed = self.count_and_ask(content, requester).await?;
        #[cfg(feature = "policies")]
        if let Some(engine) = &self.engine {
            let mut trail = core::mem::take(&mut requester.trail);
            let decided = Box::pin(engine.decide(content, body, requester, &mut trail)).await;
            requester.trail = trail;
            if let Err(rejection) = decided {
                allowed.into_iter().for_each(AllowedCalls::deny);
                return Err(rejection);
            }
            requester.files = FileLimits::of(&requester.caller, content, requester.era);
        }
        content.messages().iter().for_each(|message| self.trace_passed(message, requester));
        self.mark(content, requester);
        Ok(allowed)
    }

    /// Reads the approval of a call that the layer has asked the user of the client for. Returns the body without it, which is the one that
    /// everything decides on.
    ///
    /// # Errors
    /// The user has not approved this call. It counts as refused.
    #[cfg(feature = "policies")]
    pub(super) async fn open_approval(
        &self,
        content: &Content<'_>,
        body: &[u8],
        requester: &mut Requester,
    ) -> Result<Option<Bytes>, Rejection> {
        let Some(engine) = &self.engine else { return Ok(None) };
        let opened = engine.open_approval(content, body, requester);
        if opened.is_err() {
            // Boxed, because few bodies come with a wrong approval.
            Box::pin(engine.count_refused(content, body, requester)).await;
        }
        opened
    }

    /// Marks the caller with the calls of the body, which may run.
    fn mark(&self, content: &Content<'_>, requester: &mut Requester) {
        let caller = &mut requester.caller;
        if self.is_elsewhere {
            // A call is still marked, because its arguments have been compared with conditions.
            *caller = caller.policies_enforced_elsewhere();
        }
        let is_alone = content.messages().len() == 1;
        for message in content.messages() {
            if let Some(tool) = called_tool(self.table, message) {
                // In a batch, a function cannot know whether its arguments are those of the call that was compared.
                let with_call = if is_alone { v1::with_compared_call } else { v1::with_decided_call };
                *caller = with_call(*caller, tool);
            } else if is_read(message) {
                *caller = v1::with_decided_reads(*caller);
            }
        }
    }

    /// Counts sandbox calls, and asks the hook about all calls of a body. A caller without a call left does not reach the hook, and calls after
    /// one that the hook denies do not count.
    async fn count_and_ask(
        &self,
        content: &Content<'_>,
        requester: &Requester,
    ) -> Result<Option<AllowedCalls>, Rejection> {
        let mut calls = content.messages().iter().enumerate().filter(|(_, message)| is_call(message));
        if let Some((_, first)) = calls.next() {
            self.count(first, requester)?;
        }
        let asked = match &self.hook {
            // Boxed, because few servers have a hook.
            Some(hook) => Box::pin(self.ask(hook, content, requester)).await,
            None => Ok(None),
        };
        let last = asked.as_ref().err().map_or(usize::MAX, |(number, _)| *number);
        let counted = calls.filter(|(number, _)| *number <= last);
        match (counted.map(|(_, message)| message).try_for_each(|message| self.count(message, requester)), asked) {
            (Ok(()), asked) => asked.map_err(|(_, rejection)| rejection),
            (Err(limited), asked) => {
                asked.into_iter().flatten().for_each(AllowedCalls::deny);
                Err(limited)
            }
        }
    }

    /// Asks the hook about all calls of a body.
    ///
    /// # Errors
    /// The number of the message that is denied, and the answer.
    async fn ask(
        &self,
        hook: &Arc<dyn DynPolicyHook>,
        content: &Content<'_>,
        requester: &Requester,
    ) -> Result<Option<AllowedCalls>, (usize, Rejection)> {
        let claims = requester.credential.as_ref().map(|credential| &credential.claims);
        let (mut requests, mut numbers) = (Vec::new(), Vec::new());
        for (number, message) in content.messages().iter().enumerate().filter(|(_, message)| is_call(message)) {
            // Authorization has already rejected unknown tools. No policy could decide on one.
            let tool = called_tool(self.table, message);
            let tool = tool.ok_or_else(|| (number, reply_to(self.table, message, Rejection::no_tool())))?;
            requests.push(PolicyRequest { id: CallId::next(), tool, caller: &requester.caller, claims, message });
            numbers.push(number);
        }
        if requests.is_empty() {
            return Ok(None);
        }
        if let Err(denial) = hook.decide_boxed(&requests).await {
            let rejection = self.challenges.policy(denial.reason(), requester.scheme());
            let place = if denial.place() < requests.len() { denial.place() } else { 0 };
            let number = numbers.get(place).copied().unwrap_or(usize::MAX);
            return Err(match requests.get(place) {
                Some(request) => (number, reply_to(self.table, request.message, rejection)),
                None => (number, rejection),
            });
        }
        Ok(hook.observes().then(|| AllowedCalls::new(hook, numbers.into_iter().zip(&requests))))
    }

    /// Counts a sandbox call.
    fn count(&self, message: &Message<'_>, requester: &Requester) -> Result<(), Rejection> {
        if requester.caller.environment() != Environment::Sandbox || !is_call(message) {
            return Ok(());
        }
        let counted = self.sandbox_limiter.count(requester.owner());
        counted.map_err(|wait| reply_to(self.table, message, Rejection::rate_limited(wait)))
    }

    fn trace_passed(&self, message: &Message<'_>, requester: &Requester) {
        trace::record_forwarding(&message.method, || called_tool(self.table, message), requester.caller.environment());
    }
}
