//! What a rule is.

use std::borrow::Cow;

use mcp_scopes_prm::ViolationKind;
use mcp_scopes_scan::Level;

use crate::{
    lint_model::{Document, Table, Tool},
    reporter::Reporter,
};

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

    /// The level of its findings; `None` if there are none.
    #[must_use]
    pub const fn level(self) -> Option<Level> {
        match self {
            Self::Allow => None,
            Self::Warn => Some(Level::Warning),
            Self::Deny => Some(Level::Error),
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

/// Code that looks at each tool: those of a package, listed or not, and those of a document.
pub type OnTool = fn(&Tool, &mut Reporter<'_>);
/// Code that looks at each table that no other brings in, and at each document as a table.
pub type OnTable = fn(&Table, &mut Reporter<'_>);
/// Code that looks at each document.
pub type OnDocument = fn(&Document<'_>, &mut Reporter<'_>);

/// Where a rule's findings come from. One rule may have several sources.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Code for tools.
    pub tool: Option<OnTool>,
    /// Code for tables.
    pub table: Option<OnTable>,
    /// Code for documents.
    pub document: Option<OnDocument>,
    /// The ids of diagnostics that the compiler reports too. These findings are always errors.
    pub diagnostics: &'static [&'static str],
    /// The ids of warnings of a scan, whose level is the rule's.
    pub notices: &'static [&'static str],
    /// What reading a document reports.
    pub violations: &'static [ViolationKind],
}

impl Check {
    /// No code of its own: the engine reports it.
    pub const ENGINE: Self = Self::NONE;
    const NONE: Self =
        Self { tool: None, table: None, document: None, diagnostics: &[], notices: &[], violations: &[] };

    /// Code for tools.
    #[must_use]
    pub const fn tool(code: OnTool) -> Self {
        Self { tool: Some(code), ..Self::NONE }
    }

    /// Code for tables.
    #[must_use]
    pub const fn table(code: OnTable) -> Self {
        Self { table: Some(code), ..Self::NONE }
    }

    /// Code for documents.
    #[must_use]
    pub const fn document(code: OnDocument) -> Self {
        Self { document: Some(code), ..Self::NONE }
    }

    /// What the compiler reports too, by the ids of the diagnostics.
    #[must_use]
    pub const fn diagnostics(ids: &'static [&'static str]) -> Self {
        Self { diagnostics: ids, ..Self::NONE }
    }

    /// What a scan warns about, by the ids.
    #[must_use]
    pub const fn notices(ids: &'static [&'static str]) -> Self {
        Self { notices: ids, ..Self::NONE }
    }

    /// What reading a document reports.
    #[must_use]
    pub const fn violations(kinds: &'static [ViolationKind]) -> Self {
        Self { violations: kinds, ..Self::NONE }
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            tool: if self.tool.is_some() { self.tool } else { other.tool },
            table: if self.table.is_some() { self.table } else { other.table },
            document: if self.document.is_some() { self.document } else { other.document },
            diagnostics: if self.diagnostics.is_empty() { other.diagnostics } else { self.diagnostics },
            notices: if self.notices.is_empty() { other.notices } else { self.notices },
            violations: if self.violations.is_empty() { other.violations } else { self.violations },
        }
    }

    /// Whether all that it reports of source is an error of the compiler too, which no setting changes.
    #[must_use]
    pub const fn is_fixed(&self) -> bool {
        !self.diagnostics.is_empty() && self.tool.is_none() && self.table.is_none()
    }

    /// Whether it has something to say of documents.
    #[must_use]
    pub const fn reads_documents(&self) -> bool {
        self.tool.is_some() || self.table.is_some() || self.document.is_some() || !self.violations.is_empty()
    }
}

/// A value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the types are those of TOML")]
pub enum Choice {
    Int(usize),
    Text(Cow<'static, str>),
    Texts(Cow<'static, [Cow<'static, str>]>),
    Flag(bool),
}

impl Choice {
    /// What kind of value it is, with its article.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "a whole number",
            Self::Text(_) => "a string",
            Self::Texts(_) => "an array of strings",
            Self::Flag(_) => "`true` or `false`",
        }
    }
}

/// What may be stated of a rule beside its level: `broad-scope = { max_tools = 20 }`.
#[derive(Clone, Debug)]
pub struct RuleOption {
    /// The key.
    pub name: &'static str,
    /// What holds where nothing is stated; what is stated has its type.
    pub default: Choice,
    /// What it means, in one line.
    pub docs: &'static str,
}

/// The section of a rule that no standard states.
pub const EXPERIENCE: &str = "experience";

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its stable id, which is the name of its folder.
    pub id: &'static str,
    /// What it is about.
    pub category: Category,
    /// Its level where nothing is set.
    pub level: Setting,
    /// Why there is such a rule, in one line.
    pub reason: &'static str,
    /// The section of a standard that it follows, or [`EXPERIENCE`].
    pub section: &'static str,
    /// Its page, in Markdown.
    pub docs: &'static str,
    /// The rule that reports the reverse, and names this one.
    pub mirror: Option<&'static str>,
    /// What may be stated of it beside its level.
    pub options: &'static [RuleOption],
    /// Its code.
    pub check: Check,
}
