use std::collections::BTreeSet;

use crate::{
    lint_model::Package,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unannotated-tools",
    category: Drift,
    level: Deny,
    summary: "tool of an SDK without `#[mcp_tool]` or a declaration",
    reason: "no scope protects these tools, and no other rule checks them",
    check: package(check),
};

fn check(package: &Package, reporter: &mut Reporter<'_>) {
    let name = &package.name;
    let listed = package.tables.iter().flat_map(|table| &table.tools).map(|listed| &listed.tool);
    let known: BTreeSet<&str> = package.tools.iter().chain(listed).map(|tool| tool.name.value.as_str()).collect();
    // A declaration without a function covers the tool of its name.
    let dynamic = package.tools.iter().filter(|tool| tool.is_dynamic);
    let declared: BTreeSet<&str> = dynamic.map(|tool| tool.name.value.as_str()).collect();
    let open = || package.unannotated.iter().filter(|tool| !declared.contains(tool.name.as_str()));
    if package.tools.iter().any(|tool| !tool.is_dynamic) {
        // The table denies what it does not list, and `#[mcp_tools]` reports what is in its impl.
        for tool in open().filter(|tool| !tool.is_grouped) {
            let message = format!("`{}` has `#[tool]` and no `#[mcp_tool]`, so every call of it is denied", tool.name);
            let help = "write `#[mcp_tool(..)]` above `#[tool]`, and list the tool in a `scope_table!`";
            reporter.report(message).at(&tool.place).about(&tool.name).help(help).at_most_warning();
        }
    } else if let Some(first) = open().next() {
        let message = match open().count() {
            1 => format!("package `{name}` has a tool, `{}`, and no `#[mcp_tool]`", first.name),
            count => format!("package `{name}` has {count} tools, the first is `{}`, and no `#[mcp_tool]`", first.name),
        };
        let help = "write `#[mcp_tool(..)]` above `#[tool]`, and list the tools in a `scope_table!`";
        reporter.report(message).at(&first.place).about(name).help(help);
    }
    // A package that depends on the tables of another one has no tools.
    let undeclared = || package.server.built.iter().filter(|tool| !known.contains(tool.name.as_str()));
    let help = |name: &str| {
        format!(
            "declare it in `mcp-scopes.toml`: `[tools.\"{name}\"]`, with `scope` and `risk`; `mcp-scopes init` writes it"
        )
    };
    if let Some(first) = undeclared().next().filter(|_| known.is_empty() && open().next().is_none()) {
        let (tool, found) = (&first.name, &first.found);
        let message = match undeclared().count() {
            1 => format!("package `{name}` has a tool, `{tool}` ({found}), and no declaration"),
            count => format!("package `{name}` has {count} tools, the first is `{tool}` ({found}), and no declaration"),
        };
        reporter.report(message).at(&first.place).about(name).help(help(tool));
        return;
    }
    // The table denies what it does not list.
    for tool in undeclared() {
        let message = format!("the tool `{}` ({}) is not declared", tool.name, tool.found);
        reporter.report(message).at(&tool.place).about(&tool.name).help(help(&tool.name)).at_most_warning();
    }
}
