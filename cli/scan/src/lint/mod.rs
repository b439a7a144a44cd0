//! The rules, and the engine that applies them to source and to documents.
//!
//! | module | holds |
//! |---|---|
//! | [`rule`] | [`Rule`]: what a rule is |
//! | [`rules`] | every rule, one folder each |
//! | [`view`] | what a rule looks at: tools, tables, documents |
//! | [`hits`] | [`Hits`]: what it reports to |
//! | [`documents`] | [`Documents`]: metadata documents as what is linted |
//! | `fixes` | what makes findings about documents go away |
//! | `apply` | from a report or a document to findings |
//! | [`overrides`] | [`Overrides`]: levels that are set from outside |
//! | `levels` | at which level and with which options each rule is applied |
//! | `suppress`, `comments` | `// mcp-scopes: allow(rule-id) reason` |
//! | `words` | what the parts of a name tell |
//! | `deeds` | what a tool does, as far as its name, hints and risk tell: it reads, sends or executes |
//! | `patterns` | which call patterns hold others |
//! | `chains` | tools that are harmless apart, and what stands between them |
//! | `addresses` | the addresses that are stated |
//!
#![doc = include_str!("settings.md")]

mod addresses;
mod apply;
mod chains;
mod comments;
mod deeds;
pub mod documents;
mod fixes;
pub mod hits;
mod levels;
pub mod overrides;
mod patterns;
pub mod rule;
pub mod rules;
mod suppress;
pub mod view;
mod words;

pub use documents::Documents;
pub use hits::Hits;
pub use overrides::Overrides;
pub use rule::{Category, Check, Rule, RuleOption, Setting};
pub use rules::RULES;
pub use view::Profile;

use mcp_scopes_model::nearest::Nearest;

use crate::{Error, ErrorKind, Level, Report, Scan, lint::levels::Levels};

/// Scans every package at or below the path of the scan and applies the lint rules.
///
/// The findings hold what keeps a table from compiling, and what the rules report. `[lint]` in `mcp-scopes.toml` sets
/// the level of a rule, or of all rules of a category; `overrides` precede it.
///
/// # Errors
/// As [`Scan::run`].
///
/// ```no_run
/// use mcp_scopes_scan::{Scan, lint::{self, Overrides}};
/// let report = lint::lint(&Scan::new("."), &Overrides::new())?;
/// for finding in &report.findings {
///     println!("{}: {} [{}]", finding.file(), finding.message, finding.rule);
/// }
/// # Ok::<(), mcp_scopes_scan::Error>(())
/// ```
pub fn lint(scan: &Scan, overrides: &Overrides) -> Result<Report, Error> {
    Ok(apply::to_source(scan.run_tree()?, overrides))
}

/// The same for the one package that the path is in.
///
/// # Errors
/// As [`Scan::run`].
pub fn lint_package(scan: &Scan, overrides: &Overrides) -> Result<Report, Error> {
    Ok(apply::to_source(scan.run()?, overrides))
}

/// The level of a rule where no configuration file counts; `None` if it is not applied.
pub(crate) fn level_of(rule: &Rule, overrides: &Overrides) -> Option<Level> {
    Levels::new(overrides).of_rule(rule).level()
}

/// The rule of that id.
///
/// # Errors
/// There is none; the nearest one is offered.
pub fn named(id: &str) -> Result<&'static Rule, Error> {
    find(id).ok_or_else(|| {
        let nearest = RULES.iter().fold(Nearest::to(id), |search, rule| search.or(rule.id)).found();
        let help = nearest
            .map_or_else(|| "`mcp-scopes rules` lists them".to_owned(), |rule| format!("did you mean `{rule}`?"));
        Error::new(ErrorKind::Usage, format!("there is no rule `{id}`")).help(help)
    })
}

/// The rule of that id, if there is one.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
