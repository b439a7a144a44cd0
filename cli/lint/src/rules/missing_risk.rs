use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-risk",
    category: Risk,
    level: Warn,
    summary: "tool without `risk_level`",
    reason: "clients cannot tell whether to request approval for a call of the tool",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(extensions) = &document.draft.document.mcp_extensions else { return };
    for name in extensions.tool_scope_mapping.keys() {
        let at = below("/mcp_extensions/tool_scope_mapping", name);
        if document.value(&below(&at, "risk_level")).is_none() {
            let message = format!("tool `{name}` has no `risk_level`");
            let help = "add `\"risk_level\"`: minimal, low, medium, high or critical";
            reporter.report(message).at(&document.place(&at)).about(name).help(help);
        }
    }
}
