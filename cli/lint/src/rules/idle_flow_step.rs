use crate::{
    lint_model::{InputKind, Listed, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "idle-flow-step",
    category: Flow,
    level: Warn,
    summary: "flow step that opens no tool for its role",
    reason: "users consent to a scope that gives the role nothing",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: joint_table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    if table.tools.is_empty() || !table.states_requirements() {
        return;
    }
    let hierarchy = table.hierarchy();
    for flow in &table.flows {
        let steps = hierarchy.steps(flow);
        let opened: Vec<&Listed> = steps.iter().flat_map(|step| &step.opens).copied().collect();
        let all = hierarchy.closure(flow.scopes.iter().map(|scope| scope.value.as_str()));
        for step in &steps {
            let scope = step.scope.value.as_str();
            let gives = hierarchy.closure([scope]);
            let needs = |all: &&Vec<String>| all.iter().any(|scope| gives.contains(scope.as_str()));
            let useful = opened.iter().flat_map(|listed| &listed.alternatives).filter(needs);
            let useful = useful.filter(|alternative| alternative.iter().all(|scope| all.contains(scope.as_str())));
            let prepares = opened.iter().flat_map(|listed| &listed.tool.prerequisites);
            let prepares = prepares.filter(|scope| gives.contains(scope.value.as_str()));
            let twice = step.holds(scope);
            if table.content_scopes().any(|scope| gives.contains(scope)) {
                continue;
            }
            // Another rule reports a declared scope that no tool requires.
            let elsewhere =
                table.input == InputKind::Document || table.required().any(|scope| gives.contains(scope.text.as_str()));
            if twice || !elsewhere || useful.count() + prepares.count() > 0 {
                continue;
            }
            let message = format!("flow `{}` requests `{scope}`, which opens none of its tools", flow.role);
            let help = "remove it, or add the scope that the tools require together with it";
            reporter.report(message).at(&step.scope.place).about(format!("{}/{scope}", flow.role)).help(help);
        }
    }
}
