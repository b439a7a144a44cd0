use crate::{
    lint_model::{InputKind, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unreachable-scope",
    category: Flow,
    level: Warn,
    summary: "scope that a tool requires and no flow requests",
    reason: "clients that follow the flows can never call the tool",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    if table.flows.is_empty() {
        return;
    }
    let asked = table.flows.iter().flat_map(|flow| &flow.scopes).chain(&table.supported);
    let reach = table.closure(asked.map(|scope| scope.value.as_str()));
    let scopes = table.required().filter(|scope| !reach.contains(scope.text.as_str()));
    for scope in scopes {
        let listed = scope.needed_by.iter().filter_map(|place| table.tools.get(*place));
        // Another alternative may open the tool.
        let mut closed = listed.filter(|listed| !listed.is_open_to(&reach)).map(|listed| &listed.tool.name.value);
        let Some(first) = closed.next() else { continue };
        let more = match closed.count() {
            0 => String::new(),
            1 => " and one more tool".to_owned(),
            count => format!(" and {count} more tools"),
        };
        let message = format!("scope `{}` is required by `{first}`{more}, but no flow requests it", scope.text);
        let help = match table.input {
            InputKind::Source => "add it to a role under `[flows]`, or let a requested scope imply it",
            InputKind::Document => {
                "add it to a role of `scope_upgrade_flows`, or let a requested scope imply it in `scope_hierarchy`"
            }
        };
        reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
    }
}
