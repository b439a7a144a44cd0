//! Step 7: the rate limit of sandbox calls, and the policies.

use std::sync::Arc;

use mcp_scopes::{Environment, ScopeTable};

use super::{
    PolicyRequest,
    authorize::{called_tool, is_call, reply_to},
    challenges::Challenges,
    message::{Content, Message},
    policy::DynPolicyHook,
    rate_limit::RateLimiter,
    rejection::Rejection,
    requester::Requester,
    trace,
};

/// Counts sandbox calls, and asks the policy hook.
pub(super) struct PolicyEnforcer {
    pub(super) table: &'static ScopeTable,
    pub(super) sandbox_limiter: RateLimiter,
    pub(super) hook: Option<Arc<dyn DynPolicyHook>>,
    pub(super) challenges: Challenges,
}

impl PolicyEnforcer {
    /// Decides on every call of a body that scopes allow.
    ///
    /// # Errors
    /// 429 for too many calls in the sandbox, 403 for a call that the policy denies.
    pub(super) async fn enforce_policies(&self, content: &Content<'_>, requester: &Requester) -> Result<(), Rejection> {
        match &self.hook {
            // Boxed, because few servers have a policy.
            Some(hook) => Box::pin(self.ask(&**hook, content, requester)).await,
            None => content.messages().iter().try_for_each(|message| {
                self.count(message, requester)?;
                self.trace_passed(message, requester);
                Ok(())
            }),
        }
    }

    async fn ask(
        &self,
        hook: &dyn DynPolicyHook,
        content: &Content<'_>,
        requester: &Requester,
    ) -> Result<(), Rejection> {
        for message in content.messages() {
            self.count(message, requester)?;
            if is_call(message) {
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
            self.trace_passed(message, requester);
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
