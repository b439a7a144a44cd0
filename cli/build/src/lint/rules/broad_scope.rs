//! `broad-scope`: one scope does not open everything.

use mcp_scopes_model::Risk;

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
    },
};

/// One scope may open this many tools.
const MANY: usize = 15;

pub(super) const RULE: Rule = Rule {
    id: "broad-scope",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "whoever needs one of the tools is granted all of them",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = "# broad-scope

A scope is reported if it alone opens more than 15 tools, or if it alone opens tools of very different risk: of `minimal` or
`low`, and of `high` or `critical`. Then a client that only wants to look is granted what can destroy.

Give the risky tools a scope of their own, which may imply the other: `files:delete` implies `files:read`.
";

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for table in &package.tables {
        for scope in &table.scopes {
            let count = scope.opens.len();
            let message = match table.risks(&scope.opens) {
                Some((low, high)) if low <= Risk::Low && high >= Risk::High => {
                    let name = |risk| {
                        let tools = table.tools_at(&scope.opens).filter(move |tool| tool.risk.value == risk);
                        tools.map(|tool| tool.name.value.as_str()).next().unwrap_or_default()
                    };
                    let (least, most) = (name(low), name(high));
                    format!(
                        "scope `{}` opens tools of very different risk: `{least}` is {}, `{most}` is {}",
                        scope.text,
                        low.as_str(),
                        high.as_str()
                    )
                }
                _ if count > MANY => format!("scope `{}` alone opens {count} tools, more than {MANY}", scope.text),
                _ => continue,
            };
            let help = "give the riskier tools a scope of their own, which may imply this one";
            hits.push(Finding::warning(RULE.id, message).help(help).at(scope.place.clone()).about(&*scope.text));
        }
    }
}
