//! What the script returns: `decide.lua` writes it.

use crate::{
    batch::Batch,
    decision::{ApprovalRequest, Decision, Denial, Reason},
    rules::{Condition, Row},
};

/// Kind, and if the script knows more: place of the call, rank or form of approval, number of the pattern, seconds to wait.
pub(crate) type Reply = Vec<u32>;

/// Reads a reply. Returns nothing if it does not fit the calls.
pub(crate) fn read(batch: Batch<'_>, reply: &[u32]) -> Option<Decision> {
    let [kind, place, detail, number, wait] = match *reply {
        [0] => return Some(Decision::Allowed),
        [1] => return batch.forbidden().map(Decision::Denied),
        _ => *reply.first_chunk()?,
    };
    let place = place as usize;
    let call = batch.calls.get(place)?;
    let row = batch.rules.row(call.row)?;
    Some(match kind {
        1 => {
            let (reason, waits) = reason(row, detail, number)?;
            Decision::Denied(Denial { call: place, row: call.row, reason, retry_after: waits.then_some(wait) })
        }
        2 => {
            let by_reviewer = detail == 1;
            let pattern = if by_reviewer { None } else { Some(latch(&row.approval_after, number)?) };
            let is_repeated = detail == 2;
            Decision::ApprovalNeeded(ApprovalRequest { call: place, row: call.row, by_reviewer, pattern, is_repeated })
        }
        3 => Decision::Reauthenticate(batch.rules.demand(place, call)),
        _ => return None,
    })
}

/// Returns the reason of a rank, and whether waiting helps.
fn reason(row: &Row, rank: u32, number: u32) -> Option<(Reason, bool)> {
    let of_rank = |reason: &(Reason, bool)| reason.0.rank() == rank as usize;
    let blocked = Reason::BlockedAfter { pattern: latch(&row.blocked_after, number).unwrap_or(u32::MAX) };
    let reasons = [
        (Reason::RefusedCalls, true),
        (blocked, false),
        (Reason::CallLimit, false),
        (Reason::HighRiskLimit, false),
        (Reason::Cooling, true),
        (Reason::Escalation, true),
        (Reason::UsedApproval, false),
        (Reason::StaleAuthentication, false),
    ];
    reasons.into_iter().find(of_rank)
}

/// Returns the latch of a condition, counted from 1.
fn latch(conditions: &[Condition], number: u32) -> Option<u32> {
    Some(conditions.get(number.checked_sub(1)? as usize)?.latch)
}
