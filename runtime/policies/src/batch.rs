//! The calls of a body: what they mean for each other, whatever the session holds.

use mcp_scopes_model::Risk;

use crate::{
    decide::Facts,
    decision::{Denial, Reason, Reauthentication},
    matcher::{Call, Evidence},
    rules::{Condition, Cooling, Row, Rules},
    time::minutes,
};

/// All calls of a body. Each is checked as if all others had been admitted just before it.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) calls: &'a [Call],
}

impl<'a> Batch<'a> {
    /// Returns the denial that the arguments themselves cause.
    pub(crate) fn forbidden(self) -> Option<Denial> {
        let denials = self.calls.iter().enumerate().filter_map(|(place, call)| {
            Some(Denial { call: place, row: call.row, reason: forbidden(call)?, retry_after: None })
        });
        denials.min_by_key(|denial| denial.reason.rank())
    }

    /// Returns all calls but one.
    pub(crate) fn others(self, place: usize) -> impl Iterator<Item = &'a Call> {
        self.calls.iter().enumerate().filter(move |(other, _)| *other != place).map(|(_, call)| call)
    }

    /// Returns whether another call meets a condition.
    pub(crate) fn is_met_by_others(self, place: usize, condition: &Condition) -> bool {
        let Some((row, pattern)) = condition.source else { return false };
        self.others(place).any(|other| other.row == row && other.matched.has(pattern as usize))
    }

    /// Returns the number of calls of a tool.
    pub(crate) fn calls_of(self, row: u32) -> u32 {
        self.count(|call| call.row == row)
    }

    /// Returns the number of calls that count as of high risk.
    pub(crate) fn high_risk_calls(self) -> u32 {
        self.count(|call| call.risk >= Risk::High && !self.is_public(call))
    }

    fn count(self, counts: impl Fn(&Call) -> bool) -> u32 {
        u32::try_from(self.calls.iter().filter(|call| counts(call)).count()).unwrap_or(u32::MAX)
    }

    /// Returns whether another call of the same tool begins a cooling period.
    pub(crate) fn has_rival(self, place: usize, call: &Call, cooling: &Cooling) -> bool {
        self.others(place).any(|other| other.row == call.row && !is_repeat(cooling, call, other.arguments))
    }

    /// Returns the highest risk of the other calls.
    pub(crate) fn highest_other_risk(self, place: usize) -> Risk {
        let risks = self.others(place).filter(|other| !self.is_public(other)).map(|other| other.risk);
        risks.max().unwrap_or(Risk::Minimal)
    }

    /// Returns whether another call matches a pattern.
    pub(crate) fn is_triggered_by_others(self, place: usize) -> bool {
        self.others(place).any(|other| self.rules.matches_pattern(other))
    }

    /// Returns whether the caller is asked to sign in if this call needs its approval. No sign-in approves a call together with another one that
    /// may need an approval too, or after which this one needs it.
    pub(crate) fn asks_for_sign_in(self, place: usize) -> bool {
        self.rules.sign_in_approval.is_some()
            && !self.is_triggered_by_others(place)
            && !self.others(place).any(|other| self.rules.may_lack_approval(other))
    }

    /// Returns whether another call states the same approval, which counts once.
    pub(crate) fn has_approval_of_another(self, place: usize, call: &Call) -> bool {
        call.approval.is_some_and(|approval| {
            self.others(place).filter_map(|other| other.approval).any(|other| other.bytes() == approval.bytes())
        })
    }

    pub(crate) fn is_public(self, call: &Call) -> bool {
        self.rules.row(call.row).is_some_and(|row| row.is_public)
    }
}

/// Returns what the arguments themselves violate.
pub(crate) fn forbidden(call: &Call) -> Option<Reason> {
    call.blocked.map(|glob| Reason::BlockedPattern { glob }).or(call.is_too_large.then_some(Reason::FileTooLarge))
}

/// Returns whether a call has the same arguments as one with this hash, and its tool is idempotent.
pub(crate) const fn is_repeat(cooling: &Cooling, call: &Call, arguments: u64) -> bool {
    cooling.arguments.is_some() && arguments != 0 && arguments == call.arguments
}

impl Rules {
    /// Returns whether a call matches a pattern, of whichever tool.
    pub(crate) fn matches_pattern(&self, call: &Call) -> bool {
        self.row(call.row).is_some_and(|row| (0..row.patterns.len()).any(|place| call.matched.has(place)))
    }

    /// Returns the maximum age of the authentication for a call, in seconds.
    pub(crate) fn max_auth_age(&self, call: &Call) -> Option<u32> {
        let of_risk = self.risk.get(call.risk as usize).and_then(|rule| rule.max_auth_age_minutes);
        [self.limits.auth_age, of_risk.map(minutes)].into_iter().flatten().min()
    }

    /// Returns whether the authentication is strong enough for a call.
    pub(crate) fn is_strong(&self, call: &Call, facts: &Facts<'_>) -> bool {
        let accepted = self.risk.get(call.risk as usize).map_or(&[][..], |rule| &rule.acr_values);
        accepted.is_empty() || facts.has_acr(accepted)
    }

    /// Returns how the caller must authenticate for a call.
    pub(crate) fn demand(&self, place: usize, call: &Call) -> Reauthentication {
        Reauthentication { call: place, row: call.row, risk: call.risk, max_age: self.max_auth_age(call) }
    }

    /// Returns whether an authentication of this strength can approve a call.
    pub(crate) fn may_approve(&self, facts: &Facts<'_>) -> bool {
        self.sign_in_approval.as_ref().is_some_and(|values| facts.has_acr(values))
    }
}

impl Row {
    /// Returns whether a reviewer must still look at a call.
    pub(crate) fn lacks_review(&self, call: &Call) -> bool {
        self.requires_human_review && call.evidence < Evidence::Reviewer
    }
}
