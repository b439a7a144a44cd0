//! What the script needs to know about the calls of a body: `decide.lua` reads it. Integers are little-endian.
//!
//! Names, limits and all that the calls mean for each other are computed here, so the script compares numbers and looks up names.

use mcp_scopes_model::Risk;

use crate::{
    batch::Batch,
    decide::Facts,
    matcher::{Call, Evidence},
    name::{Kind, Name},
    rules::{Condition, Row, Rules},
    used::ApprovalId,
};

/// A limit that is not stated.
const NEVER: u32 = u32::MAX;
/// In place of the key of an approval that does not count: it is of another call, or two calls state it.
const NO_APPROVAL: u8 = u8::MAX;

/// In place of whether the calls are forbidden: there is none, and a session is renewed.
const RENEWAL: u8 = 2;

/// The limits and names of a table, in the form that the script reads.
#[derive(Debug)]
pub(crate) struct Encoder {
    limits: [u32; 5],
    latches: Box<[Name]>,
    rows: Box<[RowNames]>,
}

/// The names of a row's numbers.
#[derive(Clone, Copy, Debug, Default)]
struct RowNames {
    count: Name,
    cooling: Name,
    arguments: Name,
}

impl Encoder {
    pub(crate) fn new(rules: &Rules) -> Self {
        let limits = &rules.limits;
        let mut latches = vec![Name::default(); rules.latches.len()];
        let mut rows = vec![RowNames::default(); rules.rows.len()];
        for named in &rules.named {
            let row = rows.get_mut(named.owner as usize);
            let place = match named.place.kind {
                Kind::Latch => latches.get_mut(named.owner as usize),
                Kind::Count => row.map(|row| &mut row.count),
                Kind::Cooling => row.map(|row| &mut row.cooling),
                Kind::Arguments => row.map(|row| &mut row.arguments),
            };
            if let Some(place) = place {
                *place = named.name;
            }
        }
        Self {
            limits: [
                limits.idle,
                limits.max,
                optional(limits.refused),
                optional(limits.high_risk),
                optional(limits.escalation),
            ],
            latches: latches.into(),
            rows: rows.into(),
        }
    }

    /// Writes a request. One without a call renews a session.
    pub(crate) fn encode(&self, batch: Batch<'_>, facts: &Facts<'_>) -> Vec<u8> {
        let Batch { rules, calls } = batch;
        let mut to = Vec::with_capacity(64 + 96 * calls.len());
        self.limits.into_iter().for_each(|limit| word(&mut to, limit));
        // A time that does not fit is far in the future, and is ignored.
        word(&mut to, facts.auth_time.and_then(|time| u32::try_from(time).ok()).unwrap_or(NEVER));
        let is_forbidden = batch.forbidden().is_some();
        to.push(if calls.is_empty() { RENEWAL } else { u8::from(is_forbidden) });
        to.push(u8::from(rules.may_approve(facts)));
        let known = || calls.iter().enumerate().filter_map(|(place, call)| Some((place, call, rules.row(call.row)?)));
        let decided = || known().filter(|(_, _, row)| !row.is_public && !is_forbidden);
        to.push(decided().map(|(_, call, _)| call.risk).max().unwrap_or(Risk::Minimal) as u8);
        word(&mut to, batch.high_risk_calls());
        count(&mut to, known().map(|(_, call, row)| matched(call, row).count()).sum());
        count(&mut to, decided().count());
        for (_, call, row) in known() {
            matched(call, row).for_each(|latch| to.extend(self.latch(latch)));
        }
        for (place, call, row) in decided() {
            self.encode_call(&mut to, batch, facts, place, call, row);
        }
        to
    }

    fn encode_call(&self, to: &mut Vec<u8>, batch: Batch<'_>, facts: &Facts<'_>, place: usize, call: &Call, row: &Row) {
        let rules = batch.rules;
        let (blocked, is_blocked) = reachable(batch, place, &row.blocked_after);
        let asks = if call.evidence == Evidence::None { &*row.approval_after } else { &[] };
        let (questioned, is_questioned) = reachable(batch, place, asks);
        let cooling = row.cooling.as_ref();
        count(to, place);
        word(to, optional(rules.max_auth_age(call)));
        word(to, optional(row.max_calls.map(|counter| counter.limit)));
        word(to, batch.calls_of(call.row));
        word(to, optional(cooling.map(|cooling| cooling.seconds)));
        count(to, blocked.len());
        count(to, questioned.len());
        word(to, call.approval.map_or(0, ApprovalId::kept));
        to.extend([
            call.risk as u8,
            batch.highest_other_risk(place) as u8,
            u8::from(!rules.is_strong(call, facts)),
            u8::from(rules.needs_session(call)),
            u8::from(rules.limits.high_risk.is_some() && call.risk >= Risk::High),
            u8::from(row.lacks_review(call)),
            u8::from(batch.is_triggered_by_others(place)),
            u8::from(cooling.is_some_and(|cooling| batch.has_rival(place, call, cooling))),
            u8::from(cooling.is_some_and(|cooling| cooling.arguments.is_some())),
            u8::from(is_blocked),
            u8::from(is_questioned),
            u8::from(batch.asks_for_sign_in(place)),
            approval_key(batch, place, call),
        ]);
        let names = self.rows.get(call.row as usize).copied().unwrap_or_default();
        if row.max_calls.is_some() {
            to.extend(names.count);
        }
        if let Some(cooling) = cooling {
            to.extend(names.cooling);
            if cooling.arguments.is_some() {
                to.extend(names.arguments);
                to.extend(call.arguments.to_le_bytes());
            }
        }
        for condition in blocked.iter().chain(questioned) {
            to.extend(self.latch(condition.latch));
        }
    }

    fn latch(&self, latch: u32) -> Name {
        self.latches.get(latch as usize).copied().unwrap_or_default()
    }
}

/// Returns the place among the keys of the script where the store keeps that the approval of a call was used: 0 if it has none,
/// [`NO_APPROVAL`] if it does not count.
fn approval_key(batch: Batch<'_>, place: usize, call: &Call) -> u8 {
    if call.is_approval_used || batch.has_approval_of_another(place, call) {
        return NO_APPROVAL;
    }
    if call.approval.is_none() {
        return 0;
    }
    let before = batch.calls.iter().take(place).filter(|other| other.approval.is_some()).count();
    // The first key is that of the session. A body has few calls.
    u8::try_from(before + 2).unwrap_or(NO_APPROVAL)
}

/// Returns the conditions whose latches decide, and whether another call of the body meets the one behind them. Those behind that one
/// change nothing.
fn reachable<'r>(batch: Batch<'_>, place: usize, conditions: &'r [Condition]) -> (&'r [Condition], bool) {
    let met = conditions.iter().position(|condition| batch.is_met_by_others(place, condition));
    (conditions.get(..met.unwrap_or(conditions.len())).unwrap_or_default(), met.is_some())
}

/// Returns the latches that a call sets.
fn matched<'c>(call: &'c Call, row: &'c Row) -> impl Iterator<Item = u32> {
    row.patterns.iter().enumerate().filter(|(place, _)| call.matched.has(*place)).map(|(_, pattern)| pattern.latch)
}

/// Returns the number that the script reads for a limit: [`NEVER`] if there is no limit. A stated limit of `NEVER` is lowered by one, so that it
/// remains a limit.
fn optional(limit: Option<u32>) -> u32 {
    limit.map_or(NEVER, |limit| limit.min(NEVER - 1))
}

fn word(to: &mut Vec<u8>, number: u32) {
    to.extend(number.to_le_bytes());
}

fn count(to: &mut Vec<u8>, number: usize) {
    word(to, u32::try_from(number).unwrap_or(NEVER));
}
