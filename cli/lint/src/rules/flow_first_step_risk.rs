use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Listed, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "flow-first-step-risk",
    category: Flow,
    level: Warn,
    summary: "flow whose first step opens a tool of high risk",
    reason: "every user of the role consents to the dangerous scope, even if only the harmless tools are needed",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let hierarchy = table.hierarchy();
    let baseline = hierarchy.stated_baseline();
    for flow in &table.flows {
        let steps = hierarchy.steps(flow);
        let Some(first) = steps.first() else { continue };
        let scope = first.scope.value.as_str();
        let risky = |listed: &&&Listed| listed.tool.risk.as_ref().is_some_and(|risk| risk.value >= Risk::High);
        // Every client requests the baseline, whatever the role of its user.
        let (Some(Listed { tool, .. }), false) = (first.opens.iter().find(risky), baseline.contains(scope)) else {
            continue;
        };
        let risk = tool.risk.as_ref().map_or("", |risk| risk.value.as_str());
        let message =
            format!("flow `{}` begins with `{scope}`, which opens `{}` of {risk} risk", flow.role, tool.name.value);
        let help = "put the scopes of lower risk first";
        reporter.report(message).at(&first.scope.place).about(&*flow.role).help(help);
    }
}
