//! The rules, and the engine that applies them.
//!
//! | module | holds |
//! |---|---|
//! | [`rule`] | [`Rule`]: what a rule is |
//! | [`rules`] | every rule, one file each |
//! | [`view`] | what a rule looks at: a package and its tables |
//! | `levels` | `[lint]` of `mcp-scopes.toml` |
//! | `words` | what the parts of a name tell |

mod levels;
pub mod rule;
pub mod rules;
pub mod view;
mod words;

use std::collections::BTreeSet;

pub use rule::{Category, Check, Rule, Setting};
pub use rules::RULES;

use crate::{
    Error, Finding, Level, Report, Scan,
    finding::settle,
    lint::{levels::Levels, view::Package},
    scan::large_stack,
    source::Place,
};

impl Scan {
    /// Scans every package at or below the path and applies the lint rules.
    ///
    /// The findings hold what keeps a table from compiling, and what the rules say. `[lint]` in `mcp-scopes.toml` sets
    /// the level of a rule, or of all rules of a category.
    ///
    /// # Errors
    /// As [`Scan::run`].
    ///
    /// ```no_run
    /// let report = mcp_scopes_build::Scan::new(".").lint()?;
    /// for finding in &report.findings {
    ///     println!("{}: {} [{}]", finding.file(), finding.message, finding.rule);
    /// }
    /// # Ok::<(), mcp_scopes_build::Error>(())
    /// ```
    pub fn lint(&self) -> Result<Report, Error> {
        Ok(apply(self.run_tree()?))
    }

    /// The same for the one package that the path is in.
    ///
    /// # Errors
    /// As [`Scan::run`].
    pub fn lint_package(&self) -> Result<Report, Error> {
        Ok(apply(self.run()?))
    }
}

/// Applies every rule to what was found.
fn apply(mut report: Report) -> Report {
    // A tool may be listed by a table of another package.
    let listed: BTreeSet<Place> = report
        .inventories
        .iter()
        .flat_map(|inventory| {
            let tools = (0..inventory.tables.len()).flat_map(|table| inventory.tools_of(table));
            tools.filter_map(|tool| inventory.tools.get(tool)).map(|tool| tool.place.clone()).collect::<Vec<_>>()
        })
        .collect();
    let mut findings = Vec::new();
    large_stack(|| {
        for inventory in &report.inventories {
            let levels = Levels::of(inventory, &mut findings);
            let package = Package::of(inventory, &listed);
            for rule in RULES {
                let Some(check) = rule.check.own() else { continue };
                let level = match levels.of_rule(rule) {
                    Setting::Allow => continue,
                    Setting::Warn => Level::Warning,
                    Setting::Deny => Level::Error,
                };
                let mut hits = Vec::new();
                check(&package, &mut hits);
                findings.extend(hits.into_iter().map(|hit| Finding { rule: rule.id, level, ..hit }));
            }
        }
    });
    report.findings.extend(findings);
    settle(&mut report.findings);
    report
}

/// The id under which a diagnostic of the grammar is reported: that of the rule that it belongs to, or else its own.
pub(crate) fn id(diagnostic: &'static str) -> &'static str {
    RULES.iter().find(|rule| rule.check.shared().contains(&diagnostic)).map_or(diagnostic, |rule| rule.id)
}

/// The rule of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
