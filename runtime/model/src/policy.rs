//! Limits on calls of a tool, on sessions, and on calls of a risk.

use crate::Risk;

/// An entry of `tool_interaction_policies`. The layer of `mcp-scopes-server` enforces it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy<'a> {
    /// [Patterns](crate::pattern) of calls after which this tool is denied.
    pub blocked_after: &'a [&'a str],
    /// Patterns of calls after which this tool requires the user's approval.
    pub requires_approval_after: &'a [&'a str],
    /// The minimum number of minutes between two calls of this tool. Not zero.
    pub cooling_period_minutes: Option<u32>,
    /// Whether a call with the arguments of the last one neither waits for the cooling period nor begins it again.
    pub idempotent: bool,
    /// The maximum number of calls of this tool in one session. Not zero.
    pub max_calls_per_session: Option<u32>,
    /// Whether a person other than the caller must review each call.
    pub requires_human_review: bool,
    /// Argument globs that are always denied.
    pub blocked_patterns: &'a [&'a str],
    /// The maximum size of a file that a call may read or write, in megabytes (10⁶ bytes). Not zero.
    pub max_file_size_mb: Option<u32>,
}

impl Policy<'_> {
    /// No limits.
    pub const NONE: Self = Self {
        blocked_after: &[],
        requires_approval_after: &[],
        cooling_period_minutes: None,
        idempotent: false,
        max_calls_per_session: None,
        requires_human_review: false,
        blocked_patterns: &[],
        max_file_size_mb: None,
    };

    /// Returns whether there are no limits.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        // One pattern, because const evaluation pays for a call of each `is_empty`.
        matches!(
            self,
            Self {
                blocked_after: [],
                requires_approval_after: [],
                cooling_period_minutes: None,
                idempotent: false,
                max_calls_per_session: None,
                requires_human_review: false,
                blocked_patterns: [],
                max_file_size_mb: None,
            }
        )
    }
}

/// The contents of `[session]` in `mcp-scopes.toml`: limits on all calls of one caller. `T` is the type of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session<T> {
    /// Minutes without an admitted call after which a session ends. Not zero.
    pub idle_minutes: Option<u32>,
    /// Minutes after which a session ends. Not zero.
    pub max_minutes: Option<u32>,
    /// The number of refused calls after which further ones are denied. Not zero.
    pub max_refused_calls: Option<u32>,
    /// The maximum number of calls of high and critical risk in one session. Not zero.
    pub max_high_risk_calls: Option<u32>,
    /// Minutes after which the caller must authenticate again. Not zero.
    pub require_reauth_after_minutes: Option<u32>,
    /// Whether a call is denied for a time whose risk is two or more levels above that of the session so far. It begins at minimal.
    pub block_rapid_escalation: bool,
    /// That time in seconds. Not zero.
    pub escalation_seconds: Option<u32>,
    /// The name that the servers which share sessions have in common.
    pub domain: Option<T>,
    /// The name of this server in the domain.
    pub server: Option<T>,
}

impl<T> Session<T> {
    /// No limits.
    pub const NONE: Self = Self {
        idle_minutes: None,
        max_minutes: None,
        max_refused_calls: None,
        max_high_risk_calls: None,
        require_reauth_after_minutes: None,
        block_rapid_escalation: false,
        escalation_seconds: None,
        domain: None,
        server: None,
    };

    /// Returns whether nothing is stated.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(
            self,
            Self {
                idle_minutes: None,
                max_minutes: None,
                max_refused_calls: None,
                max_high_risk_calls: None,
                require_reauth_after_minutes: None,
                block_rapid_escalation: false,
                escalation_seconds: None,
                domain: None,
                server: None,
            }
        )
    }

    /// Returns the limits with each text converted.
    #[must_use]
    pub fn map_texts<'s, U>(&'s self, convert: impl Fn(&'s T) -> U) -> Session<U> {
        Session {
            idle_minutes: self.idle_minutes,
            max_minutes: self.max_minutes,
            max_refused_calls: self.max_refused_calls,
            max_high_risk_calls: self.max_high_risk_calls,
            require_reauth_after_minutes: self.require_reauth_after_minutes,
            block_rapid_escalation: self.block_rapid_escalation,
            escalation_seconds: self.escalation_seconds,
            domain: self.domain.as_ref().map(&convert),
            server: self.server.as_ref().map(&convert),
        }
    }
}

/// Where `[session]` states nothing else.
pub mod defaults {
    /// `idle_minutes`.
    pub const IDLE_MINUTES: u32 = 60;
    /// `max_minutes`.
    pub const MAX_MINUTES: u32 = 1440;
    /// `escalation_seconds`.
    pub const ESCALATION_SECONDS: u32 = 60;
}

impl<T> Default for Session<T> {
    fn default() -> Self {
        Self::NONE
    }
}

/// `[risk.high]` and the like: how the caller of a tool of that risk must have authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RiskRule<'a> {
    /// The risk.
    pub risk: Risk,
    /// The maximum age of the authentication (`auth_time`) in minutes. Not zero.
    pub max_auth_age_minutes: Option<u32>,
    /// The accepted values of `acr`. Empty: any, or none.
    pub acr_values: &'a [&'a str],
}
