//! Decides about the events of an audit file, which do not hold all that decides.
//!
//! Each caller has two sessions: one with what has certainly happened, and one with all that may have happened. A decision is known if both
//! lead to it.

use std::{
    collections::{HashMap, HashSet},
    slice,
};

use mcp_scopes_audit as audit;
use mcp_scopes_policies::{Call, Decision, Facts, Reason, Session, SessionKey, Subject, Timestamp};

use super::{
    callers::Callers,
    line::{Asked, Missing, Recorded},
    policies::Policies,
    replay::{Recording, Verdict},
};

/// The hash of the arguments of each call of an idempotent tool, and that of a call with others. The file does not have them.
const ARGUMENTS: u64 = 1;
const OTHER_ARGUMENTS: u64 = 2;

/// The sessions of an audit file.
pub(super) struct Audited<'p> {
    policies: &'p Policies,
    /// The names of the patterns in any event. A pattern that no event names may be newer than the file.
    known: HashSet<[u8; 8]>,
    callers: Callers,
    missing: &'p [Missing],
    certain: HashMap<SessionKey, Session>,
    possible: HashMap<SessionKey, Session>,
    /// Until when missing calls count in a session, in milliseconds.
    incomplete_until: HashMap<SessionKey, u64>,
}

/// What a call of an event can be.
struct Possible {
    /// With the patterns that it has certainly matched, and the lowest risk.
    least: Call,
    /// With the patterns that it may have matched, and the highest risk.
    most: Call,
}

impl Possible {
    /// Returns what is the hardest to allow: for an idempotent tool, a call with other arguments than the last one.
    fn strictest(&self) -> Call {
        self.most.clone().with_arguments(OTHER_ARGUMENTS)
    }
}

impl<'p> Audited<'p> {
    pub(super) fn new(policies: &'p Policies, recording: &'p Recording) -> Self {
        let events = || {
            recording.steps.iter().filter_map(|step| match &step.asked {
                Asked::Recorded(recorded) => Some(recorded),
                _ => None,
            })
        };
        Self {
            policies,
            known: events().flat_map(|recorded| recorded.patterns.iter().copied()).collect(),
            callers: Callers::of(events().filter_map(|recorded| recorded.caller)),
            missing: &recording.missing,
            certain: HashMap::new(),
            possible: HashMap::new(),
            incomplete_until: HashMap::new(),
        }
    }

    /// Decides about a call. One that has run counts as run where the decision is unknown.
    pub(super) fn decide(&mut self, recorded: &Recorded, now: Timestamp) -> Verdict {
        let rules = &self.policies.without_sign_in;
        let call = self.possible(recorded);
        let Some(caller) = recorded.caller else {
            if rules.needs_session(&call.most) {
                return Verdict::unknown("the file does not name the caller");
            }
            let fresh = || Session::new(rules);
            return self.apply([&mut fresh(), &mut fresh()], &call, recorded, None, now);
        };
        let [certain, possible] = self.callers.sessions(caller);
        let missing = self.missing_calls(possible, now).filter(|_| rules.needs_session(&call.most));
        let take = |sessions: &mut HashMap<_, _>, key| sessions.remove(&key).unwrap_or_else(|| Session::new(rules));
        // An earlier call of a process may be one of another process.
        let mut of_certain = if recorded.is_process { Session::new(rules) } else { take(&mut self.certain, certain) };
        let mut of_possible = take(&mut self.possible, possible);
        let verdict = self.apply([&mut of_certain, &mut of_possible], &call, recorded, missing, now);
        if !recorded.is_process {
            self.certain.insert(certain, of_certain);
        }
        self.possible.insert(possible, of_possible);
        verdict
    }

    fn possible(&self, recorded: &Recorded) -> Possible {
        let rules = &self.policies.without_sign_in;
        let [lowest, highest] = recorded.risks;
        let call =
            |risk, patterns: &[_]| rules.recorded_call(recorded.subject, risk, patterns).with_arguments(ARGUMENTS);
        let least = call(lowest, &recorded.patterns);
        let unsure = rules.argument_patterns(&least).filter(|name| !self.known.contains(name));
        let patterns: Vec<_> = recorded.patterns.iter().copied().chain(unsure).collect();
        Possible { most: call(highest, &patterns), least }
    }

    /// Decides in both sessions, and records what has certainly or possibly happened.
    fn apply(
        &self,
        [certain, possible]: [&mut Session; 2],
        call: &Possible,
        recorded: &Recorded,
        missing: Option<u64>,
        now: Timestamp,
    ) -> Verdict {
        let rules = &self.policies.without_sign_in;
        let decide =
            |session: &mut Session, call: &Call| rules.decide(session, slice::from_ref(call), &Facts::default(), now);
        let (mut refused_certain, mut refused_possible) = (certain.clone(), possible.clone());
        let decisions = [decide(&mut refused_certain, &call.least), decide(&mut refused_possible, &call.strictest())];
        let verdict = match missing {
            Some(count) => Verdict::unknown(format!(
                "the file does not describe all calls of about this time: {count} are only counted"
            )),
            None => self.verdict(&decisions, call, recorded),
        };
        let has_happened = match verdict.decision {
            Some(audit::Decision::Allow) => true,
            // A person may have approved it.
            Some(audit::Decision::Approve) | None => recorded.has_run,
            Some(audit::Decision::Deny | audit::Decision::Challenge) => false,
        };
        if has_happened {
            rules.record(certain, slice::from_ref(&call.least), now);
            rules.record(possible, slice::from_ref(&call.most), now);
        } else if verdict.decision.is_some() {
            (*certain, *possible) = (refused_certain, refused_possible);
        } else {
            // Either it would have run, or it would have been refused once more.
            let _ = decide(possible, &call.strictest().with_used_approval());
            rules.record(possible, slice::from_ref(&call.most), now);
        }
        verdict
    }

    /// Returns the decision if both are the same, and nothing else decides that the file does not hold.
    fn verdict(&self, decisions: &[Decision; 2], call: &Possible, recorded: &Recorded) -> Verdict {
        let rules = &self.policies.without_sign_in;
        let is_idempotent = matches!(recorded.subject, Subject::Tool(tool) if rules.is_idempotent(tool));
        let [least, strictest] = decisions.each_ref().map(|decision| Verdict::of(rules, decision));
        if least.decision != strictest.decision && recorded.is_process {
            return Verdict::unknown("the file does not say which of the earlier calls are of the same process");
        }
        if least.decision != strictest.decision {
            return Verdict::unknown(difference(decisions, is_idempotent));
        }
        let is_shared = rules.depends_on_other_servers(&call.most);
        let [decision, _] = decisions;
        // Calls of other servers may have raised the risk of the session; they lift no other denial.
        let is_lifted = |reason| is_shared && reason == Reason::Escalation;
        if matches!(decision, Decision::Denied(denial) if !is_lifted(denial.reason)) {
            return least;
        }
        if rules.has_limits_of_arguments(&call.least) {
            Verdict::unknown("the file has no arguments, and the policy of the tool limits them")
        } else if is_shared {
            Verdict::unknown("calls of the other servers of the domain decide too, and the file does not have them")
        } else if self.asks_for_sign_in(call) {
            Verdict::unknown("the file does not say when and how the caller signed in")
        } else {
            least
        }
    }

    fn asks_for_sign_in(&self, call: &Possible) -> bool {
        [&call.least, &call.most].into_iter().any(|call| self.policies.rules.asks_for_sign_in(call))
    }

    /// Returns the number of calls that the file counts and does not describe, if they may be of the session at this time.
    fn missing_calls(&mut self, session: SessionKey, now: Timestamp) -> Option<u64> {
        let memory = u64::from(self.policies.without_sign_in.longest_memory()).saturating_mul(1000);
        let now = now.as_millis();
        let is_near = |missing: &&Missing| {
            missing.first.as_millis() <= now && now < missing.last.as_millis().saturating_add(memory)
        };
        let near = self.missing.iter().filter(is_near).map(|missing| missing.count);
        let near = near.reduce(u64::saturating_add);
        let until = self.incomplete_until.get(&session).copied().unwrap_or_default();
        let all = || self.missing.iter().map(|missing| missing.count).fold(0, u64::saturating_add);
        let count = near.or_else(|| (now < until).then(all))?;
        // A session that a missing call may have begun lasts as long as further calls follow.
        self.incomplete_until.insert(session, now.saturating_add(memory));
        Some(count)
    }
}

/// Returns what the file would have to say for the decision to be known.
fn difference(decisions: &[Decision; 2], is_idempotent: bool) -> String {
    let text = match decisions {
        [_, Decision::ApprovalNeeded(_)] => PATTERN,
        [_, Decision::Denied(denial)] if matches!(denial.reason, Reason::BlockedAfter { .. }) => PATTERN,
        [_, Decision::Denied(denial)] if denial.reason == Reason::Cooling && is_idempotent => {
            "the file does not say whether the arguments are those of the last call of the tool"
        }
        _ => {
            let denial = decisions.iter().find_map(|decision| match decision {
                Decision::Denied(denial) => Some(denial.reason.id()),
                _ => None,
            });
            let limit = denial.unwrap_or("the policy");
            return format!(
                "the file does not say whether `{limit}` denies the call: which of the earlier calls count is not known"
            );
        }
    };
    text.to_owned()
}

const PATTERN: &str =
    "the file does not say whether an earlier call matched a pattern that the policy of the tool names";
