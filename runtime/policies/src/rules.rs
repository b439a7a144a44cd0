//! The compiled form of a table's policies.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use mcp_scopes_model::Risk;

use crate::{
    glob::Glob,
    matcher::Call,
    name::{Kind, Name},
    settings::RiskRule,
};

/// What a table and its settings state, compiled. See [`Rules::compile`].
#[derive(Debug)]
pub struct Rules {
    /// One row for each tool, then one for resources and one for prompts.
    pub(crate) rows: Box<[Row]>,
    pub(crate) tools: HashMap<Box<str>, u32, FixedState>,
    pub(crate) latches: Box<[Latch]>,
    /// The words of a session that have names.
    pub(crate) named: Box<[Named]>,
    pub(crate) by_name: HashMap<Name, Place, FixedState>,
    pub(crate) layout: Layout,
    pub(crate) limits: Limits,
    pub(crate) risk: [RiskRule; Risk::ALL.len()],
    pub(crate) sign_in_approval: Option<Vec<String>>,
    /// The domain of the server, if it has one.
    pub(crate) domain: Option<Box<str>>,
}

/// The number of a tool: its place in the list that the rules were compiled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ToolNumber(pub(crate) u32);

/// What a call addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `tools/call`.
    Tool(ToolNumber),
    /// `resources/read` and the like.
    Resource,
    /// `prompts/get`.
    Prompt,
}

/// What the rules hold about one tool, or about all resources or prompts.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: Box<str>,
    pub(crate) risk: Risk,
    pub(crate) is_public: bool,
    /// The patterns that name it.
    pub(crate) patterns: Vec<RowPattern>,
    /// `blocked_patterns`.
    pub(crate) blocked: Vec<(Glob, Box<str>)>,
    pub(crate) max_file_mb: Option<u32>,
    pub(crate) blocked_after: Vec<Condition>,
    pub(crate) approval_after: Vec<Condition>,
    pub(crate) requires_human_review: bool,
    pub(crate) max_calls: Option<Counter>,
    pub(crate) cooling: Option<Cooling>,
    /// Whether each call needs a session, whatever its risk.
    pub(crate) needs_session: bool,
}

/// A pattern that names the tool of a row.
#[derive(Debug)]
pub(crate) struct RowPattern {
    pub(crate) test: Test,
    pub(crate) latch: u32,
}

/// What a call must contain to match a pattern.
#[derive(Debug)]
pub(crate) enum Test {
    Any,
    Glob(Glob),
    Exact(Box<str>),
}

/// A pattern that a condition of a tool refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    pub(crate) latch: u32,
    /// The row that the pattern names, and its place among the patterns there. `None`: a tool of another server.
    pub(crate) source: Option<(u32, u32)>,
}

/// A pattern, as answers name it.
#[derive(Debug)]
pub(crate) struct Latch {
    pub(crate) text: Box<str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter {
    pub(crate) word: usize,
    pub(crate) limit: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Cooling {
    /// The word of its end.
    pub(crate) word: usize,
    pub(crate) seconds: u32,
    /// The first of the two words of the arguments' hash, for idempotent tools.
    pub(crate) arguments: Option<usize>,
}

/// Where the state with a name is in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// The number of the bit for a latch; else the first word.
    pub(crate) at: usize,
}

/// A place with its name and the row or latch that it is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) name: Name,
    pub(crate) place: Place,
    pub(crate) owner: u32,
}

/// The parts of a session, in words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    pub(crate) latches: usize,
    pub(crate) counters: usize,
    pub(crate) cooling: usize,
    pub(crate) arguments: usize,
    pub(crate) len: usize,
}

/// The limits of a session, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) idle: u32,
    pub(crate) max: u32,
    pub(crate) refused: Option<u32>,
    pub(crate) high_risk: Option<u32>,
    pub(crate) auth_age: Option<u32>,
    pub(crate) escalation: Option<u32>,
}

impl Rules {
    /// Returns the number of a tool.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<ToolNumber> {
        self.tools.get(name).copied().map(ToolNumber)
    }

    /// Returns whether the arguments of a tool's calls are read: it has globs, a pattern with a glob names it, or it limits the size of files.
    #[must_use]
    pub fn reads_arguments(&self, tool: ToolNumber) -> bool {
        self.row(tool.0).is_some_and(Row::reads_arguments)
    }

    /// Returns whether a call of the tool needs the hash of its arguments.
    #[must_use]
    pub fn is_idempotent(&self, tool: ToolNumber) -> bool {
        self.row(tool.0).and_then(|row| row.cooling).is_some_and(|cooling| cooling.arguments.is_some())
    }

    /// Returns whether the call cannot be decided without a session. A caller without a subject cannot make it, and it fails if the store is
    /// unavailable. Other calls are [checked](Self::decide_without_session) alone.
    #[must_use]
    pub fn needs_session(&self, call: &Call) -> bool {
        let Some(row) = self.row(call.row) else { return true };
        let counts = (self.limits.high_risk.is_some() && call.risk >= Risk::High)
            || (self.limits.escalation.is_some() && call.risk > Risk::Minimal);
        !row.is_public
            && (self.domain.is_some()
                || row.needs_session
                || counts
                || call.approval.is_some()
                || call.is_approval_used)
    }

    /// Returns the largest file that any tool accepts, in bytes. The body limit of a server must be at least 4/3 of it.
    #[must_use]
    pub fn max_file_bytes(&self) -> Option<u64> {
        self.rows.iter().filter_map(Row::max_file_bytes).max()
    }

    /// Returns the largest file that calls of a tool may read or write, in bytes.
    #[must_use]
    pub fn max_file_bytes_of(&self, tool: ToolNumber) -> Option<u64> {
        self.row(tool.0).and_then(Row::max_file_bytes)
    }

    /// Returns after how many seconds without an admitted call a session ends.
    #[cfg(feature = "redis")]
    pub(crate) const fn idle_seconds(&self) -> u32 {
        self.limits.idle
    }

    /// Returns whether a policy limits the arguments of a call, whatever happened before: `blocked_patterns`, `max_file_size_mb`.
    #[must_use]
    pub fn has_limits_of_arguments(&self, call: &Call) -> bool {
        self.row(call.row).is_some_and(|row| !row.blocked.is_empty() || row.max_file_mb.is_some())
    }

    /// Returns whether calls of other servers of the domain can decide about a call: a pattern names one, or they count in the same limit.
    #[must_use]
    pub fn depends_on_other_servers(&self, call: &Call) -> bool {
        let Some(row) = self.row(call.row).filter(|row| self.domain.is_some() && !row.is_public) else { return false };
        let mut conditions = row.blocked_after.iter().chain(&row.approval_after);
        let limits = &self.limits;
        conditions.any(|condition| condition.source.is_none())
            || limits.refused.is_some()
            || (limits.high_risk.is_some() && call.risk >= Risk::High)
            // The risk of a session begins at minimal.
            || (limits.escalation.is_some() && call.risk >= Risk::Medium)
    }

    /// Returns the seconds without a call after which nothing of a session counts any more.
    #[must_use]
    pub fn longest_memory(&self) -> u32 {
        let periods = self.rows.iter().filter_map(|row| row.cooling).map(|cooling| cooling.seconds);
        periods.fold(self.limits.idle, u32::max)
    }

    /// Returns whether a call may ask for a new or stronger sign-in.
    #[must_use]
    pub fn asks_for_sign_in(&self, call: &Call) -> bool {
        let rule = self.risk.get(call.risk as usize);
        let by_risk = rule.is_some_and(|rule| rule.max_auth_age_minutes.is_some() || !rule.acr_values.is_empty());
        let is_public = self.row(call.row).is_some_and(|row| row.is_public);
        !is_public && (by_risk || self.limits.auth_age.is_some())
    }

    /// Returns whether a tool requires the approval of its caller after other calls.
    #[must_use]
    pub fn asks_for_approval(&self) -> bool {
        self.rows.iter().any(|row| !row.approval_after.is_empty())
    }

    /// Returns whether a person other than the caller must review the calls of a tool.
    #[must_use]
    pub fn asks_for_review(&self) -> bool {
        self.rows.iter().any(|row| row.requires_human_review)
    }

    /// Returns whether a decision can depend on `auth_time`. Then the issuers must send it.
    #[must_use]
    pub fn reads_auth_time(&self) -> bool {
        self.limits.auth_age.is_some()
            || self.risk.iter().any(|rule| rule.max_auth_age_minutes.is_some())
            || (self.asks_for_approval() && self.sign_in_approval.is_some())
    }

    /// Returns whether a decision can depend on the hash of a call's arguments. All servers that share sessions need the same key for it.
    #[must_use]
    pub fn compares_arguments(&self) -> bool {
        self.rows.iter().filter_map(|row| row.cooling).any(|cooling| cooling.arguments.is_some())
    }

    /// Returns whether the decision about some call of a tool depends on what the call contains: globs and files are compared with its arguments, and
    /// an approval is for them.
    #[must_use]
    pub fn depend_on_input(&self) -> bool {
        // The last two rows are the reads of resources and prompts.
        let tools = self.rows.iter().rev().skip(2);
        tools
            .into_iter()
            .any(|row| row.reads_arguments() || !row.approval_after.is_empty() || row.requires_human_review)
    }

    /// Returns whether nothing is enforced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let no_risk = self.risk.iter().all(|rule| rule.max_auth_age_minutes.is_none() && rule.acr_values.is_empty());
        let limits = &self.limits;
        let no_limits = limits.high_risk.is_none() && limits.auth_age.is_none() && limits.escalation.is_none();
        self.domain.is_none() && no_risk && no_limits && self.rows.iter().all(Row::is_empty)
    }

    pub(crate) fn row(&self, row: u32) -> Option<&Row> {
        self.rows.get(row as usize)
    }

    /// Returns the row of a subject.
    pub(crate) fn number(&self, subject: Subject) -> u32 {
        let tools = u32::try_from(self.rows.len()).unwrap_or(u32::MAX).saturating_sub(2);
        match subject {
            Subject::Tool(number) => number.0,
            Subject::Resource => tools,
            Subject::Prompt => tools.saturating_add(1),
        }
    }
}

impl Row {
    pub(crate) fn reads_arguments(&self) -> bool {
        let globs = self.patterns.iter().any(|pattern| !matches!(pattern.test, Test::Any));
        globs || !self.blocked.is_empty() || self.max_file_mb.is_some()
    }

    pub(crate) fn max_file_bytes(&self) -> Option<u64> {
        self.max_file_mb.map(|megabytes| u64::from(megabytes).saturating_mul(1_000_000))
    }

    /// Returns whether the row has conditions about earlier calls or about the caller.
    pub(crate) fn has_history(&self) -> bool {
        !self.blocked_after.is_empty()
            || !self.approval_after.is_empty()
            || self.requires_human_review
            || self.max_calls.is_some()
            || self.cooling.is_some()
    }

    fn is_empty(&self) -> bool {
        !self.has_history() && self.patterns.is_empty() && self.blocked.is_empty() && self.max_file_mb.is_none()
    }
}
