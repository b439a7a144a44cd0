//! Step 7: the rate limit of sandbox calls, and the policies.

use std::sync::Arc;

use mcp_scopes::{__private::v1, Environment, ScopeTable};

#[cfg(feature = "policies")]
use super::policies::PolicyEngine;
use super::{
    PolicyRequest,
    authorize::{called_tool, is_call, is_read, reply_to},
    challenges::Challenges,
    message::{Content, Message},
    policy::DynPolicyHook,
    rate_limit::RateLimiter,
    rejection::Rejection,
    requester::Requester,
    trace,
};

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
    /// what was decided on, and nothing else.
    ///
    /// # Errors
    /// 429 for too many calls in the sandbox, 403 for a call that the hook denies, and what the table's policies answer.
    pub(super) async fn enforce_policies(
        &self,
        content: &Content<'_>,
        requester: &mut Requester,
    ) -> Result<(), Rejection> {
        match &self.hook {
            // Boxed, because few servers have a hook.
            Some(hook) => Box::pin(self.ask(&**hook, content, requester)).await?,
            None => content.messages().iter().try_for_each(|message| self.count(message, requester))?,
        }
        #[cfg(feature = "policies")]
        if let Some(engine) = &self.engine {
            Box::pin(engine.decide(content, requester)).await?;
        }
        content.messages().iter().for_each(|message| self.trace_passed(message, requester));
        self.mark(content, requester);
        Ok(())
    }

    /// Marks the caller with the calls of the body, which may run.
    fn mark(&self, content: &Content<'_>, requester: &mut Requester) {
        let caller = &mut requester.caller;
        if self.is_elsewhere {
            *caller = caller.policies_enforced_elsewhere();
            return;
        }
        for message in content.messages() {
            if let Some(tool) = called_tool(self.table, message) {
                *caller = v1::with_decided_call(*caller, tool);
            } else if is_read(message) {
                *caller = v1::with_decided_reads(*caller);
            }
        }
    }

    /// Counts sandbox calls, and asks the hook about each call.
    async fn ask(
        &self,
        hook: &dyn DynPolicyHook,
        content: &Content<'_>,
        requester: &Requester,
    ) -> Result<(), Rejection> {
        for message in content.messages() {
            self.count(message, requester)?;
            if !is_call(message) {
                continue;
            }
            // Authorization has already rejected unknown tools. No policy could decide on one.
            let tool = called_tool(self.table, message);
            let tool = tool.ok_or_else(|| reply_to(self.table, message, Rejection::no_tool()))?;
            let claims = requester.credential.as_ref().map(|credential| &credential.claims);
            let request = PolicyRequest { tool, caller: &requester.caller, claims, message };
            let decision = hook.decide_boxed(request).await;
            decision.map_err(|denial| {
                let rejection = self.challenges.policy(denial.reason(), requester.scheme());
                reply_to(self.table, message, rejection)
            })?;
        }
        Ok(())
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
