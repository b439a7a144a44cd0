use std::collections::BTreeSet;

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "flow-prerequisite",
    category: Flow,
    level: Warn,
    summary: "flow step that opens a tool before its prerequisites",
    reason: "a client that follows the flow can call the tool without the scopes that it should hold first",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let hierarchy = table.hierarchy();
    let baseline = hierarchy.stated_baseline();
    for flow in &table.flows {
        for (place, step) in hierarchy.steps(flow).iter().enumerate() {
            let gives = hierarchy.closure([step.scope.value.as_str()]);
            let mut said = BTreeSet::new();
            for (tool, missing) in
                step.opens.iter().flat_map(|listed| listed.tool.prerequisites.iter().map(|said| (&listed.tool, said)))
            {
                let missing = missing.value.as_str();
                // The scopes of the step itself are held as soon as the tool is open.
                let has = step.holds(missing) || baseline.contains(missing) || gives.contains(missing);
                if has || !said.insert(missing) {
                    continue;
                }
                let (scope, tool) = (&step.scope.value, &tool.name.value);
                let later = flow.scopes.iter().skip(place + 1).any(|scope| scope.value == missing);
                let message = format!(
                    "step {} of flow `{}`: `{scope}` opens `{tool}`, whose prerequisite `{missing}` {}",
                    place + 1,
                    flow.role,
                    if later { "is a later step" } else { "is not a step" }
                );
                let help = format!("{} `{missing}` before `{scope}`", if later { "move" } else { "add" });
                reporter.report(message).at(&step.scope.place).about(format!("{}/{scope}", flow.role)).help(help);
            }
        }
    }
}
