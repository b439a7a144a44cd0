use crate::{
    lint_model::{InputKind, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "generic-scope",
    category: Naming,
    level: Warn,
    summary: "scope of one generic word, without a namespace",
    reason: "the word opens every server that uses it and shares the authorization server",
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
            let message = format!("scope `{text}` is a generic word");
            let help = match table.input {
                InputKind::Source => {
                    format!("name the subject, such as `files:{text}`, or set `namespace` under `[server]`")
                }
                InputKind::Document => format!("name the subject, such as `files:{text}`"),
            };
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
