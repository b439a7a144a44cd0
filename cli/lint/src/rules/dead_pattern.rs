use mcp_scopes_model::{Pattern, nearest::Nearest};

use crate::{
    lint_model::{InputKind, Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "dead-pattern",
    category: Policy,
    level: Warn,
    summary: "policy pattern that matches no call",
    reason: "the pattern appears to block calls but has no effect",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let tools = table.by_name();
    for listed in table.tools.iter().filter(|listed| listed.tool.own) {
        let tool = &*listed.tool;
        for said in tool.policy.blocked_after.iter().chain(&tool.policy.requires_approval_after) {
            let Ok(pattern) = Pattern::parse(&said.value) else { continue };
            let text = &said.value;
            match tools.get(pattern.tool) {
                None if table.input == InputKind::Document => {
                    let names = table.tools.iter().map(|listed| listed.tool.name.value.as_str());
                    let near = names.fold(Nearest::to(pattern.tool), Nearest::or).found();
                    let help = near.map_or_else(
                        || "name a tool of `tool_scope_mapping`, or remove the pattern".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let message = format!("pattern `{text}` names a tool that the document does not list");
                    reporter.report(message).at(&said.place).about(&*tool.name.value).help(help);
                }
                Some(other) if pattern.glob.is_some() && takes_nothing(&other.tool) => {
                    let message = format!("pattern `{text}` never matches: `{}` has no parameters", pattern.tool);
                    let help = format!("write `{}` to match all of its calls, or remove the pattern", pattern.tool);
                    reporter.report(message).at(&said.place).about(&*tool.name.value).help(help);
                }
                // In source, an unknown name is a compile error.
                _ => {}
            }
        }
        for glob in tool.policy.blocked_patterns.iter().filter(|_| takes_nothing(tool)) {
            let (text, name) = (&glob.value, &tool.name.value);
            let message = format!("`{text}` of `blocked_patterns` never matches: `{name}` has no parameters");
            reporter.report(message).at(&glob.place).about(name).help("remove it, or add the parameters");
        }
    }
}

fn takes_nothing(tool: &Tool) -> bool {
    tool.parameters.as_ref().is_some_and(Vec::is_empty)
}
