//! How calls of a tool are limited by the calls before them, and by a session as a whole.

/// What one entry of `tool_interaction_policies` states. The engine that enforces it is another part; stating a
/// policy without one is refused when a server is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy<'a> {
    /// [Patterns](crate::pattern) of calls after which this tool is refused.
    pub blocked_after: &'a [&'a str],
    /// Patterns of calls after which this tool needs the user's approval.
    pub requires_approval_after: &'a [&'a str],
    /// Minutes that must lie between two calls of this tool. Not zero.
    pub cooling_period_minutes: Option<u32>,
    /// Calls of this tool in one session at most. Not zero.
    pub max_calls_per_session: Option<u32>,
    /// Whether a person other than the caller has to look at each call.
    pub requires_human_review: bool,
    /// Argument globs that are refused whatever came before.
    pub blocked_patterns: &'a [&'a str],
    /// The largest file that a call may read or write, in megabytes (10⁶ bytes). Not zero.
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

    /// Whether nothing is limited.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        // One pattern: const evaluation takes a call for each `is_empty`.
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

/// What `[session]` of `mcp-scopes.toml` states: limits over all calls of one caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Calls of high and critical risk in one session at most. Not zero.
    pub max_high_risk_calls: Option<u32>,
    /// Minutes after which the caller must authenticate again. Not zero.
    pub require_reauth_after_minutes: Option<u32>,
    /// Whether a jump from low to high risk within a short time is refused.
    pub block_rapid_escalation: bool,
}

impl Session {
    /// No limits.
    pub const NONE: Self =
        Self { max_high_risk_calls: None, require_reauth_after_minutes: None, block_rapid_escalation: false };

    /// Whether nothing is limited.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.max_high_risk_calls.is_none()
            && self.require_reauth_after_minutes.is_none()
            && !self.block_rapid_escalation
    }
}
