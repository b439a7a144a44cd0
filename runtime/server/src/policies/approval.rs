//! The forms of approval: what is asked for, and what counts as evidence.

use std::time::UNIX_EPOCH;

use bytes::Bytes;
use mcp_scopes_policies::{ApprovalRequest, Call, Evidence};

use super::{
    super::{
        authorize::is_call,
        message::{Content, Era, Message},
        rejection::Rejection,
        requester::Requester,
    },
    answers::{Refusal, approval_reason},
    approver::{ApprovalQuery, ApproverAnswer},
    bound::Bound,
    elicitation::{
        Elicitation,
        answer::{Action, Answer, can_ask},
        question,
        state::AskedCall,
        without_answer,
    },
    engine::{Asked, PolicyEngine},
};

/// The reason of calls that a person did not approve, and of those that come with an approval of another call.
const DECLINED: &str = "approval_declined";
const INVALID: &str = "invalid_approval";

impl PolicyEngine {
    /// Reads the answer to a question that the layer has asked the user of a call. If the user has approved the call, notes it at the
    /// requester and returns the body that the server behind the layer receives: without question and answer. `None` for any other body.
    ///
    /// # Errors
    /// The user has not approved the call, or the answer is none about this call. The call does not run.
    pub(crate) fn open_approval(
        &self,
        content: &Content<'_>,
        body: &[u8],
        requester: &mut Requester,
    ) -> Result<Option<Bytes>, Rejection> {
        let Some(elicitation) = &self.elicitation else { return Ok(None) };
        for message in content.messages().iter().filter(|message| is_call(message)) {
            let (action, state) = match Answer::of(&message.params) {
                Answer::None => continue,
                Answer::Given(action, state) => (Some(action), state),
                Answer::Malformed => (None, String::new()),
            };
            let opened = self.opened(elicitation, content, body, message, &state, requester);
            let tool = message.params.name.as_deref().unwrap_or_default();
            let refusal = match (action, opened) {
                (Some(Action::Accept), Some(asked)) => {
                    let body = without_answer(body, &asked).ok_or_else(Rejection::undecided)?;
                    requester.approval = Some(asked.approval());
                    return Ok(Some(body.into()));
                }
                (Some(Action::Decline), Some(_)) => {
                    Refusal::new(DECLINED, tool, format!("the user declined this call of `{tool}`; do not repeat it"))
                }
                (Some(Action::Cancel), Some(_)) => Refusal::new(
                    DECLINED,
                    tool,
                    format!("the user did not decide about this call of `{tool}`; continue without it or ask the user"),
                ),
                _ => Refusal::new(
                    INVALID,
                    tool,
                    format!(
                        "the approval that came with this call of `{tool}` is not valid for it, or is older than ten minutes; make the \
                         call again without `requestState` and `inputResponses`, so that the user is asked"
                    ),
                ),
            };
            return Err(self.refuse_message(content, Some(message), &refusal, requester));
        }
        Ok(None)
    }

    fn opened(
        &self,
        elicitation: &Elicitation,
        content: &Content<'_>,
        body: &[u8],
        message: &Message<'_>,
        state: &str,
        requester: &Requester,
    ) -> Option<AskedCall> {
        // A body of several calls is none that a user was asked about, and neither are arguments that cannot be shown.
        let is_modern = matches!(content, Content::One(_)) && requester.era == Era::Modern;
        if !is_modern || !question::can_show(&[message.params.arguments]) {
            return None;
        }
        let bound = Bound::new(requester, self.session_of(requester)?, content, body, message)?;
        elicitation.open(bound, state, self.seconds())
    }

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
            if !self.rules.asks_for_approving_sign_in(&asked.calls, request) {
                // The caller would sign in again and again.
                return Err(refuse(
                    "another call of the batch may need an approval too, or causes this one to need it; send each call alone",
                ));
            }
            if request.is_repeated {
                return Err(refuse("ask the user to sign in again, which approves one call"));
            }
            let text = self.rules.explain_approval(request);
            let rejection = self.challenges.reauthenticate(requester, &text, Some(0), self.rules.approval_acr_values());
            return Err(self.reply(asked, request.call, rejection.because(approval_reason(request))));
        }
        if let (Some(elicitation), false) = (&self.elicitation, request.by_reviewer)
            && let Some(answer) = self.elicit(elicitation, asked, request, requester)
        {
            return Err(answer.unwrap_or_else(refuse));
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
        let session = self.session_of(requester);
        let bound = session.and_then(|session| Bound::new(requester, session, asked.content, asked.body, message));
        let bound = &bound.ok_or_else(Rejection::undecided)?;
        let query = ApprovalQuery { tool, requester, message, bound, reason: &reason, by_reviewer };
        match approver.approve_boxed(query).await {
            ApproverAnswer::ApprovedByReviewer => Ok(Evidence::Reviewer),
            ApproverAnswer::ApprovedByCaller if !by_reviewer => Ok(Evidence::Caller),
            ApproverAnswer::ApprovedByCaller => Err(refuse("the approval of the caller does not suffice")),
            ApproverAnswer::Pending => Err(refuse("an approval has been requested; make the same call again later")),
            ApproverAnswer::Declined(why) => {
                self.count_refused(asked.content, asked.body, requester).await;
                let sentence = format!("{reason}; it was declined: {why}");
                let refusal = Refusal::new(DECLINED, asked.name(request.call), sentence);
                Err(self.refuse(asked, request.call, &refusal, requester))
            }
        }
    }

    /// Returns the answer that makes the client ask its user, or a hint why it cannot. `None` if the client cannot, and there is an approver to
    /// ask instead.
    fn elicit(
        &self,
        elicitation: &Elicitation,
        asked: &Asked<'_, '_>,
        request: &ApprovalRequest,
        requester: &Requester,
    ) -> Option<Result<Rejection, &'static str>> {
        let message = asked.message(request.call)?;
        let is_modern = requester.era == Era::Modern && matches!(asked.content, Content::One(_));
        if !is_modern || !can_ask(&message.params) {
            if self.approver.is_some() {
                return None;
            }
            if !is_modern {
                return Some(Err(
                    "this client cannot ask for it; use one that supports MCP 2026-07-28 and elicitation, and send each call alone",
                ));
            }
            let text = self.rules.explain_approval(request);
            let text = format!("{text}; the client must be able to ask its user (elicitation with a form)");
            let rejection = Rejection::lacks_elicitation(message, &text);
            return Some(Ok(self.reply(asked, request.call, rejection.because(approval_reason(request)))));
        }
        Some(self.question(elicitation, asked, message, request, requester).map(|body| {
            let rejection = Rejection::answered(body);
            self.reply(asked, request.call, rejection.because(approval_reason(request)))
        }))
    }

    /// Returns the result of a call with the question to the user.
    fn question(
        &self,
        elicitation: &Elicitation,
        asked: &Asked<'_, '_>,
        message: &Message<'_>,
        request: &ApprovalRequest,
        requester: &Requester,
    ) -> Result<String, &'static str> {
        let not_shown = "its arguments, with the answers to its questions, are too long to be shown to a person in full; use shorter ones";
        let params = &message.params;
        let text = question::text(&question::About {
            tool: params.name.as_deref().unwrap_or_default(),
            realm: &self.realm,
            environment: requester.caller.environment(),
            reason: &self.rules.explain_approval(request),
            params,
        })
        .map_err(|_| not_shown)?;
        let session = self.session_of(requester);
        let bound = session.and_then(|session| Bound::new(requester, session, asked.content, asked.body, message));
        let (Some(bound), Some(id)) = (bound, message.id) else {
            return Err(not_shown);
        };
        let mut approval = [0; 16];
        getrandom::fill(&mut approval).map_err(|_| "the server cannot ask for it now; make the call again later")?;
        let state = elicitation.seal(bound, params, approval, self.seconds());
        let state = state.map_err(|_| "the state of the tool (`requestState`) is too long to be approved")?;
        Ok(question::result(id, &text, &state))
    }

    /// Returns the time in seconds since the epoch.
    fn seconds(&self) -> u64 {
        self.clock.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }
}
