//! The decision: all checks, then all effects or none.

use mcp_scopes_model::Risk;

use crate::{
    batch::{Batch, forbidden, is_repeat},
    decision::{ApprovalRequest, Decision, Denial, Reason, Reauthentication},
    matcher::{Call, Evidence},
    rules::{Condition, Cooling, Row, Rules},
    session::{APPROVED_BY, CHALLENGED, HIGH_RISK, REFUSED, Session, TRIGGER},
    time::Timestamp,
};

/// What the token says about the caller's authentication.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// `auth_time`, in seconds since the UNIX epoch.
    pub auth_time: Option<u64>,
    /// `acr`.
    pub acr: Option<&'a str>,
}

/// The tolerance for an `auth_time` in the future. One beyond it is ignored.
const CLOCK_SKEW: u32 = 60;

impl Facts<'_> {
    fn auth_time(&self, now: u32) -> Option<u32> {
        let time = self.auth_time.and_then(|time| u32::try_from(time).ok());
        time.filter(|time| *time <= now.saturating_add(CLOCK_SKEW))
    }

    pub(crate) fn has_acr(&self, values: &[String]) -> bool {
        self.acr.is_some_and(|acr| values.iter().any(|value| value == acr))
    }
}

impl Rules {
    /// Decides on all calls of a body, and records their effects if all of them may run. If not, it records first contact, and that a call was
    /// refused.
    ///
    /// Each call is checked as if all others had been admitted just before it, so their order does not matter.
    pub fn decide(&self, session: &mut Session, calls: &[Call], facts: &Facts<'_>, now: Timestamp) -> Decision {
        session.end_if_over(self, now);
        let is_new = session.started().is_none();
        let batch = Batch { rules: self, calls };
        let asked = Asked { batch, session, facts, now: now.floor(), begin: now.ceil() };
        let (decision, approved_by) = asked.decision();
        match decision {
            // A renewal, and there is no session to renew.
            Decision::Allowed if is_new && calls.is_empty() => {}
            Decision::Allowed => {
                self.commit(session, calls, now);
                if let Some(auth_time) = approved_by {
                    session.set(APPROVED_BY, auth_time);
                }
            }
            Decision::Denied(_) => {
                session.contact(now);
                if self.limits.refused.is_some() {
                    session.add(REFUSED, 1);
                }
            }
            Decision::ApprovalNeeded(request) => {
                session.contact(now);
                if !request.by_reviewer && batch.asks_for_sign_in(request.call) {
                    session.set(CHALLENGED, challenged(facts, now.floor()));
                }
            }
            Decision::Reauthenticate(_) => {
                session.contact(now);
                session.set(CHALLENGED, challenged(facts, now.floor()));
            }
        }
        if is_new {
            session.begin_with_effect(self);
        }
        decision
    }

    /// Records the effects of calls that have run, whatever these rules say about them.
    pub fn record(&self, session: &mut Session, calls: &[Call], now: Timestamp) {
        session.end_if_over(self, now);
        let is_new = session.started().is_none();
        self.commit(session, calls, now);
        if is_new {
            session.begin_with_effect(self);
        }
    }

    /// Decides on calls of which none [needs a session](Self::needs_session). The decision is `None` if it depends on a session after all: the
    /// caller must authenticate again, and the session knows whether it was told so.
    #[must_use]
    pub fn decide_without_session(&self, calls: &[Call], facts: &Facts<'_>, now: Timestamp) -> Option<Decision> {
        for (place, call) in calls.iter().enumerate() {
            let Some(row) = self.row(call.row) else { continue };
            if let Some(reason) = forbidden(call) {
                return Some(Decision::Denied(Denial { call: place, row: call.row, reason, retry_after: None }));
            }
            if self.reauthentication(place, call, row, facts, now.floor()).is_some() {
                return None;
            }
        }
        Some(Decision::Allowed)
    }

    /// Returns whether a sign-in of the caller would approve the call.
    #[must_use]
    pub const fn is_approved_by_sign_in(&self, request: &ApprovalRequest) -> bool {
        self.sign_in_approval.is_some() && !request.by_reviewer
    }

    /// Returns whether the caller is asked for that sign-in. No sign-in approves a call in one body with another one that may need an approval
    /// too, or after which this one needs it.
    #[must_use]
    pub fn asks_for_approving_sign_in(&self, calls: &[Call], request: &ApprovalRequest) -> bool {
        self.is_approved_by_sign_in(request) && Batch { rules: self, calls }.asks_for_sign_in(request.call)
    }

    /// Returns whether a call may need an approval that it does not have.
    #[must_use]
    pub fn may_lack_approval(&self, call: &Call) -> bool {
        let row = self.row(call.row);
        row.is_some_and(|row| {
            row.lacks_review(call) || (call.evidence == Evidence::None && !row.approval_after.is_empty())
        })
    }

    fn latch_matches(&self, session: &mut Session, call: &Call, now: Timestamp) {
        let Some(row) = self.row(call.row) else { return };
        for (place, pattern) in row.patterns.iter().enumerate() {
            if call.matched.has(place) {
                session.set_latch(self, pattern.latch);
                // Whether or not a tool of this table requires approval after it: those of a later version of the table may. Rounded down, as
                // `auth_time` is: an authentication in a later second is later.
                session.set(TRIGGER, now.floor().max(session.get(TRIGGER)));
            }
        }
    }

    /// Records the effects of admitted calls.
    fn commit(&self, session: &mut Session, calls: &[Call], now: Timestamp) {
        session.renew(now);
        for call in calls {
            let Some(row) = self.row(call.row).filter(|row| !row.is_public) else { continue };
            self.latch_matches(session, call, now);
            if let Some(counter) = &row.max_calls {
                session.add(counter.word, 1);
            }
            if self.limits.high_risk.is_some() && call.risk >= Risk::High {
                session.add(HIGH_RISK, 1);
            }
            if let Some(cooling) = row.cooling.as_ref()
                && session.get(cooling.word) <= now.floor()
            {
                session.cool(cooling, call.arguments, now);
            }
            if self.limits.escalation.is_some() {
                session.rise_to(call.risk, now);
            }
        }
    }

    /// Returns how the caller must authenticate for a call, if it has not.
    fn reauthentication(
        &self,
        place: usize,
        call: &Call,
        row: &Row,
        facts: &Facts<'_>,
        now: u32,
    ) -> Option<Reauthentication> {
        if row.is_public {
            return None;
        }
        let demand = self.demand(place, call);
        let is_fresh = demand
            .max_age
            .is_none_or(|max_age| facts.auth_time(now).is_some_and(|time| now.saturating_sub(time) <= max_age));
        (!is_fresh || !self.is_strong(call, facts)).then_some(demand)
    }
}

/// Returns the `auth_time` of a caller that is told to sign in, as a session holds it.
fn challenged(facts: &Facts<'_>, now: u32) -> u32 {
    facts.auth_time(now).unwrap_or(0).saturating_add(1)
}

/// Everything that a decision depends on.
struct Asked<'a> {
    batch: Batch<'a>,
    session: &'a Session,
    facts: &'a Facts<'a>,
    now: u32,
    /// When a period that begins now counts as begun.
    begin: u32,
}

impl Asked<'_> {
    /// Returns the decision, and the `auth_time` that approves a call.
    fn decision(&self) -> (Decision, Option<u32>) {
        let Batch { rules, calls } = self.batch;
        if let Some(denial) = self.batch.forbidden() {
            return (Decision::Denied(denial), None);
        }
        let denials = calls.iter().enumerate().filter_map(|(place, call)| self.denial(place, call));
        if let Some(denial) = denials.min_by_key(|denial| denial.reason.rank()) {
            return (Decision::Denied(denial), None);
        }
        let rows = || calls.iter().enumerate().filter_map(|(place, call)| Some((place, call, rules.row(call.row)?)));
        let stale = |(place, call, row)| rules.reauthentication(place, call, row, self.facts, self.now);
        if let Some(needed) = rows().find_map(stale) {
            return (self.challenge_once(needed), None);
        }
        let mut open = rows().filter_map(|(place, call, row)| self.approval(place, call, row));
        match (open.next(), open.next()) {
            (None, _) => (Decision::Allowed, None),
            // One authentication approves one call.
            (Some(request), None) if !request.by_reviewer => match self.approving_sign_in(&request) {
                Some(auth_time) => (Decision::Allowed, Some(auth_time)),
                None => (Decision::ApprovalNeeded(request), None),
            },
            (Some(request), _) => (Decision::ApprovalNeeded(request), None),
        }
    }

    fn denial(&self, place: usize, call: &Call) -> Option<Denial> {
        let deny = |reason, retry_after| Some(Denial { call: place, row: call.row, reason, retry_after });
        let (batch, session) = (self.batch, self.session);
        let rules = batch.rules;
        let row = rules.row(call.row)?;
        if row.is_public {
            return None;
        }
        if rules.limits.refused.is_some_and(|limit| session.get(REFUSED) >= limit) && rules.needs_session(call) {
            return deny(Reason::RefusedCalls, Some(session.end(rules).saturating_sub(self.now)));
        }
        if let Some(condition) = self.first_met(place, &row.blocked_after) {
            return deny(Reason::BlockedAfter { pattern: condition.latch }, None);
        }
        if let Some(counter) = &row.max_calls
            && session.get(counter.word).saturating_add(batch.calls_of(call.row)) > counter.limit
        {
            return deny(Reason::CallLimit, None);
        }
        if let Some(limit) = rules.limits.high_risk.filter(|_| call.risk >= Risk::High)
            && session.get(HIGH_RISK).saturating_add(batch.high_risk_calls()) > limit
        {
            return deny(Reason::HighRiskLimit, None);
        }
        if let Some(wait) = row.cooling.as_ref().and_then(|cooling| self.cooling(place, call, cooling)) {
            return deny(Reason::Cooling, Some(wait));
        }
        if let Some(wait) = rules.limits.escalation.and_then(|period| self.escalation(place, call, period)) {
            return deny(Reason::Escalation, Some(wait));
        }
        if call.is_approval_used || batch.has_approval_of_another(place, call) {
            return deny(Reason::UsedApproval, None);
        }
        None
    }

    /// Returns the first condition that an earlier call or another call of the batch meets.
    fn first_met(&self, place: usize, conditions: &[Condition]) -> Option<Condition> {
        let met = |condition: &Condition| {
            self.session.is_latched(self.batch.rules, condition.latch) || self.batch.is_met_by_others(place, condition)
        };
        conditions.iter().copied().find(met)
    }

    /// Returns how long a call must wait for its own tool.
    fn cooling(&self, place: usize, call: &Call, cooling: &Cooling) -> Option<u32> {
        let end = self.session.get(cooling.word);
        let is_running = end > self.now;
        let repeats = |word| is_repeat(cooling, call, self.session.arguments(word));
        if is_running && !cooling.arguments.is_some_and(repeats) {
            return Some(end - self.now);
        }
        let has_rival = self.batch.has_rival(place, call, cooling);
        has_rival.then(|| self.begin.saturating_add(cooling.seconds).saturating_sub(self.now))
    }

    /// Returns how long a call must wait because it is two or more levels above the settled risk.
    fn escalation(&self, place: usize, call: &Call, period: u32) -> Option<u32> {
        let settled = self.session.highest_risk(self.now.saturating_sub(period));
        if (call.risk as usize) < settled as usize + 2 {
            return None;
        }
        let (highest, risen) = self.session.last_rise();
        let rises_with = self.batch.highest_other_risk(place) > highest;
        // Without a first contact, this is it.
        let contact = self.session.started().unwrap_or(self.begin);
        let latest = if rises_with { self.begin } else { contact.max(risen) };
        Some(latest.saturating_add(period).saturating_sub(self.now)).filter(|wait| *wait > 0)
    }

    /// Challenges a caller once for each authentication: most clients log in without `max_age`, and would repeat it without end.
    fn challenge_once(&self, needed: Reauthentication) -> Decision {
        if self.is_challenged() {
            let Reauthentication { call, row, .. } = needed;
            return Decision::Denied(Denial { call, row, reason: Reason::StaleAuthentication, retry_after: None });
        }
        Decision::Reauthenticate(needed)
    }

    /// Returns whether the caller was told to sign in, and has not done so.
    fn is_challenged(&self) -> bool {
        self.session.get(CHALLENGED) == challenged(self.facts, self.now)
    }

    /// Returns the approval that a call lacks.
    fn approval(&self, place: usize, call: &Call, row: &Row) -> Option<ApprovalRequest> {
        if row.lacks_review(call) {
            return Some(self.approval_request(place, call, None));
        }
        let condition = self.first_met(place, &row.approval_after).filter(|_| call.evidence == Evidence::None)?;
        Some(self.approval_request(place, call, Some(condition.latch)))
    }

    /// Returns the request for the approval that a pattern requires, or else the tool itself: by a reviewer.
    fn approval_request(&self, place: usize, call: &Call, pattern: Option<u32>) -> ApprovalRequest {
        let by_reviewer = pattern.is_none();
        let is_repeated = !by_reviewer && self.batch.asks_for_sign_in(place) && self.is_challenged();
        ApprovalRequest { call: place, row: call.row, by_reviewer, pattern, is_repeated }
    }

    /// Returns the `auth_time` of an authentication that approves a call: later than what triggered it, and used for no other call.
    fn approving_sign_in(&self, request: &ApprovalRequest) -> Option<u32> {
        if !self.batch.rules.may_approve(self.facts) {
            return None;
        }
        // One from the future approves nothing: it could be older than the trigger.
        let auth_time = self.facts.auth_time(self.now).filter(|time| *time <= self.now)?;
        let trigger = if self.batch.is_triggered_by_others(request.call) { self.now } else { self.session.trigger() };
        (auth_time > trigger.max(self.session.get(APPROVED_BY))).then_some(auth_time)
    }
}
