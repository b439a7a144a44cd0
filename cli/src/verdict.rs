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

/// The effect of a change on access control and on what models read. A change can have several effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Security {
    /// Something is now allowed.
    pub(crate) weakens: bool,
    /// Something is no longer allowed.
    pub(crate) tightens: bool,
    /// Models read another text than before. A text can make a model do what its user does not want (tool poisoning).
    pub(crate) reworded: bool,
}

impl Security {
    pub(crate) const NEUTRAL: Self = Self { weakens: false, tightens: false, reworded: false };
    pub(crate) const WEAKENS: Self = Self { weakens: true, ..Self::NEUTRAL };
    pub(crate) const TIGHTENS: Self = Self { tightens: true, ..Self::NEUTRAL };
    pub(crate) const REWORDED: Self = Self { reworded: true, ..Self::NEUTRAL };

    /// Returns the names of its effects.
    pub(crate) fn effect_names(self) -> &'static [&'static str] {
        match (self.weakens, self.tightens, self.reworded) {
            (false, false, false) => &["neutral"],
            (true, false, false) => &["weakens"],
            (false, true, false) => &["tightens"],
            (true, true, false) => &["weakens", "tightens"],
            (false, false, true) => &["reworded"],
            (true, false, true) => &["weakens", "reworded"],
            (false, true, true) => &["tightens", "reworded"],
            (true, true, true) => &["weakens", "tightens", "reworded"],
        }
    }

    /// Returns the verdict of both changes together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            weakens: self.weakens || other.weakens,
            tightens: self.tightens || other.tightens,
            reworded: self.reworded || other.reworded,
        }
    }

    #[cfg(test)]
    pub(crate) fn mirrored(self) -> Self {
        Self { weakens: self.tightens, tightens: self.weakens, ..self }
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
