//! `mcp-scopes rules`.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use mcp_scopes_lint::{Category, RULES, Rule};
use serde::Serialize;

use crate::{
    outcome::Outcome,
    output::json::{THIS, ToolJson},
    reference::{page::wrapped, value},
    terminal::{complain, print},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes rules
  mcp-scopes rules --category risk
  mcp-scopes rules --format json | jq -r '.rules[] | select(.level == \"allow\") | .id'";

/// Maximum width of the table.
const WIDTH: usize = 100;

/// The selected rules and the output format.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print only the rules of this category
    #[arg(long, value_name = "CATEGORY", value_parser = Category::ALL.map(Category::as_str))]
    category: Option<String>,
}

/// The output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for each rule
    #[default]
    Table,
    /// One JSON object, version 1
    Json,
}

#[derive(Serialize)]
struct RulesJson {
    version: u32,
    tool: ToolJson,
    rules: Vec<RuleJson>,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    category: &'static str,
    level: &'static str,
    section: &'static str,
    summary: &'static str,
    reason: &'static str,
    mirror: Option<&'static str>,
    options: Vec<OptionJson>,
    docs: &'static str,
}

#[derive(Serialize)]
struct OptionJson {
    name: &'static str,
    /// In TOML syntax.
    default: String,
    docs: &'static str,
}

impl Rules {
    pub(crate) fn run(&self) -> Outcome {
        let wanted = |rule: &&Rule| self.category.as_deref().is_none_or(|wanted| rule.category.as_str() == wanted);
        let rules: Vec<&Rule> = RULES.iter().filter(wanted).collect();
        match self.format {
            Format::Table => print(&table(&rules)),
            Format::Json => match serde_json::to_string_pretty(&document(&rules)) {
                Ok(text) => print(&(text + "\n")),
                Err(error) => {
                    complain(&format!("the rules cannot be written as JSON: {error}"), None);
                    Outcome::Failed
                }
            },
        }
    }
}

/// Returns a table of at most [`WIDTH`] columns. A long summary continues below itself.
fn table(rules: &[&Rule]) -> String {
    let rows = rules.iter().map(|rule| [rule.id, rule.category.as_str(), rule.level.as_str(), rule.summary]);
    let rows: Vec<_> = std::iter::once(["RULE", "CATEGORY", "LEVEL", "REPORTS"]).chain(rows).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (id, category, level) = (width(0), width(1), width(2));
    let indent = id + category + level + 3 * 2;
    let mut text = String::new();
    for [a, b, c, d] in rows {
        let lines = wrapped(d, WIDTH.saturating_sub(indent));
        let _ = writeln!(text, "{a:<id$}  {b:<category$}  {c:<level$}  {}", lines.join(&format!("\n{:indent$}", "")));
    }
    text
}

fn document(rules: &[&Rule]) -> RulesJson {
    let entry = |rule: &&Rule| RuleJson {
        id: rule.id,
        category: rule.category.as_str(),
        level: rule.level.as_str(),
        section: rule.section,
        summary: rule.summary,
        reason: rule.reason,
        mirror: rule.mirror,
        options: rule
            .options
            .iter()
            .map(|option| OptionJson { name: option.name, default: value(&option.default), docs: option.docs })
            .collect(),
        docs: rule.docs,
    };
    RulesJson { version: 1, tool: THIS, rules: rules.iter().map(entry).collect() }
}
