//! The verdict on a change: its effect on current users of the server and on access control.

use std::fmt;

/// The effect of a change on current users of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Compatibility {
    /// Everything that worked still works.
    Patch,
    /// Something new can be used.
    Minor,
    /// Something that worked no longer works.
    Major,
}

impl Compatibility {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// The effect of a change on access control. A change can have both effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Security {
    /// Something is now allowed.
    pub(crate) weakens: bool,
    /// Something is no longer allowed.
    pub(crate) tightens: bool,
}

impl Security {
    pub(crate) const NEUTRAL: Self = Self { weakens: false, tightens: false };
    pub(crate) const WEAKENS: Self = Self { weakens: true, tightens: false };
    pub(crate) const TIGHTENS: Self = Self { weakens: false, tightens: true };

    /// Returns the names of its effects.
    pub(crate) fn effect_names(self) -> &'static [&'static str] {
        match (self.weakens, self.tightens) {
            (false, false) => &["neutral"],
            (true, false) => &["weakens"],
            (false, true) => &["tightens"],
            (true, true) => &["weakens", "tightens"],
        }
    }

    /// Returns the verdict of both changes together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { weakens: self.weakens || other.weakens, tightens: self.tightens || other.tightens }
    }

    #[cfg(test)]
    pub(crate) fn mirrored(self) -> Self {
        Self { weakens: self.tightens, tightens: self.weakens }
    }
}

/// Both effects of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) compatibility: Compatibility,
    pub(crate) security: Security,
}

impl Verdict {
    /// Returns the verdict over several changes, or `None` if there is no change.
    pub(crate) fn over(changes: impl IntoIterator<Item = Self>) -> Option<Self> {
        changes.into_iter().reduce(|all, one| Self {
            compatibility: all.compatibility.max(one.compatibility),
            security: all.security.and(one.security),
        })
    }
}

/// Writes `major, weakens and tightens`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.compatibility.as_str(), self.security.effect_names().join(" and "))
    }
}
