//! The decision about a body: all of its calls at once.

use std::{sync::Arc, time::Duration};

use mcp_scopes::{Environment, ToolHandle};
use mcp_scopes_policies::{
    ApprovalId, ArgumentHasher, Call, Decision, Evidence, Facts, Reauthentication, Rules, SessionHolder, SessionKey,
    Timestamp,
};
use serde_json::Value;

use super::{
    super::{
        Claims,
        audit::Trail,
        authorize::{called_tool, reply_to},
        challenges::Challenges,
        contents::Contents,
        message::{Content, Message},
        rejection::Rejection,
        requester::Requester,
        token::Clock,
        trace,
    },
    PolicyAnswers,
    answers::Refusal,
    approver::DynApprover,
    calls::Calls,
    elicitation::Elicitation,
    store::{self, Store},
};

/// Enforces the policies of a table.
pub(crate) struct PolicyEngine {
    pub(crate) rules: Arc<Rules>,
    pub(crate) store: Store,
    /// The domain, or else the first resource of the server.
    pub(crate) realm: String,
    pub(crate) hasher: ArgumentHasher,
    pub(crate) clock: Clock,
    pub(crate) contents: Contents,
    pub(crate) challenges: Challenges,
    pub(crate) answers: PolicyAnswers,
    pub(crate) approver: Option<Arc<dyn DynApprover>>,
    pub(crate) elicitation: Option<Elicitation>,
}

/// The calls of a body, each with its message.
pub(super) struct Asked<'c, 'b> {
    pub(super) content: &'c Content<'b>,
    pub(super) body: &'c [u8],
    messages: Vec<&'c Message<'b>>,
    pub(super) calls: Vec<Call>,
}

/// Why there is no decision. No call of the body may run.
enum Undecided {
    /// The token does not say who calls. The number is that of the call that needs to know.
    NoSubject(usize),
    /// The store of sessions does not decide about the call with that number.
    NoDecision(usize, store::Undecided),
}

impl PolicyEngine {
    /// Decides on all calls of a body, and records them if all of them may run.
    ///
    /// # Errors
    /// A policy denies a call, a person must approve one first, or the caller must authenticate again. Then none may run.
    pub(crate) async fn decide(
        &self,
        content: &Content<'_>,
        body: &[u8],
        requester: &Requester,
        trail: &mut Trail,
    ) -> Result<(), Rejection> {
        let mut asked = self.read(content, body, trail)?;
        if asked.calls.is_empty() {
            return Ok(());
        }
        if let Some(approval) = requester.approval {
            // The request makes one call, which its caller has approved.
            asked.approve(0, Evidence::Caller);
            asked.count_once(0, approval);
            trail.note_approval(0, false);
        }
        // The first round may approve one call. More open approvals of a body are refused.
        for _ in 0..2 {
            let request = match self.decide_now(&asked.calls, requester, trail).await {
                Ok(Decision::Allowed) => return Ok(()),
                Ok(Decision::Denied(denial)) => {
                    let refusal = Refusal::denied(&self.rules, &denial);
                    trail.note_rule(self.rules.explain(&denial).pattern());
                    return Err(self.refuse(&asked, denial.call, &refusal, requester));
                }
                Ok(Decision::Reauthenticate(needed)) => return Err(self.reauthenticate(&asked, &needed, requester)),
                Ok(Decision::ApprovalNeeded(request)) => request,
                Err(undecided) => return Err(self.undecided(&asked, &undecided, requester)),
            };
            trail.note_rule(self.rules.approval_pattern(&request));
            let evidence = self.approve(&asked, &request, requester).await?;
            if let Some(number) = asked.number_of(request.call) {
                trail.note_approval(number, evidence == Evidence::Reviewer);
            }
            asked.approve(request.call, evidence);
        }
        Err(Rejection::undecided())
    }

    /// Counts the calls of a body as refused: a person has declined one, or they come with an approval that does not count.
    pub(crate) async fn count_refused(&self, content: &Content<'_>, body: &[u8], requester: &Requester) {
        let Ok(asked) = self.read(content, body, &mut Trail::default()) else { return };
        let calls = asked.calls.into_iter().map(Call::with_used_approval);
        // Nothing counts calls of public tools, and the store would allow a body of them.
        let calls: Vec<Call> = calls.filter(|call| self.rules.needs_session(call)).collect();
        if let (Some(key), false) = (self.session_of(requester), calls.is_empty()) {
            // Whatever the store answers, the calls do not run.
            let _ = self.store.decide(&key, &calls, &Facts::default(), self.now()).await;
        }
    }

    /// Returns the calls of a body.
    fn read<'c, 'b>(
        &self,
        content: &'c Content<'b>,
        body: &'c [u8],
        trail: &mut Trail,
    ) -> Result<Asked<'c, 'b>, Rejection> {
        let reader = Calls { rules: &self.rules, hasher: &self.hasher, contents: self.contents };
        let mut asked = Asked { content, body, messages: Vec::new(), calls: Vec::new() };
        for (number, message) in content.messages().iter().enumerate() {
            let call = reader.of(message).map_err(|rejection| reply_to(self.challenges.table, message, rejection))?;
            if let Some(call) = call {
                if trail.is_kept() {
                    self.rules.matched_patterns(&call).for_each(|(_, name)| trail.note_pattern(number, name));
                }
                asked.messages.push(message);
                asked.calls.push(call);
            }
        }
        Ok(asked)
    }

    async fn decide_now(
        &self,
        calls: &[Call],
        requester: &Requester,
        trail: &mut Trail,
    ) -> Result<Decision, Undecided> {
        let claims = requester.credential.as_ref().map(|credential| &*credential.claims);
        let (facts, now) = (facts(claims), self.now());
        let first = calls.iter().position(|call| self.rules.needs_session(call));
        if first.is_none()
            && let Some(decision) = self.rules.decide_without_session(calls, &facts, now)
        {
            // Any admitted call keeps a session from ending, so that a caller who is never idle keeps what its session knows.
            if decision == Decision::Allowed
                && let Some(key) = self.session_of(requester)
            {
                self.store.renew(&key, now).await;
            }
            return Ok(decision);
        }
        let key = self.session_of(requester).ok_or(Undecided::NoSubject(first.unwrap_or(0)))?;
        trail.note_session(key.as_bytes());
        let decision = self.store.decide(&key, calls, &facts, now).await;
        decision.map_err(|undecided| Undecided::NoDecision(first.unwrap_or(0), undecided))
    }

    /// Returns the key of a caller's session; `None` if the token does not say who it acts for. Neither the client nor the token is part
    /// of it.
    pub(super) fn session_of(&self, requester: &Requester) -> Option<SessionKey> {
        let claims = &requester.credential.as_ref()?.claims;
        // A caller whom a header moved into the sandbox has one session in both environments. It knows with live calls what it has read in
        // the sandbox, and no sequence of headers resets a limit.
        let environment = if requester.is_moved { Environment::Live } else { requester.caller.environment() };
        Some(self.key_of(claims.issuer(), claims.session_holder()?, environment))
    }

    pub(super) fn key_of(&self, issuer: &str, holder: SessionHolder<'_>, environment: Environment) -> SessionKey {
        SessionKey::of_holder(&self.realm, environment, issuer, holder)
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.now())
    }

    fn undecided(&self, asked: &Asked<'_, '_>, undecided: &Undecided, requester: &Requester) -> Rejection {
        match undecided {
            Undecided::NoSubject(call) if requester.is_anonymous() => {
                self.reply(asked, *call, self.challenges.unauthenticated())
            }
            Undecided::NoSubject(call) => {
                let name = asked.name(*call);
                let subject = if name.is_empty() { "this read".to_owned() } else { format!("`{name}`") };
                let sentence = format!(
                    "{subject} requires a token that names its subject, and this one does not; let the issuer write it, or ask a person"
                );
                self.refuse(asked, *call, &Refusal::new("no_subject", name, sentence), requester)
            }
            Undecided::NoDecision(call, store::Undecided::Full(full)) => {
                let wait = Duration::from_secs(u64::from(full.retry_after));
                self.reply(asked, *call, Rejection::no_place_for_session(wait))
            }
            Undecided::NoDecision(call, store::Undecided::Unavailable(error)) => {
                trace::record_store_failure(error);
                self.reply(asked, *call, Rejection::no_sessions())
            }
        }
    }

    /// 401 for a caller who must authenticate again.
    fn reauthenticate(&self, asked: &Asked<'_, '_>, needed: &Reauthentication, requester: &Requester) -> Rejection {
        let text = self.rules.explain_reauthentication(needed);
        let values = self.rules.acr_values(needed);
        let rejection = self.challenges.reauthenticate(requester, &text, needed.max_age, values);
        self.reply(asked, needed.call, rejection.because("insufficient_user_authentication"))
    }

    /// Returns the answer to a body of which a policy denies a call.
    pub(super) fn refuse(
        &self,
        asked: &Asked<'_, '_>,
        call: usize,
        refusal: &Refusal,
        requester: &Requester,
    ) -> Rejection {
        self.refuse_message(asked.content, asked.message(call), refusal, requester)
    }

    /// Returns the answer to a body of which a message is denied.
    pub(super) fn refuse_message(
        &self,
        content: &Content<'_>,
        message: Option<&Message<'_>>,
        refusal: &Refusal,
        requester: &Requester,
    ) -> Rejection {
        let body = match self.answers {
            PolicyAnswers::ToolResult => message.and_then(|message| refusal.body(content, message, requester.era)),
            PolicyAnswers::Http403 => None,
        };
        let rejection = match body {
            Some(body) => Rejection::answered(body),
            None => self.challenges.policy(&refusal.sentence, requester.scheme()),
        };
        let rejection = rejection.because(refusal.reason);
        match message {
            Some(message) => reply_to(self.challenges.table, message, rejection),
            None => rejection,
        }
    }

    /// Returns a rejection as the reply to the message of a call.
    pub(super) fn reply(&self, asked: &Asked<'_, '_>, call: usize, rejection: Rejection) -> Rejection {
        match asked.message(call) {
            Some(message) => reply_to(self.challenges.table, message, rejection),
            None => rejection,
        }
    }

    pub(super) fn tool(&self, asked: &Asked<'_, '_>, call: usize) -> Option<ToolHandle> {
        called_tool(self.challenges.table, asked.message(call)?)
    }
}

impl<'c, 'b> Asked<'c, 'b> {
    pub(super) fn message(&self, call: usize) -> Option<&'c Message<'b>> {
        self.messages.get(call).copied()
    }

    /// Returns the name of the called tool; empty for a resource or prompt.
    pub(super) fn name(&self, call: usize) -> &'c str {
        let message = self.message(call).filter(|message| super::super::authorize::is_call(message));
        message.and_then(|message| message.params.name.as_deref()).unwrap_or("")
    }

    /// Returns the number of a call's message in the body.
    fn number_of(&self, call: usize) -> Option<usize> {
        let message = self.message(call)?;
        self.content.messages().iter().position(|other| core::ptr::eq(other, message))
    }

    fn approve(&mut self, call: usize, evidence: Evidence) {
        if let Some(call) = self.calls.get_mut(call) {
            *call = call.clone().with_evidence(evidence);
        }
    }

    fn count_once(&mut self, call: usize, approval: ApprovalId) {
        if let Some(call) = self.calls.get_mut(call) {
            *call = call.clone().with_approval(approval);
        }
    }
}

/// Returns what the token says about the caller's authentication.
fn facts(claims: Option<&Claims>) -> Facts<'_> {
    let claim = |name| claims.and_then(|claims| claims.claim(name));
    Facts { auth_time: claim("auth_time").and_then(seconds), acr: claim("acr").and_then(Value::as_str) }
}

/// Returns a `NumericDate` in full seconds (RFC 7519 §2).
fn seconds(value: &Value) -> Option<u64> {
    let fraction = || Duration::try_from_secs_f64(value.as_f64()?).ok();
    value.as_u64().or_else(|| fraction().map(|time| time.as_secs()))
}

impl core::fmt::Debug for PolicyEngine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PolicyEngine").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Claims, facts, seconds};

    #[test]
    fn reads_times_in_full_seconds() {
        for (value, expected) in [
            (json!(1_800_000_000), Some(1_800_000_000)),
            (json!(1_800_000_000.9), Some(1_800_000_000)),
            (json!(0), Some(0)),
            (json!(-1), None),
            (json!("1800000000"), None),
            (json!(null), None),
        ] {
            assert_eq!(seconds(&value), expected, "{value}");
        }
    }

    #[test]
    fn reads_facts_from_verified_claims_alone() {
        assert_eq!(facts(None).auth_time, None);
        let raw = json!({"auth_time": 7, "acr": "gold"}).as_object().cloned().unwrap();
        let claims = Claims::builder("https://as").raw(raw).build();
        let facts = facts(Some(&claims));
        assert_eq!((facts.auth_time, facts.acr), (Some(7), Some("gold")));
    }
}
