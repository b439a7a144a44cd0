//! What is printed about a session.

use core::fmt::Write as _;

use jiff::Timestamp;
use mcp_scopes_model::Risk;
use mcp_scopes_policies::SessionView;

/// Returns the lines about a session. Without the table, its limits are not known, and neither is its end.
pub(super) fn of(caller: &str, session: &SessionView, now: Timestamp, has_table: bool) -> String {
    let mut text = format!("session of {caller}\n");
    let mut line = |name: &str, value: &str| {
        // A write to a string does not fail.
        let _ = writeln!(text, "  {name:<17} {value}");
    };
    match session.started {
        Some(started) => line("first contact", &format!("{}, {} ago", time(started), age(started, now))),
        None => line("first contact", "the session has ended; cooling periods are left"),
    }
    if let Some(ends) = session.ends.filter(|_| has_table) {
        line("ends", &format!("{}, unless a call renews it", time(ends)));
    }
    for (name, count) in [("refused calls", session.refused_calls), ("high-risk calls", session.high_risk_calls)] {
        if count > 0 {
            line(name, &count.to_string());
        }
    }
    if session.highest_risk > Risk::Minimal {
        line("highest risk", session.highest_risk.as_str());
    }
    for pattern in &session.latches {
        line("matched", &format!("`{pattern}`"));
    }
    for (tool, count) in &session.calls {
        line("calls", &format!("`{tool}`: {count}"));
    }
    for (tool, until) in &session.cooling {
        line("cooling", &format!("`{tool}` until {}", time(*until)));
    }
    if session.unknown > 0 {
        let why = if has_table { "that this table does not name" } else { "whose names `--tools` finds" };
        let records = if session.unknown == 1 { "record" } else { "records" };
        line("further", &format!("{} {records} {why}", session.unknown));
    }
    text
}

fn time(seconds: u32) -> String {
    Timestamp::from_second(i64::from(seconds)).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// Returns the time since then, in its largest unit.
fn age(seconds: u32, now: Timestamp) -> String {
    let passed = now.as_second().saturating_sub(i64::from(seconds)).max(0);
    match passed {
        0..60 => format!("{passed} s"),
        60..3600 => format!("{} min", passed / 60),
        _ => format!("{} h", passed / 3600),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::age;

    #[test]
    fn states_ages_in_their_largest_unit() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for (passed, expected) in [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h")] {
            assert_eq!(age(1_800_000_000 - passed, now), expected);
        }
        assert_eq!(age(1_800_000_001, now), "0 s");
    }
}
