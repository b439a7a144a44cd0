//! `missing-description`: reports tools without a description.

use crate::{
    lint_model::{Origin, Tool},
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "missing-description",
    category: Category::Document,
    level: Setting::Warn,
    reason: "a person who approves a call, and a model that makes it, have the description to go by",
    section: "MCP 2026-07-28, Tools",
    docs: include_str!("../../../rules/missing-description.md"),
    mirror: None,
    options: &[],
    check: Check::tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    if tool.description.value.trim().is_empty() {
        let name = &tool.name.value;
        let help = match tool.origin {
            Origin::Source => "write a doc comment above the function, or `description = \"..\"`",
            Origin::Document => "add the member `description`",
        };
        reporter.report(&tool.place, name, format!("tool `{name}` does not say what it does"), help);
    }
}
