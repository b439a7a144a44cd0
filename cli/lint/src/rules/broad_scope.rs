use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Table, Tool},
    reporter::Reporter,
    rule::{OptionValue, Rule, RuleOption, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "broad-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "scope that opens too many tools, or tools of very different risk",
    reason: "a caller that needs one of the tools is granted all of them",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    options: &[RuleOption {
        name: "max_tools",
        default: OptionValue::Int(15),
        docs: "maximum number of tools that one scope opens alone",
    }],
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let many = reporter.int("max_tools");
    for scope in &table.scopes {
        let count = scope.opens.len();
        let message = match table.risks(&scope.opens) {
            Some((low, high)) if low <= Risk::Low && high >= Risk::High => {
                let name = |risk| {
                    let stated = |tool: &&Tool| tool.risk.as_ref().is_some_and(|stated| stated.value == risk);
                    table.tools_at(&scope.opens).find(stated).map_or("", |tool| &tool.name.value)
                };
                let (least, most) = (name(low), name(high));
                format!(
                    "scope `{}` opens tools of very different risk: `{least}` is {}, `{most}` is {}",
                    scope.text,
                    low.as_str(),
                    high.as_str()
                )
            }
            _ if count > many => format!("scope `{}` alone opens {count} tools; the maximum is {many}", scope.text),
            _ => continue,
        };
        let help = "give the riskier tools a separate scope, which may imply this one";
        reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
    }
}
