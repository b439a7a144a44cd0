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
    reason: "whoever needs one of the tools is granted all of them",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    options: &[RuleOption {
        name: "max_tools",
        default: OptionValue::Int(15),
        docs: "how many tools one scope may open alone",
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
            _ if count > many => format!("scope `{}` alone opens {count} tools, more than {many}", scope.text),
            _ => continue,
        };
        let help = "give the riskier tools a scope of their own, which may imply this one";
        reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
    }
}
