use crate::{
    lint_model::{Document, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-risk",
    category: Risk,
    level: Warn,
    reason: "of a tool without a risk a client cannot tell whether to ask before it calls",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
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
