use crate::{
    lint_model::Package,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unannotated-tools",
    category: Drift,
    level: Deny,
    summary: "package with tools of an SDK and without `#[mcp_tool]`",
    reason: "no scope protects these tools, and no other rule checks them",
    check: package(check),
};

fn check(package: &Package, reporter: &mut Reporter<'_>) {
    let Some(first) = package.server.tools.first().filter(|_| package.tools.is_empty()) else { return };
    let name = &package.name;
    let message = match package.server.tools.len() {
        1 => format!("package `{name}` has a tool, `{}`, and no `#[mcp_tool]`", first.name),
        count => format!("package `{name}` has {count} tools, the first is `{}`, and no `#[mcp_tool]`", first.name),
    };
    let help = "write `#[mcp_tool(..)]` above `#[tool]`, and list the tools in a `scope_table!`";
    reporter.report(message).at(&first.place).about(name).help(help);
}
