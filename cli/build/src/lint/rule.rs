//! What a rule is.

use crate::{Finding, lint::view::Package};

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of `[lint]`")]
pub enum Category {
    Naming,
    LeastPrivilege,
    Risk,
    Sandbox,
    Flow,
    Policy,
    Document,
    Drift,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 8] = [
        Self::Naming,
        Self::LeastPrivilege,
        Self::Risk,
        Self::Sandbox,
        Self::Flow,
        Self::Policy,
        Self::Document,
        Self::Drift,
    ];

    /// The name it has in `[lint]`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Naming => "naming",
            Self::LeastPrivilege => "least-privilege",
            Self::Risk => "risk",
            Self::Sandbox => "sandbox",
            Self::Flow => "flow",
            Self::Policy => "policy",
            Self::Document => "document",
            Self::Drift => "drift",
        }
    }
}

/// What `[lint]` says of a rule, from least to most strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// It is not applied.
    Allow,
    /// Its findings are warnings.
    Warn,
    /// Its findings are errors.
    Deny,
}

impl Setting {
    /// The setting of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "allow" => Some(Self::Allow),
            "warn" => Some(Self::Warn),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }

    /// The spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// Looks at a package and reports; rule and level are filled in.
pub type Look = fn(&Package<'_>, &mut Vec<Finding>);

/// Where a rule's findings come from.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Code of its own.
    Own(Look),
    /// A check that the compiler makes too: the ids of its diagnostics, which are always errors.
    Shared(&'static [&'static str]),
    /// Both.
    Both(&'static [&'static str], Look),
}

impl Check {
    /// The code of its own.
    #[must_use]
    pub const fn own(&self) -> Option<Look> {
        match self {
            Self::Own(look) | Self::Both(_, look) => Some(*look),
            Self::Shared(_) => None,
        }
    }

    /// The ids of the shared diagnostics.
    #[must_use]
    pub const fn shared(&self) -> &'static [&'static str] {
        match self {
            Self::Own(_) => &[],
            Self::Shared(ids) | Self::Both(ids, _) => ids,
        }
    }
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its stable id.
    pub id: &'static str,
    /// What it is about.
    pub category: Category,
    /// Its level where `[lint]` says nothing.
    pub level: Setting,
    /// Why there is such a rule, in one line.
    pub reason: &'static str,
    /// The section of a standard that it follows; empty if it is a matter of experience.
    pub section: &'static str,
    /// Its page, in Markdown.
    pub docs: &'static str,
    /// Its code.
    pub check: Check,
}
