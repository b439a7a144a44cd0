use std::collections::BTreeMap;

use mcp_scopes_model::address::Address;

use crate::{
    lint_model::{Listed, Table},
    name_tokens::{is_action, name_tokens},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "server-prefixed-name",
    category: Naming,
    level: Warn,
    summary: "tool names that begin with the name of the server",
    reason: "clients add the name of the server themselves: `github_create_issue` becomes `github_github_create_issue`",
    section: "MCP 2026-07-28, Tools, Tool Names",
    check: table(check),
};

/// Minimum number of tools to report.
const FEW: usize = 3;
/// Labels of hosts that do not name a server.
const HOSTS: &[&str] = &["api", "app", "dev", "mcp", "prod", "server", "staging", "test", "www"];
/// Modifiers before the action: `bulk_create_issue`.
const MANNERS: &[&str] = &[
    "all", "async", "auto", "batch", "bulk", "dry", "fast", "force", "full", "multi", "partial", "quick", "safe", "try",
];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let names: Vec<(&Listed, Vec<String>)> =
        table.tools.iter().map(|listed| (listed, name_tokens(&listed.tool.name.value))).collect();
    if let Some(server) = servers(table).into_iter().find(|server| {
        let own = |(_, name): &(&Listed, Vec<String>)| name.len() > server.len() && name.starts_with(server);
        names.len() >= FEW && names.iter().all(own)
    }) {
        let message = format!("all {} tools begin with the server's name `{}`", names.len(), server.join("_"));
        reporter
            .report(message)
            .at(&table.place)
            .about(&*table.name)
            .help("remove it; clients add it where they need it");
        return;
    }
    let known: BTreeMap<&[String], &str> =
        names.iter().map(|(listed, name)| (name.as_slice(), listed.tool.name.value.as_str())).collect();
    for (listed, name) in &names {
        let [first, rest @ ..] = name.as_slice() else { continue };
        let [action, _, ..] = rest else { continue };
        if is_action(first) || MANNERS.contains(&first.as_str()) || !is_action(action) {
            continue;
        }
        if let Some(other) = known.get(rest) {
            let tool = &listed.tool;
            let message = format!("tool `{}` is `{other}` with the prefix `{first}`", tool.name.value);
            let help = "keep one of the two; a model cannot tell which one to call";
            reporter.report(message).at(&tool.name.place).about(&*tool.name.value).help(help);
        }
    }
}

/// Returns the possible names of the server: its namespace, and the labels of its host except the last.
fn servers(table: &Table) -> Vec<Vec<String>> {
    let host = table.resource.as_ref().and_then(|resource| Some(Address::parse(&resource.value).ok()?.host));
    let labels: Vec<&str> = host.into_iter().flat_map(|host| host.split('.')).collect();
    let labels = labels.split_last().map_or(&[][..], |(_, labels)| labels);
    let known = labels.iter().copied().filter(|label| !HOSTS.contains(label)).chain([table.namespace.as_str()]);
    known.map(name_tokens).filter(|name| !name.is_empty()).collect()
}
