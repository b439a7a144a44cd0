//! The risk of a tool, and the approval of its calls.

/// The harm that one call of a tool can do, from least to most.
///
/// Comparisons, approval hints and session policies use this order.
///
/// ```
/// use mcp_scopes_model::Risk;
/// assert!(Risk::Low < Risk::High);
/// assert_eq!(Risk::parse("critical"), Some(Risk::Critical));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Reads nothing of value and changes nothing.
    Minimal,
    /// Reads what the user would show to any colleague.
    Low,
    /// Reads private data, or makes changes that are easy to undo.
    Medium,
    /// Makes changes that are hard to undo, or acts outside of the system.
    High,
    /// Can irreparably destroy, spend or expose.
    Critical,
}

impl Risk {
    /// Every level, from least to most.
    pub const ALL: [Self; 5] = [Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Critical];
    /// The names of [`Risk::ALL`], in the same order.
    pub const NAMES: [&'static str; 5] = ["minimal", "low", "medium", "high", "critical"];

    /// Returns the name used in attributes and in metadata.
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

    /// Parses a name. The match is exact.
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

    /// Returns whether a client may approve calls without asking: minimal and low risk.
    #[must_use]
    pub const fn may_be_auto_approved(self) -> bool {
        matches!(self, Self::Minimal | Self::Low)
    }

    /// Returns whether the user must approve every call: high and critical risk.
    #[must_use]
    pub const fn needs_user_approval(self) -> bool {
        matches!(self, Self::High | Self::Critical)
    }
}

/// The stated approval of a tool. It can make the hint stricter than the risk, but not weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approval {
    /// A client may approve without asking. Requires [`Risk::may_be_auto_approved`].
    Auto,
    /// The user must approve.
    User,
}

impl Approval {
    /// The names, in declaration order.
    pub const NAMES: [&'static str; 2] = ["auto", "user"];

    /// Returns the name used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::User => "user",
        }
    }

    /// Parses a name. The match is exact.
    #[must_use]
    pub const fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            b"auto" => Some(Self::Auto),
            b"user" => Some(Self::User),
            _ => None,
        }
    }
}
