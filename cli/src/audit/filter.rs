//! Which events are shown.

use clap::Args;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mcp_scopes_model::Risk;

use super::record::{Field, Record};

/// Filters of events. All that are given must match.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(super) struct Filter {
    /// Events of this tool
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Events with this decision
    #[arg(long, value_name = "DECISION", value_parser = ["allow", "deny", "challenge", "approve"])]
    decision: Option<String>,
    /// Events with this outcome
    #[arg(long, value_name = "OUTCOME", value_parser = ["success", "tool_error", "error", "denied", "abandoned"])]
    outcome: Option<String>,
    /// Events with this reason
    #[arg(long, value_name = "ID")]
    reason: Option<String>,
    /// Events of this subject, or of this hash of a subject, as the file states it
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<String>,
    /// Events of this client
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Events of tools of at least this risk
    #[arg(long, value_name = "RISK", value_parser = risk)]
    risk: Option<Risk>,
    /// Events in this environment
    #[arg(long, value_name = "ENVIRONMENT", value_parser = ["live", "sandbox"])]
    environment: Option<String>,
    /// Events of this session, by its hash
    #[arg(long, value_name = "HASH")]
    session: Option<String>,
    /// Events of this trace
    #[arg(long, value_name = "ID")]
    trace: Option<String>,
    /// Events at or after this time, such as `2026-11-30` or `2026-11-30T08:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Events before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
}

impl Filter {
    /// Returns whether an event is shown.
    pub(super) fn matches(&self, record: &Record) -> bool {
        let texts = [
            (Field::Tool, &self.tool),
            (Field::Decision, &self.decision),
            (Field::Outcome, &self.outcome),
            (Field::Reason, &self.reason),
            (Field::Subject, &self.subject),
            (Field::Client, &self.client),
            (Field::Environment, &self.environment),
            (Field::Session, &self.session),
            (Field::Trace, &self.trace),
        ];
        texts.iter().all(|(field, wanted)| wanted.is_none() || record.text(*field) == wanted.as_deref())
            && self.risk.is_none_or(|least| record.text(Field::Risk).and_then(Risk::parse) >= Some(least))
            && self.since.is_none_or(|since| record.time() >= Some(since))
            && self.until.is_none_or(|until| record.time() < Some(until))
    }
}

fn risk(text: &str) -> Result<Risk, String> {
    Risk::parse(text).ok_or_else(|| format!("write one of {}", Risk::NAMES.join(", ")))
}

/// Reads a time, or a day, which begins at midnight UTC.
fn time(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
    text.parse().ok().or_else(day).ok_or_else(|| "write a day or a time, such as `2026-11-30T08:00:00Z`".to_owned())
}
