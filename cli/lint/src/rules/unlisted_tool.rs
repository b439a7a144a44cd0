use crate::{
    lint_model::Tool,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unlisted-tool",
    category: LeastPrivilege,
    level: Deny,
    summary: "annotated function that no scope table lists",
    reason: "an unlisted tool is denied to every caller and is not published",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    if !tool.listed {
        let name = &tool.name.value;
        let help = "list it in a `scope_table!`, or remove its annotation";
        reporter.report(format!("tool `{name}` is in no scope table")).at(&tool.place).about(name).help(help);
    }
}
