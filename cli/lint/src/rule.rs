//! The definition of a rule.

use std::borrow::Cow;

use mcp_scopes_prm::ViolationKind;
use mcp_scopes_scan::Level;

use crate::{
    lint_model::{Package, ParsedDocument, Table, Tool},
    reporter::Reporter,
};

/// The category of a rule.
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
    /// What only a running server shows. `mcp-scopes-doctor` reports it.
    Live,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 9] = [
        Self::Naming,
        Self::LeastPrivilege,
        Self::Risk,
        Self::Sandbox,
        Self::Flow,
        Self::Policy,
        Self::Document,
        Self::Drift,
        Self::Live,
    ];

    /// Returns its name in `[lint]`.
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
            Self::Live => "live",
        }
    }
}

/// The setting of a rule in `[lint]`, from least to most strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// The rule is off.
    Allow,
    /// Its findings are warnings.
    Warn,
    /// Its findings are errors.
    Deny,
}

impl Setting {
    /// Parses a setting.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "allow" => Some(Self::Allow),
            "warn" => Some(Self::Warn),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }

    /// Returns the level of its findings; `None` if the rule is off.
    #[must_use]
    pub const fn level(self) -> Option<Level> {
        match self {
            Self::Allow => None,
            Self::Warn => Some(Level::Warning),
            Self::Deny => Some(Level::Error),
        }
    }

    /// Returns its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// A check of each tool: those of a package, listed or not, and those of a document.
pub type OnTool = fn(&Tool, &mut Reporter<'_>);
/// A check of each table that no other table splices, and of the table of each document.
pub type OnTable = fn(&Table, &mut Reporter<'_>);
/// A check of each package of source.
pub type OnPackage = fn(&Package, &mut Reporter<'_>);
/// A check of each document.
pub type OnDocument = fn(&ParsedDocument<'_>, &mut Reporter<'_>);

/// The sources of a rule's findings. A rule may have several.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The check of tools.
    pub tool: Option<OnTool>,
    /// The check of tables.
    pub table: Option<OnTable>,
    /// Whether the findings of tables that share a configuration file count only where all of these tables report
    /// them. What one table does not use, another may use.
    pub is_joint: bool,
    /// The check of packages.
    pub package: Option<OnPackage>,
    /// The check of documents.
    pub document: Option<OnDocument>,
    /// The ids of diagnostics that the compiler also reports. These findings are always errors.
    pub diagnostics: &'static [&'static str],
    /// The ids of scan warnings that get the level of the rule.
    pub notices: &'static [&'static str],
    /// The violations that parsing a document reports.
    pub violations: &'static [ViolationKind],
}

impl Check {
    /// No check: the engine reports the findings.
    pub const NONE: Self = Self {
        tool: None,
        table: None,
        is_joint: false,
        package: None,
        document: None,
        diagnostics: &[],
        notices: &[],
        violations: &[],
    };

    /// Creates a check of tools.
    #[must_use]
    pub const fn tool(code: OnTool) -> Self {
        Self { tool: Some(code), ..Self::NONE }
    }

    /// Creates a check of tables.
    #[must_use]
    pub const fn table(code: OnTable) -> Self {
        Self { table: Some(code), ..Self::NONE }
    }

    /// Creates a check of what tables do not use.
    #[must_use]
    pub const fn joint_table(code: OnTable) -> Self {
        Self { table: Some(code), is_joint: true, ..Self::NONE }
    }

    /// Creates a check of packages.
    #[must_use]
    pub const fn package(code: OnPackage) -> Self {
        Self { package: Some(code), ..Self::NONE }
    }

    /// Creates a check of documents.
    #[must_use]
    pub const fn document(code: OnDocument) -> Self {
        Self { document: Some(code), ..Self::NONE }
    }

    /// Creates a check from the ids of diagnostics that the compiler also reports.
    #[must_use]
    pub const fn diagnostics(ids: &'static [&'static str]) -> Self {
        Self { diagnostics: ids, ..Self::NONE }
    }

    /// Creates a check from the ids of scan warnings.
    #[must_use]
    pub const fn notices(ids: &'static [&'static str]) -> Self {
        Self { notices: ids, ..Self::NONE }
    }

    /// Creates a check from the violations that parsing a document reports.
    #[must_use]
    pub const fn violations(kinds: &'static [ViolationKind]) -> Self {
        Self { violations: kinds, ..Self::NONE }
    }

    /// Combines two checks.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            tool: if self.tool.is_some() { self.tool } else { other.tool },
            table: if self.table.is_some() { self.table } else { other.table },
            is_joint: self.is_joint || other.is_joint,
            package: if self.package.is_some() { self.package } else { other.package },
            document: if self.document.is_some() { self.document } else { other.document },
            diagnostics: if self.diagnostics.is_empty() { other.diagnostics } else { self.diagnostics },
            notices: if self.notices.is_empty() { other.notices } else { self.notices },
            violations: if self.violations.is_empty() { other.violations } else { self.violations },
        }
    }

    /// Returns whether the compiler also reports every finding of the rule in source. Then its level is fixed.
    #[must_use]
    pub const fn is_fixed(&self) -> bool {
        !self.diagnostics.is_empty() && self.tool.is_none() && self.table.is_none()
    }

    /// Returns whether the rule applies to documents.
    #[must_use]
    pub const fn reads_documents(&self) -> bool {
        self.tool.is_some() || self.table.is_some() || self.document.is_some() || !self.violations.is_empty()
    }
}

/// A value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the types are those of TOML")]
pub enum OptionValue {
    Int(usize),
    Text(Cow<'static, str>),
    Texts(Cow<'static, [Cow<'static, str>]>),
    Flag(bool),
}

impl OptionValue {
    /// Returns the type of the value, with its article.
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

/// An option of a rule, set beside its level: `broad-scope = { max_tools = 20 }`.
#[derive(Clone, Debug)]
pub struct RuleOption {
    /// The key.
    pub name: &'static str,
    /// The default value. A configured value has to be of its type.
    pub default: OptionValue,
    /// Its description, in one line.
    pub docs: &'static str,
}

/// The section of a rule that is not based on a standard.
pub const EXPERIENCE: &str = "experience";

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its stable id, which is also the name of its page and of its case.
    pub id: &'static str,
    /// Its category.
    pub category: Category,
    /// Its default level.
    pub level: Setting,
    /// What it reports, in one line: `scope not declared in [scopes]`.
    pub summary: &'static str,
    /// Why it reports that, in one line.
    pub reason: &'static str,
    /// The section of the standard that it enforces, or [`EXPERIENCE`].
    pub section: &'static str,
    /// Its documentation page, in Markdown.
    pub docs: &'static str,
    /// The rule that reports the reverse. That rule also names this one.
    pub mirror: Option<&'static str>,
    /// Its options.
    pub options: &'static [RuleOption],
    /// Its code.
    pub check: Check,
}

impl Rule {
    /// The defaults of [`rule!`].
    pub(crate) const DEFAULT: Self = Self {
        id: "",
        category: Category::Naming,
        level: Setting::Warn,
        summary: "",
        reason: "",
        section: EXPERIENCE,
        docs: "",
        mirror: None,
        options: &[],
        check: Check::NONE,
    };
}

/// Defines a [`Rule`]. Its documentation is the page `rules/<id>.md`.
///
/// Optional, in this order: `section` (default: [`EXPERIENCE`]), `mirror`, `options`, and `check`, the constructors of
/// [`Check`] joined by `and` (default: the engine reports the findings).
macro_rules! rule {
    (
        id: $id:literal,
        category: $category:ident,
        level: $level:ident,
        summary: $summary:literal,
        reason: $reason:literal
        $(, section: $section:literal)?
        $(, mirror: $mirror:literal)?
        $(, options: $options:expr)?
        $(, check: $($kind:ident($code:expr))and+)?
        $(,)?
    ) => {
        $crate::rule::Rule {
            id: $id,
            category: $crate::rule::Category::$category,
            level: $crate::rule::Setting::$level,
            summary: $summary,
            reason: $reason,
            docs: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
            $(section: $section,)?
            $(mirror: Some($mirror),)?
            $(options: $options,)?
            $(check: $crate::rule::Check::NONE$(.and($crate::rule::Check::$kind($code)))+,)?
            ..$crate::rule::Rule::DEFAULT
        }
    };
}
pub(crate) use rule;
