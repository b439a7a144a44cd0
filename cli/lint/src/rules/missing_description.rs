use crate::{
    lint_model::{InputKind, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-description",
    category: Document,
    level: Warn,
    summary: "tool without a description",
    reason: "models choose a tool by its description, and users approve calls by it",
    section: "MCP 2026-07-28, Tools",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    if tool.description.value.trim().is_empty() {
        let name = &tool.name.value;
        let help = match tool.input {
            InputKind::Source if tool.is_dynamic => "write `description = \"..\"`",
            InputKind::Source => "write a doc comment above the function, or `description = \"..\"`",
            InputKind::Document => "add the member `description`",
        };
        reporter.report(format!("tool `{name}` has no description")).at(&tool.place).about(name).help(help);
    }
}
