//! Replays calls against the policies.

use std::collections::{HashMap, HashSet};

use mcp_scopes_audit as audit;
use mcp_scopes_policies::{Call, Decision, Evidence, Facts, Rules, Session, SessionKey};

use super::{
    line::{Recorded, Step},
    policies::Policies,
};

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

impl Verdict {
    const ALLOWED: Self = Self { decision: Some(audit::Decision::Allow), reason: "", sentence: String::new() };

    fn unknown(sentence: &str) -> Self {
        Self { decision: None, reason: "unknown", sentence: sentence.to_owned() }
    }
}

/// The session of a caller, with the patterns of which the file does not say whether earlier calls matched them.
struct Replayed {
    session: Session,
    unsure: HashSet<[u8; 8]>,
}

/// Decides about each call, in order.
pub(super) fn replay(policies: &Policies, steps: &[Step]) -> Vec<Verdict> {
    let events = steps.iter().filter_map(|step| step.recorded.as_ref());
    // A pattern that no event names may be newer than the file.
    let known: HashSet<[u8; 8]> = events.flat_map(|recorded| recorded.patterns.iter().copied()).collect();
    let mut sessions: HashMap<SessionKey, Replayed> = HashMap::new();
    let verdicts = steps.iter().map(|step| {
        let Some(call) = &step.call else {
            let sentence = format!("the document does not have `{}`, so the server refuses it", step.name);
            return Verdict { decision: Some(audit::Decision::Deny), reason: "unknown_tool", sentence };
        };
        if step.is_unlisted {
            let sentence = format!(
                "the arguments have a member that is no parameter of `{}`, and its scopes depend on one, so the server refuses it",
                step.name
            );
            return Verdict { decision: Some(audit::Decision::Deny), reason: "unlisted_argument", sentence };
        }
        let rules = if step.recorded.is_some() { &policies.without_sign_in } else { &policies.rules };
        let replayed = sessions
            .entry(step.key)
            .or_insert_with(|| Replayed { session: Session::new(rules), unsure: HashSet::new() });
        match &step.recorded {
            None => stated(rules, replayed, step, call),
            Some(recorded) => of_event(policies, replayed, step, call, recorded, &known),
        }
    });
    verdicts.collect()
}

/// Decides about a call whose arguments were stated.
fn stated(rules: &Rules, replayed: &mut Replayed, step: &Step, call: &Call) -> Verdict {
    let facts = Facts { auth_time: step.auth_time, acr: step.acr.as_deref() };
    let calls = core::slice::from_ref(call);
    let decision = rules.decide(&mut replayed.session, calls, &facts, step.time);
    verdict(rules, &decision)
}

/// Decides about a call whose arguments are not known. A call that has run counts as run where the decision is unknown.
fn of_event(
    policies: &Policies,
    replayed: &mut Replayed,
    step: &Step,
    call: &Call,
    recorded: &Recorded,
    known: &HashSet<[u8; 8]>,
) -> Verdict {
    let rules = &policies.without_sign_in;
    let decide = |session: &mut Session, call: Call| rules.decide(session, &[call], &Facts::default(), step.time);
    let decision = decide(&mut replayed.session, call.clone());
    if let Decision::ApprovalNeeded(_) = decision
        && recorded.has_run
    {
        // Someone may have approved it.
        let _ = decide(&mut replayed.session, call.clone().with_evidence(Evidence::Reviewer));
    }
    let Decision::Allowed = decision else { return verdict(rules, &decision) };
    let Some(tool) = rules.tool(&step.name) else { return Verdict::ALLOWED };
    let verdict = if rules.has_limits_of_arguments(tool) {
        Verdict::unknown("the file has no arguments, and the policy of the tool limits them")
    } else if rules.conditions(tool).any(|name| replayed.unsure.contains(&name)) {
        Verdict::unknown(
            "the file does not say whether an earlier call matched a pattern that the policy of the tool names",
        )
    } else if policies.rules.asks_for_sign_in(call) {
        Verdict::unknown("the file does not say when and how the caller signed in")
    } else {
        Verdict::ALLOWED
    };
    replayed.unsure.extend(rules.argument_patterns(tool).filter(|name| !known.contains(name)));
    verdict
}

fn verdict(rules: &Rules, decision: &Decision) -> Verdict {
    match decision {
        Decision::Allowed => Verdict::ALLOWED,
        Decision::Denied(denial) => Verdict {
            decision: Some(audit::Decision::Deny),
            reason: denial.reason.id(),
            sentence: rules.explain(denial).to_string(),
        },
        Decision::ApprovalNeeded(request) => Verdict {
            decision: Some(audit::Decision::Approve),
            reason: if request.by_reviewer { "requires_human_review" } else { "requires_approval_after" },
            sentence: rules.explain_approval(request),
        },
        Decision::Reauthenticate(needed) => Verdict {
            decision: Some(audit::Decision::Challenge),
            reason: "insufficient_user_authentication",
            sentence: rules.explain_reauthentication(needed),
        },
    }
}
