//! The forms of approval: what is asked for, and what counts as evidence.

use mcp_scopes_policies::{ApprovalRequest, Call, Evidence};

use super::{
    super::{rejection::Rejection, requester::Requester},
    answers::Refusal,
    approver::{ApprovalQuery, ApproverAnswer},
    engine::{Asked, PolicyEngine},
};

impl PolicyEngine {
    /// Returns the evidence that a call is approved.
    ///
    /// # Errors
    /// There is none yet. The answer says how to obtain it.
    pub(super) async fn approve(
        &self,
        asked: &Asked<'_, '_>,
        request: &ApprovalRequest,
        requester: &Requester,
    ) -> Result<Evidence, Rejection> {
        let refuse = |hint: &str| {
            let refusal = Refusal::approval(&self.rules, asked.name(request.call), request, hint);
            self.refuse(asked, request.call, &refusal, requester)
        };
        if self.rules.is_approved_by_sign_in(request) {
            if request.is_repeated {
                return Err(refuse("ask the user to sign in again, which approves one call"));
            }
            let text = self.rules.explain_approval(request);
            let rejection = self.challenges.reauthenticate(requester, &text, Some(0), self.rules.approval_acr_values());
            return Err(self.reply(asked, request.call, rejection.because("requires_approval_after")));
        }
        let (Some(approver), Some(message), Some(tool)) =
            (&self.approver, asked.message(request.call), self.tool(asked, request.call))
        else {
            return Err(refuse("no form of approval is configured"));
        };
        let is_open = |(place, call): (usize, &Call)| place != request.call && self.rules.may_lack_approval(call);
        if asked.calls.iter().enumerate().any(is_open) {
            // The approval would be used up although the body may not run.
            return Err(refuse("another call of the batch may need an approval too; send each call alone"));
        }
        let reason = self.rules.explain_approval(request);
        let by_reviewer = request.by_reviewer;
        let query = ApprovalQuery { tool, requester, message, reason: &reason, by_reviewer };
        match approver.approve_boxed(query).await {
            ApproverAnswer::ApprovedByReviewer => Ok(Evidence::Reviewer),
            ApproverAnswer::ApprovedByCaller if !by_reviewer => Ok(Evidence::Caller),
            ApproverAnswer::ApprovedByCaller => Err(refuse("the approval of the caller does not suffice")),
            ApproverAnswer::Pending => Err(refuse("an approval has been requested; make the same call again later")),
            ApproverAnswer::Declined(why) => Err(refuse(&format!("it was declined: {why}"))),
        }
    }
}
