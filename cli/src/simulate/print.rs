//! Prints decisions.

use std::fmt::Write as _;

use jiff::Timestamp as Time;
use mcp_scopes_audit::Decision;
use mcp_scopes_policies::Timestamp;
use serde_json::json;

use super::{
    line::{Missing, Step},
    replay::Verdict,
    scopes::CallScopes,
};
use crate::audit::{add_row, cell};

/// The columns: titles and widths. A longer cell moves the ones after it.
const COLUMNS: [(&str, usize); 6] =
    [("LINE", 6), ("TIME", 20), ("SUBJECT", 24), ("CALL", 24), ("DECISION", 9), ("REASON", 0)];

/// The word for a decision that the file does not determine.
const UNKNOWN: &str = "unknown";

/// Returns a table.
pub(super) fn table(steps: &[Step], verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    if steps.is_empty() {
        return text;
    }
    let widths = COLUMNS.map(|(_, width)| width);
    add_row(&mut text, &widths, &COLUMNS.map(|(title, _)| title.to_owned()));
    for (step, verdict) in steps.iter().zip(verdicts) {
        let time = time(step.time).map(|time| format!("{time:.0}")).unwrap_or_default();
        let cells = [
            step.line.to_string(),
            time,
            step.subject.as_deref().map_or_else(|| "-".to_owned(), cell),
            cell(&step.name),
            word(verdict).to_owned(),
            crate::escape::escaped(&sentence(step, verdict)),
        ];
        add_row(&mut text, &widths, &cells);
    }
    text
}

/// Returns one JSON object for each call, each on a line.
pub(super) fn lines(steps: &[Step], verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    for (step, verdict) in steps.iter().zip(verdicts) {
        let mut line = json!({
            "line": step.line,
            "time": time(step.time).map(|time| time.to_string()),
            "subject": step.subject,
            "call": step.name,
            "decision": word(verdict),
        });
        let scopes = match &step.scopes {
            CallScopes::AnyOf(alternatives) => Some(json!(alternatives)),
            CallScopes::Unknown => Some(UNKNOWN.into()),
            CallScopes::OfTheTool | CallScopes::Unlisted => None,
        };
        if let (Some(line), Some(scopes)) = (line.as_object_mut(), scopes) {
            line.insert("scopes".to_owned(), scopes);
        }
        if let (Some(line), false) = (line.as_object_mut(), verdict.reason.is_empty()) {
            line.insert("reason".to_owned(), verdict.reason.into());
            line.insert("message".to_owned(), verdict.sentence.as_str().into());
        }
        // A write to a string does not fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Returns how many calls have which decision.
pub(super) fn summary(verdicts: &[Verdict]) -> String {
    let words = Decision::ALL.map(Decision::as_str).into_iter().chain([UNKNOWN]);
    let counts = words.filter_map(|wanted| {
        let count = verdicts.iter().filter(|verdict| word(verdict) == wanted).count();
        (count > 0).then(|| format!("{count} {wanted}"))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() { "the file has no calls".to_owned() } else { counts.join(", ") }
}

/// Says which calls a line counts that the file does not describe.
pub(super) fn missing(missing: &Missing) -> String {
    let text = |at| time(at).map(|time| format!("{time:.0}")).unwrap_or_default();
    let (first, last, count) = (text(missing.first), text(missing.last), missing.count);
    format!("the queue of the audit was full from {first} to {last}: {count} calls are counted and not described")
}

/// Returns the reason in words, and which scopes the call needs, if its arguments decide.
fn sentence(step: &Step, verdict: &Verdict) -> String {
    let scopes = match &step.scopes {
        CallScopes::AnyOf(alternatives) => format!("needs {}", joined(alternatives)),
        CallScopes::Unknown => "its scopes depend on the arguments, which the file does not have".to_owned(),
        CallScopes::OfTheTool | CallScopes::Unlisted => return verdict.sentence.clone(),
    };
    if verdict.sentence.is_empty() { scopes } else { format!("{}; {scopes}", verdict.sentence) }
}

/// Returns alternatives of scopes in words.
fn joined(alternatives: &[Vec<String>]) -> String {
    let all = |scopes: &Vec<String>| format!("`{}`", scopes.join("` and `"));
    alternatives.iter().map(all).collect::<Vec<_>>().join(", or ")
}

fn word(verdict: &Verdict) -> &'static str {
    verdict.decision.map_or(UNKNOWN, Decision::as_str)
}

fn time(at: Timestamp) -> Option<Time> {
    Time::from_millisecond(i64::try_from(at.as_millis()).ok()?).ok()
}
