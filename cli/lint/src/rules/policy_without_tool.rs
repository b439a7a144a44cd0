use mcp_scopes_model::nearest::Nearest;

use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "policy-without-tool",
    category: Policy,
    level: Warn,
    summary: "policy for a tool that the document does not list",
    reason: "a policy for an unknown tool limits nothing",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(extensions) = &document.draft.document.mcp_extensions else { return };
    let tools = &extensions.tool_scope_mapping;
    // Without a list of tools there is nothing to compare with.
    if tools.is_empty() {
        return;
    }
    for name in extensions.tool_interaction_policies.keys().filter(|name| !tools.contains_key(*name)) {
        let near = tools.keys().fold(Nearest::to(name), |search, tool| search.or(tool)).found();
        let help = near.map_or_else(
            || "list the tool in `tool_scope_mapping`, or remove the policy".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let place = document.place(&below("/mcp_extensions/tool_interaction_policies", name));
        reporter.report(format!("the policy for `{name}` belongs to no tool")).at(&place).about(name).help(help);
    }
}
