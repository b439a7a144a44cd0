use crate::{
    lint_model::Table,
    name_tokens::name_tokens,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "omnibus-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "scope that covers the whole server",
    reason: "a stolen token, or a call that a client is tricked into, can use every tool",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: table(check),
};

/// Words that name no part of a server.
const ALL: &[&str] = &[
    "admin",
    "administrator",
    "all",
    "any",
    "everything",
    "full",
    "fullaccess",
    "god",
    "master",
    "owner",
    "root",
    "sudo",
    "superuser",
];
/// Words that add no information to those.
const FILLERS: &[&str] = &["access", "api", "control", "mcp", "scope", "scopes", "server", "tool", "tools"];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in &table.scopes {
        if is_omnibus(&scope.bare) && table.tool(&scope.bare).is_none() {
            let message = format!("scope `{}` covers the whole server", scope.text);
            let help = "use narrower scopes, and let clients request more when they need it";
            reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
        }
    }
}

/// Returns whether the scope covers everything: `all`, `full_access`, `mcp:admin`.
fn is_omnibus(scope: &str) -> bool {
    let mut words = name_tokens(scope);
    words.retain(|word| !FILLERS.contains(&word.as_str()));
    matches!(words.as_slice(), [only] if ALL.contains(&only.as_str()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn recognizes_omnibus_scopes() {
        for (scope, omnibus) in [
            ("all", true),
            ("full_access", true),
            ("mcp:admin", true),
            ("fullAccess", true),
            ("files:all", false),
            ("users.admin", false),
            ("mcp:read", false),
            ("access", false),
        ] {
            assert_eq!(super::is_omnibus(scope), omnibus, "{scope}");
        }
    }
}
