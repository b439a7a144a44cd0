//! `[lint]` of `mcp-scopes.toml`: the level of a rule, or of all rules of a category.

use std::collections::BTreeMap;

use mcp_scopes_grammar::ir::LintDecl;
use mcp_scopes_model::nearest::Nearest;

use crate::{
    Finding,
    inventory::{Config, Inventory},
    lint::rule::{Category, Rule, Setting},
    source::Place,
};

/// The levels that a package's configuration files set.
#[derive(Debug, Default)]
pub(crate) struct Levels {
    by_name: BTreeMap<String, Setting>,
}

impl Levels {
    /// Reads the levels; where the files of several tables differ, the strictest counts.
    pub(crate) fn of(inventory: &Inventory, findings: &mut Vec<Finding>) -> Self {
        let mut levels = Self::default();
        let configs = inventory.tables.iter().filter(|table| table.own).filter_map(|table| table.config.as_ref());
        for config in configs {
            for entry in &config.said.lint {
                match check(entry) {
                    Ok(setting) => {
                        let level = levels.by_name.entry(entry.rule.text.clone()).or_insert(setting);
                        *level = setting.max(*level);
                    }
                    Err((message, help)) => findings.push(refused(config, entry, message, help)),
                }
            }
        }
        levels
    }

    /// The level of a rule: its own, or else its category's, or else its default.
    pub(crate) fn of_rule(&self, rule: &Rule) -> Setting {
        let stated = self.by_name.get(rule.id).or_else(|| self.by_name.get(rule.category.as_str()));
        stated.copied().unwrap_or(rule.level)
    }
}

fn check(entry: &LintDecl) -> Result<Setting, (String, String)> {
    let name = entry.rule.text.as_str();
    let Some(setting) = Setting::parse(&entry.level.text) else {
        let message = format!("`{}` is no level", entry.level.text);
        return Err((message, "write `allow`, `warn` or `deny`".to_owned()));
    };
    if let Some(rule) = super::find(name) {
        if rule.check.is_fixed() && setting != Setting::Deny {
            let message = format!("`{name}` is an error of the compiler too, which no setting changes");
            return Err((message, "remove the line".to_owned()));
        }
        return Ok(setting);
    }
    if Category::ALL.iter().any(|category| category.as_str() == name) {
        return Ok(setting);
    }
    let rules = super::RULES.iter().map(|rule| rule.id);
    let known = rules.chain(Category::ALL.iter().map(|category| category.as_str()));
    let near = known.fold(Nearest::to(name), Nearest::or).found();
    let help =
        near.map_or_else(|| "name a rule or a category of rules".to_owned(), |near| format!("did you mean `{near}`?"));
    Err((format!("there is no rule or category `{name}`"), help))
}

fn refused(config: &Config, entry: &LintDecl, message: String, help: String) -> Finding {
    let place = Place::point(&config.file, entry.rule.line, entry.rule.column);
    Finding::error("lint-config", message).help(help).at(place).about(&*entry.rule.text)
}
