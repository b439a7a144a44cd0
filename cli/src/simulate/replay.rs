//! Replays calls against the policies.

use std::collections::HashMap;

use mcp_scopes_audit as audit;
use mcp_scopes_policies::{Decision, Facts, Rules, Session, SessionKey, Timestamp};

use super::{
    audited::Audited,
    line::{Asked, Missing, Recorded, Stated, Step},
    policies::Policies,
};

/// The calls of a file, in order.
#[derive(Debug, Default)]
pub(super) struct Recording {
    pub(super) steps: Vec<Step>,
    pub(super) missing: Vec<Missing>,
}

/// What the policies say about a call.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// `None` if the file does not hold what decides.
    pub(super) decision: Option<audit::Decision>,
    /// The id of the reason.
    pub(super) reason: &'static str,
    /// The reason in words. Empty for a call that may run.
    pub(super) sentence: String,
}

impl Recording {
    /// Returns the number of calls of events, and how many of them need the session of a caller and name none.
    pub(super) fn events(&self, rules: &Rules) -> (usize, usize) {
        let recorded = self.steps.iter().filter_map(|step| match &step.asked {
            Asked::Recorded(recorded) => Some(recorded),
            _ => None,
        });
        let is_nameless = |recorded: &Recorded| {
            let [_, highest] = recorded.risks;
            let call = rules.recorded_call(recorded.subject, highest, &recorded.patterns);
            recorded.caller.is_none() && rules.needs_session(&call)
        };
        recorded.fold((0, 0), |(all, nameless), recorded| (all + 1, nameless + usize::from(is_nameless(recorded))))
    }
}

/// Decides about each call, in order.
pub(super) fn replay(policies: &Policies, recording: &Recording) -> Vec<Verdict> {
    let mut sessions: HashMap<SessionKey, Session> = HashMap::new();
    let mut audited = Audited::new(policies, recording);
    let verdicts = recording.steps.iter().map(|step| match &step.asked {
        Asked::Refused(refusal) => Verdict {
            decision: Some(audit::Decision::Deny),
            reason: refusal.id(),
            sentence: refusal.sentence(&step.name),
        },
        Asked::Public => Verdict::ALLOWED,
        Asked::Stated(call) => {
            let session = sessions.entry(call.key).or_insert_with(|| Session::new(&policies.rules));
            of_call(&policies.rules, session, call, step.time)
        }
        Asked::Recorded(recorded) => audited.decide(recorded, step.time),
    });
    verdicts.collect()
}

fn of_call(rules: &Rules, session: &mut Session, stated: &Stated, now: Timestamp) -> Verdict {
    let facts = Facts { auth_time: stated.auth_time, acr: stated.acr.as_deref() };
    Verdict::of(rules, &rules.decide(session, core::slice::from_ref(&stated.call), &facts, now))
}

impl Verdict {
    pub(super) const ALLOWED: Self =
        Self { decision: Some(audit::Decision::Allow), reason: "", sentence: String::new() };

    pub(super) fn unknown(sentence: impl Into<String>) -> Self {
        Self { decision: None, reason: "unknown", sentence: sentence.into() }
    }

    pub(super) fn of(rules: &Rules, decision: &Decision) -> Self {
        match decision {
            Decision::Allowed => Self::ALLOWED,
            Decision::Denied(denial) => Self {
                decision: Some(audit::Decision::Deny),
                reason: denial.reason.id(),
                sentence: rules.explain(denial).to_string(),
            },
            Decision::ApprovalNeeded(request) => Self {
                decision: Some(audit::Decision::Approve),
                reason: if request.by_reviewer { "requires_human_review" } else { "requires_approval_after" },
                sentence: rules.explain_approval(request),
            },
            Decision::Reauthenticate(needed) => Self {
                decision: Some(audit::Decision::Challenge),
                reason: "insufficient_user_authentication",
                sentence: rules.explain_reauthentication(needed),
            },
        }
    }
}
