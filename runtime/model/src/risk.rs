//! How much harm a tool can do, and how a call of it may be approved.

/// How much harm one call of a tool can do, from least to most.
///
/// The order is the meaning: comparisons, approval hints and session policies use it.
///
/// ```
/// use mcp_scopes_model::Risk;
/// assert!(Risk::Low < Risk::High);
/// assert_eq!(Risk::parse("critical"), Some(Risk::Critical));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Reads nothing of worth and changes nothing.
    Minimal,
    /// Reads what the user would show anyone on the team.
    Low,
    /// Reads private data, or changes what is easily put back.
    Medium,
    /// Changes what is hard to put back, or reaches outside.
    High,
    /// Can destroy, spend or expose beyond repair.
    Critical,
}

impl Risk {
    /// Every level, from least to most.
    pub const ALL: [Self; 5] = [Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Critical];
    /// The spellings of [`Risk::ALL`], in the same order.
    pub const NAMES: [&'static str; 5] = ["minimal", "low", "medium", "high", "critical"];

    /// The spelling used in attributes and in metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of that spelling, exactly.
    #[must_use]
    pub const fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            b"minimal" => Some(Self::Minimal),
            b"low" => Some(Self::Low),
            b"medium" => Some(Self::Medium),
            b"high" => Some(Self::High),
            b"critical" => Some(Self::Critical),
            _ => None,
        }
    }

    /// Whether a client may approve calls without asking: minimal and low.
    #[must_use]
    pub const fn may_be_auto_approved(self) -> bool {
        matches!(self, Self::Minimal | Self::Low)
    }

    /// Whether the user must be asked for every call: high and critical.
    #[must_use]
    pub const fn needs_user_approval(self) -> bool {
        matches!(self, Self::High | Self::Critical)
    }
}

/// What an author states about approval. It can make the hint stricter than the risk, never looser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approval {
    /// A client may approve without asking. Only where [`Risk::may_be_auto_approved`].
    Auto,
    /// The user is asked.
    User,
}

impl Approval {
    /// The spellings, in declaration order.
    pub const NAMES: [&'static str; 2] = ["auto", "user"];

    /// The spelling used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::User => "user",
        }
    }

    /// The approval of that spelling, exactly.
    #[must_use]
    pub const fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            b"auto" => Some(Self::Auto),
            b"user" => Some(Self::User),
            _ => None,
        }
    }
}
