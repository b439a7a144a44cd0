//! `mcp-scopes explain`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::Args;
use mcp_scopes_lint::{EXPERIENCE, Rule, find};

use crate::{
    diff::{change::Kind, kind_text},
    outcome::Outcome,
    reference::{
        ids::{Meaning, meanings, near},
        page::page,
        value,
    },
    terminal::{complain, styled},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes explain risky-name
  mcp-scopes explain access-widened missing-risk
  mcp-scopes lint --format json | jq -r '.findings[].rule' | sort -u | xargs mcp-scopes explain";

/// The ids to explain.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The ids of rules, errors and changes, as printed in brackets
    #[arg(required = true, value_name = "ID")]
    rule: Vec<String>,
}

impl Explain {
    pub(crate) fn run(&self) -> Outcome {
        let mut pages = Vec::new();
        for id in &self.rule {
            let (rule, meanings) = (find(id), meanings(id));
            if rule.is_none() && meanings.is_empty() {
                let help = near(id).map_or_else(
                    || "`mcp-scopes rules` lists the rules".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                complain(&format!("unknown id `{id}`"), Some(&help));
                return Outcome::Failed;
            }
            pages.extend(rule.map(text));
            pages.extend(meanings.into_iter().map(|meaning| meaning_text(meaning, rule.is_some())));
        }
        // Colours are left out unless the output is a terminal.
        styled(&pages.join("\n"))
    }
}

/// Renders the meaning of an id that is no rule, or that the compiler reports besides the rule.
fn meaning_text(meaning: Meaning, is_rule: bool) -> String {
    let bold = Style::new().bold();
    let Meaning { id, summary, help, reported_by } = meaning;
    let title = if is_rule { format!("{id}, as an error of the compiler") } else { id.to_owned() };
    let mut body = format!("Reported by {reported_by}.\n");
    if let Some(kind) = Kind::ALL.iter().find(|kind| kind.id() == id) {
        let _ = write!(body, "\n{}\n", kind_text(*kind));
    }
    if !help.is_empty() {
        let _ = write!(body, "\nHelp: {help}.\n");
    }
    format!("{bold}{title}{bold:#}: {summary}\n\n{}", page(&body))
}

fn text(rule: &Rule) -> String {
    let bold = Style::new().bold();
    let dim = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    let mut text = String::new();
    // Writing to a string does not fail.
    let mut line = |name: &str, said: &str| {
        let _ = writeln!(text, "  {dim}{name:<9}{dim:#} {said}");
    };
    line("reason", rule.reason);
    line("category", rule.category.as_str());
    let level = if rule.check.is_fixed() && !rule.check.reads_documents() {
        "error; the compiler rejects it too, so no setting changes the level".to_owned()
    } else {
        rule.level.as_str().to_owned()
    };
    line("level", &level);
    let section = if rule.section == EXPERIENCE { "experience (not in a standard)" } else { rule.section };
    line("section", section);
    if let Some(mirror) = rule.mirror {
        line("mirror", mirror);
    }
    for (number, option) in rule.options.iter().enumerate() {
        let name = if number == 0 { "options" } else { "" };
        line(name, &format!("{} = {}: {}", option.name, value(&option.default), option.docs));
    }
    let title = format!("{bold}{}{bold:#}: {}\n\n", rule.id, rule.summary);
    format!("{title}{text}\n{}", page(rule.docs))
}

#[cfg(test)]
mod tests {
    use mcp_scopes_lint::RULES;

    #[test]
    fn every_rule_can_be_explained() {
        for rule in RULES {
            let text = anstream::adapter::strip_str(&super::text(rule)).to_string();
            assert!(
                text.starts_with(&format!("{}: {}\n\n  reason    {}\n  category", rule.id, rule.summary, rule.reason)),
                "{text}"
            );
            assert!(text.contains("\nFalse alarms\n\n"), "{text}");
            assert!(!text.lines().any(|line| line.starts_with(['#', '`'].as_slice()) && line.contains("# ")), "{text}");
            assert!(rule.options.iter().all(|option| text.contains(option.name)), "{text}");
        }
    }
}
