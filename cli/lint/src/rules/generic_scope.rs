use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "generic-scope",
    category: Naming,
    level: Warn,
    reason: "a word that every server uses opens all of them where they share an authorization server",
    check: table(check),
};

/// Words for an action or an audience, not for a subject.
const GENERIC: &[&str] = &[
    "access",
    "api",
    "basic",
    "call",
    "create",
    "default",
    "delete",
    "edit",
    "execute",
    "get",
    "invoke",
    "list",
    "manage",
    "mcp",
    "modify",
    "public",
    "query",
    "read",
    "readonly",
    "readwrite",
    "run",
    "server",
    "tool",
    "tools",
    "update",
    "use",
    "user",
    "view",
    "write",
];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    if !table.namespace.is_empty() {
        return;
    }
    for scope in &table.scopes {
        let text = scope.text.as_str();
        // A scope that is also a tool's name is as specific as that name.
        if GENERIC.contains(&text.to_ascii_lowercase().as_str()) && table.tool(text).is_none() {
            let message = format!("scope `{text}` says neither what it is about nor whose it is");
            let help =
                format!("name what it is about, such as `files:{text}`, or state a `namespace` under `[server]`");
            reporter.report(message).at(&scope.place).about(text).help(help);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_sorted() {
        assert!(super::GENERIC.is_sorted());
    }
}
