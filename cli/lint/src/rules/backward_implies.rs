use std::collections::HashMap;

use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Scope, Table},
    name_tokens::name_tokens,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "backward-implies",
    category: LeastPrivilege,
    level: Warn,
    summary: "read-only scope that implies a scope that writes",
    reason: "a user who consents to reading also grants writing",
    section: "RFC 9700 §2.3",
    check: table(check),
};

/// Words of read-only scopes, then words of scopes that write.
const READS: &[&str] = &["get", "list", "read", "readonly", "view"];
const CHANGES: &[&str] = &[
    "admin",
    "all",
    "change",
    "create",
    "delete",
    "edit",
    "exec",
    "execute",
    "full",
    "manage",
    "modify",
    "readwrite",
    "update",
    "write",
];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let hierarchy = table.hierarchy();
    let by_text: HashMap<&str, &Scope> = table.scopes.iter().map(|scope| (scope.text.as_str(), scope)).collect();
    for scope in table.scopes.iter().filter(|scope| !scope.implies.is_empty()) {
        if !has_word(scope, READS) || has_word(scope, CHANGES) {
            continue;
        }
        let implied = hierarchy.closure(scope.implies.iter().map(String::as_str));
        let changing = implied.iter().filter_map(|text| by_text.get(text).copied()).find(|implied| {
            let opens_high = table.risks(&implied.opens).is_some_and(|(_, most)| most >= Risk::High);
            opens_high || (has_word(implied, CHANGES) && !has_word(implied, READS))
        });
        let Some(changing) = changing else { continue };
        let message = format!("scope `{}` reads by its name, but implies `{}`", scope.text, changing.text);
        let help = format!("reverse it: `{}` may imply `{}`", changing.text, scope.text);
        reporter.report(message).at(scope.declared.as_ref().unwrap_or(&scope.place)).about(&*scope.text).help(help);
    }
}

fn has_word(scope: &Scope, list: &[&str]) -> bool {
    name_tokens(&scope.bare).iter().any(|word| list.contains(&word.as_str()))
}
