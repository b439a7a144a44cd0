//! The policies that this server enforces. The server does not start with other policies.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use mcp_scopes::{Risk, ScopeTable, ToolHandle};

/// The calls of one session, which lasts as long as the program in this example.
#[derive(Debug)]
pub struct Limits {
    table: &'static ScopeTable,
    since: Instant,
    made: Mutex<HashMap<&'static str, u32>>,
}

impl Limits {
    /// Creates an empty session.
    ///
    /// # Errors
    /// Returns an error if a tool or the table has a policy that this server does not enforce.
    pub fn of(table: &'static ScopeTable) -> Result<Self, String> {
        for tool in table.tools() {
            let policy = &tool.policy;
            let arguments = policy.blocked_after.iter().chain(policy.requires_approval_after).any(|p| p.contains(':'));
            if arguments
                || policy.cooling_period_minutes.is_some()
                || policy.requires_human_review
                || !policy.blocked_patterns.is_empty()
                || policy.max_file_size_mb.is_some()
            {
                return Err(format!("tool `{}` states a policy that is not enforced here", tool.name));
            }
        }
        if table.outline().config.session.block_rapid_escalation {
            return Err("`block_rapid_escalation` of mcp-scopes.toml is not enforced here".to_owned());
        }
        Ok(Self { table, since: Instant::now(), made: Mutex::default() })
    }

    /// Counts a call if the limits admit it.
    ///
    /// # Errors
    /// Returns the limit that denies the call.
    pub fn admit(&self, tool: ToolHandle) -> Result<(), String> {
        let session = &self.table.outline().config.session;
        if let Some(minutes) = session.require_reauth_after_minutes
            && self.since.elapsed() >= Duration::from_secs(60 * u64::from(minutes))
        {
            return Err(format!("this session is older than {minutes} minutes; start a new one"));
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let called = |pattern: &&&str| made.contains_key(**pattern);
        let (name, policy) = (tool.tool().name, &tool.policy);
        if let Some(before) = policy.blocked_after.iter().find(called) {
            return Err(format!("tool `{name}` is denied after `{before}`"));
        }
        // There is no user to ask, so a call that needs an approval is denied.
        if let Some(before) = policy.requires_approval_after.iter().find(called) {
            return Err(format!(
                "tool `{name}` needs the user's approval after `{before}`; start a new session for it"
            ));
        }
        let of = |risky: &dyn Fn(ToolHandle) -> bool| -> u32 {
            self.table.tools().filter(|tool| risky(*tool)).filter_map(|tool| made.get(tool.tool().name)).sum()
        };
        let limits = [
            (policy.max_calls_per_session, of(&|other| other.tool().name == name), "calls of it"),
            (
                session.max_high_risk_calls.filter(|_| tool.risk >= Risk::High),
                of(&|other| other.risk >= Risk::High),
                "calls of high risk",
            ),
        ];
        for (limit, count, what) in limits {
            if let Some(limit) = limit.filter(|limit| count >= *limit) {
                return Err(format!("tool `{name}`: a session has at most {limit} {what}"));
            }
        }
        *made.entry(name).or_default() += 1;
        Ok(())
    }
}
