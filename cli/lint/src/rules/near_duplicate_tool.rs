use std::collections::BTreeMap;

use crate::{
    lint_model::Table,
    name_tokens::name_tokens,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "near-duplicate-tool",
    category: Naming,
    level: Warn,
    summary: "tools whose names differ only in spelling",
    reason: "models call the wrong tool, and users approve the wrong call",
    section: "MCP 2026-07-28, Tools, Tool Names",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for listed in &table.tools {
        let name = &listed.tool.name;
        let key = name_tokens(&name.value).concat();
        let key = key.strip_suffix('s').unwrap_or(&key).to_owned();
        match seen.get(&key) {
            // `duplicate-tool` reports a repeated name.
            Some(first) if *first == name.value => {}
            Some(first) => {
                let message = format!("tools `{}` and `{first}` differ only in case, separators or plural", name.value);
                let help = "rename one of them so that the name shows the difference";
                reporter.report(message).at(&name.place).about(&*name.value).help(help);
            }
            None => {
                seen.insert(key, &name.value);
            }
        }
    }
}
