use crate::{
    lint_model::{InputKind, ParsedDocument, Table, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-requirement",
    category: LeastPrivilege,
    level: Warn,
    summary: "tool, resource or prompt without `required_scopes` in a document that states them for others",
    reason: "clients may take an entry without `required_scopes` for a public one",
    check: document(check) and table(check_contents),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(extensions) = &document.draft.document.mcp_extensions else { return };
    let tools = &extensions.tool_scope_mapping;
    // If no tool has a requirement, the names are the scopes.
    if !tools.values().any(|tool| !tool.required_scopes.is_empty()) {
        return;
    }
    for (name, tool) in tools {
        let at = below("/mcp_extensions/tool_scope_mapping", name);
        if document.value(&below(&at, "required_scopes")).is_none()
            && tool.public != Some(true)
            && tool.authenticated != Some(true)
        {
            let message = format!("tool `{name}` has no `required_scopes`, but other tools of the document do");
            let help = "add `\"required_scopes\"`, `\"authenticated\": true` if every valid token opens it, or `\"public\": true` if every caller may call it";
            reporter.report(message).at(&document.place(&at)).about(name).help(help);
        }
    }
}

/// Every entry for a resource or a prompt states what opens it: there is no default.
fn check_contents(table: &Table, reporter: &mut Reporter<'_>) {
    if table.input == InputKind::Source {
        return;
    }
    for content in table.contents.iter().filter(|content| !content.is_stated()) {
        let (kind, name) = (content.kind.as_str(), &content.name.value);
        let help = "add `\"required_scopes\"`, `\"authenticated\": true` if every valid token opens it, or `\"public\": true` if every caller may read it";
        let message = format!("{kind} `{name}` has no `required_scopes`");
        reporter.report(message).at(&content.name.place).about(name).help(help);
    }
}
