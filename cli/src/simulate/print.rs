//! Prints decisions.

use std::fmt::Write as _;

use jiff::Timestamp as Time;
use mcp_scopes_audit::Decision;
use serde_json::json;

use super::{line::Step, replay::Verdict};
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
        let time = time(step).map(|time| format!("{time:.0}")).unwrap_or_default();
        let cells = [
            step.line.to_string(),
            time,
            cell(&step.subject),
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
            "time": time(step).map(|time| time.to_string()),
            "subject": step.subject,
            "call": step.name,
            "decision": word(verdict),
        });
        if let (Some(line), false) = (line.as_object_mut(), step.scopes.is_empty()) {
            line.insert("scopes".to_owned(), json!(step.scopes));
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

/// Returns the reason in words, and which scopes the arguments need in addition.
fn sentence(step: &Step, verdict: &Verdict) -> String {
    if step.scopes.is_empty() {
        return verdict.sentence.clone();
    }
    let scopes = format!("needs `{}` too", step.scopes.join("`, `"));
    if verdict.sentence.is_empty() { scopes } else { format!("{}; {scopes}", verdict.sentence) }
}

fn word(verdict: &Verdict) -> &'static str {
    verdict.decision.map_or(UNKNOWN, Decision::as_str)
}

fn time(step: &Step) -> Option<Time> {
    Time::from_millisecond(i64::try_from(step.time.as_millis()).ok()?).ok()
}
