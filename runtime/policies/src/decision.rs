//! What the engine decides. All types are plain numbers, so that a store can return them; [`Rules::explain`](crate::Rules::explain) has the words.

/// The decision about all calls of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// All calls may run, and their effects are recorded.
    Allowed,
    /// None may run.
    Denied(Denial),
    /// A person must approve a call first. None may run.
    ApprovalNeeded(ApprovalRequest),
    /// The caller must authenticate again. None may run.
    Reauthenticate(Reauthentication),
}

/// Why no call of a body may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The place of the call in the body.
    pub call: usize,
    pub(crate) row: u32,
    /// The reason.
    pub reason: Reason,
    /// The number of seconds after which the call may succeed, if waiting helps.
    pub retry_after: Option<u32>,
}

/// The reason of a denial. Earlier ones take precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// An argument matches `blocked_patterns`.
    BlockedPattern {
        /// The place of the glob in the list.
        glob: u32,
    },
    /// A file in the arguments exceeds `max_file_size_mb`.
    FileTooLarge,
    /// The session has `max_refused_calls`.
    RefusedCalls,
    /// An earlier call, or another one of the batch, matches a pattern of `blocked_after`.
    BlockedAfter {
        /// The number of the pattern.
        pattern: u32,
    },
    /// `max_calls_per_session` is reached.
    CallLimit,
    /// `max_high_risk_calls` is reached.
    HighRiskLimit,
    /// The tool is cooling.
    Cooling,
    /// The risk rises too fast.
    Escalation,
    /// The approval of the call was used for another one.
    UsedApproval,
    /// The caller has not authenticated again after a challenge.
    StaleAuthentication,
}

impl Reason {
    /// The ids, in order of precedence.
    pub const IDS: [&'static str; 10] = [
        "blocked_patterns",
        "max_file_size_mb",
        "max_refused_calls",
        "blocked_after",
        "max_calls_per_session",
        "max_high_risk_calls",
        "cooling_period_minutes",
        "block_rapid_escalation",
        "used_approval",
        "stale_authentication",
    ];

    /// Returns the precedence.
    pub(crate) const fn rank(self) -> usize {
        match self {
            Self::BlockedPattern { .. } => 0,
            Self::FileTooLarge => 1,
            Self::RefusedCalls => 2,
            Self::BlockedAfter { .. } => 3,
            Self::CallLimit => 4,
            Self::HighRiskLimit => 5,
            Self::Cooling => 6,
            Self::Escalation => 7,
            Self::UsedApproval => 8,
            Self::StaleAuthentication => 9,
        }
    }

    /// Returns the id: the key of the policy that denies.
    #[must_use]
    pub fn id(self) -> &'static str {
        Self::IDS.get(self.rank()).copied().unwrap_or("policy")
    }
}

/// An approval that a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// The place of the call in the body.
    pub call: usize,
    pub(crate) row: u32,
    /// Whether a person other than the caller must review the call.
    pub by_reviewer: bool,
    /// The number of the pattern that requires it. `None`: the tool always does.
    pub pattern: Option<u32>,
    /// Whether the caller was asked for a sign-in before, and has not made one since. Most clients would repeat it without end.
    pub is_repeated: bool,
}

/// How the caller must authenticate (RFC 9470).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reauthentication {
    /// The place of the call in the body.
    pub call: usize,
    pub(crate) row: u32,
    pub(crate) risk: mcp_scopes_model::Risk,
    /// The maximum age in seconds, if there is one.
    pub max_age: Option<u32>,
}
