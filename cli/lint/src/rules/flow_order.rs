use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Hierarchy, Step, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "flow-order",
    category: Flow,
    level: Warn,
    summary: "flow step that grants nothing new, or lower risk after higher risk",
    reason: "users consent to scopes that they already granted, or to dangerous scopes before harmless ones",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let hierarchy = table.hierarchy();
    for flow in &table.flows {
        let steps = hierarchy.steps(flow);
        for (place, step) in steps.iter().enumerate() {
            let before = steps.get(..place).unwrap_or_default();
            let Some((message, help)) = again(&hierarchy, step, before).or_else(|| down(step, before)) else {
                continue;
            };
            let message = format!("step {} of flow `{}`: {message}", place + 1, flow.role);
            reporter
                .report(message)
                .at(&step.scope.place)
                .about(format!("{}/{}", flow.role, step.scope.value))
                .help(help);
        }
    }
}

/// Reports a step that requests scopes of an earlier step.
fn again<'t>(hierarchy: &Hierarchy<'t>, step: &Step<'t>, before: &[Step<'t>]) -> Option<(String, String)> {
    let scope = step.scope.value.as_str();
    if !step.holds(scope) {
        return None;
    }
    let mut earlier = before.iter().map(|step| step.scope.value.as_str());
    let gave = earlier.find(|earlier| hierarchy.closure([*earlier]).contains(scope))?;
    if gave == scope {
        return Some((format!("`{scope}` is an earlier step already"), "remove it".to_owned()));
    }
    let message = format!("`{scope}` grants nothing new, because the earlier step `{gave}` implies it");
    Some((message, format!("put it before `{gave}`, or remove it")))
}

/// Reports a step that opens harmless tools after dangerous ones. If the dangerous step is the first, another rule
/// reports it.
fn down(step: &Step<'_>, before: &[Step<'_>]) -> Option<(String, String)> {
    let scope = step.scope.value.as_str();
    let highest = most(step).filter(|highest| *highest < Risk::High)?;
    let riskier = before.iter().skip(1).find(|step| most(step).is_some_and(|risk| risk >= Risk::High))?;
    let (gave, risk) = (&riskier.scope.value, most(riskier).map_or("", Risk::as_str));
    let message = format!(
        "`{scope}` opens tools of at most {} risk, after `{gave}`, which opens tools of {risk} risk",
        highest.as_str()
    );
    Some((message, format!("put it before `{gave}`")))
}

fn most(step: &Step<'_>) -> Option<Risk> {
    step.opens.iter().filter_map(|listed| listed.tool.risk.as_ref()).map(|risk| risk.value).max()
}
