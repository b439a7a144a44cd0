//! A call that an event of an audit file describes.

use mcp_scopes_audit::{Aggregate, Decision, Transport};
use mcp_scopes_model::Risk;
use mcp_scopes_policies::{Reason, Subject, Timestamp};

use super::{
    callers::Caller,
    line::{Asked, Missing, Read, Recorded, Refusal, Step},
    policies::Policies,
    scopes::CallScopes,
};
use crate::audit::{Field, Record};

/// The reason of a line that counts events of further reasons.
const OTHER_REASONS: &str = "other";

/// Reads an event. It is nothing if another check than the policies has decided.
pub(super) fn read(record: &Record, line: u64, policies: &Policies) -> Read {
    let reason = record.text(Field::Reason);
    let has_run = record.text(Field::Decision) == Some(Decision::Allow.as_str());
    let is_decided_by_policy = reason.is_some_and(|reason| Reason::IDS.contains(&reason));
    let Some(time) = record.time().and_then(|time| u64::try_from(time.as_millisecond()).ok()) else {
        return Read::Nothing;
    };
    if let Some(aggregate) = record.text(Field::Aggregate) {
        // Callers without a token have no session.
        let is_call = has_run || is_decided_by_policy || reason == Some(OTHER_REASONS);
        if aggregate != Aggregate::Overflow.as_str() || !is_call {
            return Read::Nothing;
        }
        // From the first event to the last.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float is saturated")]
        let span = record.milliseconds().unwrap_or_default().ceil() as u64;
        return Read::Missing(Missing {
            first: Timestamp::from_millis(time),
            last: Timestamp::from_millis(time.saturating_add(span)),
            count: record.count().unwrap_or(1),
        });
    }
    if !(has_run || is_decided_by_policy) {
        return Read::Nothing;
    }
    let Some((name, subject)) = called(record, policies) else { return Read::Nothing };
    let recorded = |subject: Subject| Recorded {
        caller: Caller::of(record),
        subject,
        risks: policies.risks(subject, record.text(Field::Risk).and_then(Risk::parse)),
        patterns: record.patterns(),
        has_run,
        is_process: record.text(Field::Transport) == Some(Transport::Stdio.as_str()),
    };
    let holder = record.text(Field::Subject).or_else(|| record.text(Field::Session));
    Read::Step(Box::new(Step {
        line,
        time: Timestamp::from_millis(time),
        subject: holder.map(str::to_owned),
        name: name.to_owned(),
        scopes: match subject {
            Some(Subject::Tool(_)) => policies.scopes.of_event(name),
            _ => CallScopes::OfTheTool,
        },
        asked: match subject {
            Some(subject) => Asked::Recorded(recorded(subject)),
            None => Asked::Refused(Refusal::UnknownTool),
        },
    }))
}

/// Returns what an event calls, and its number in the rules, if they have it. `None` if the event is about another method.
fn called<'r>(record: &'r Record, policies: &Policies) -> Option<(&'r str, Option<Subject>)> {
    let method = record.text(Field::Method)?;
    match method {
        "tools/call" => {
            let name = record.text(Field::Tool)?;
            Some((name, policies.without_sign_in.tool(name).map(Subject::Tool)))
        }
        // The URI is client input, so no event has it.
        "resources/read" | "resources/directory/read" => Some((method, Some(Subject::Resource))),
        "prompts/get" => Some((method, Some(Subject::Prompt))),
        _ => None,
    }
}
