//! `unlisted-tool`: reports annotated functions that no table lists.

use crate::{
    lint_model::Tool,
    reporter::Reporter,
    rule::{Category, Check, EXPERIENCE, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "unlisted-tool",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "a tool that no table lists is denied to everyone and published nowhere",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/unlisted-tool.md"),
    mirror: None,
    options: &[],
    check: Check::tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    if !tool.listed {
        let name = &tool.name.value;
        let help = "list it in a `scope_table!`, or remove its annotation";
        reporter.report(&tool.place, name, format!("tool `{name}` is in no scope table"), help);
    }
}
