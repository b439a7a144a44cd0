use std::collections::BTreeSet;

use mcp_scopes_scan::inventory::SdkTool;

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
    let name = &package.name;
    let dynamic = || package.tools.iter().filter(|tool| tool.is_dynamic);
    if dynamic().count() < package.tools.len() {
        return;
    }
    // A declaration without a function covers the tool of its name.
    let declared: BTreeSet<&str> = dynamic().map(|tool| tool.name.value.as_str()).collect();
    let open: Vec<&SdkTool> =
        package.server.tools.iter().filter(|tool| !declared.contains(tool.name.as_str())).collect();
    let Some(first) = open.first() else { return };
    let message = match open.len() {
        1 => format!("package `{name}` has a tool, `{}`, and no `#[mcp_tool]`", first.name),
        count => format!("package `{name}` has {count} tools, the first is `{}`, and no `#[mcp_tool]`", first.name),
    };
    let help = "write `#[mcp_tool(..)]` above `#[tool]`, and list the tools in a `scope_table!`";
    reporter.report(message).at(&first.place).about(name).help(help);
}
