//! Limits on calls of a tool and on sessions.

/// An entry of `tool_interaction_policies`. The layer of `mcp-scopes-server` enforces it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy<'a> {
    /// [Patterns](crate::pattern) of calls after which this tool is denied.
    pub blocked_after: &'a [&'a str],
    /// Patterns of calls after which this tool requires the user's approval.
    pub requires_approval_after: &'a [&'a str],
    /// The minimum number of minutes between two calls of this tool. Not zero.
    pub cooling_period_minutes: Option<u32>,
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
                max_calls_per_session: None,
                requires_human_review: false,
                blocked_patterns: [],
                max_file_size_mb: None,
            }
        )
    }
}

/// The contents of `[session]` in `mcp-scopes.toml`: limits on all calls of one caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The maximum number of calls of high and critical risk in one session. Not zero.
    pub max_high_risk_calls: Option<u32>,
    /// Minutes after which the caller must authenticate again. Not zero.
    pub require_reauth_after_minutes: Option<u32>,
    /// Whether a jump from low to high risk within a short time is denied.
    pub block_rapid_escalation: bool,
}

impl Session {
    /// No limits.
    pub const NONE: Self =
        Self { max_high_risk_calls: None, require_reauth_after_minutes: None, block_rapid_escalation: false };

    /// Returns whether there are no limits.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.max_high_risk_calls.is_none()
            && self.require_reauth_after_minutes.is_none()
            && !self.block_rapid_escalation
    }
}
