use mcp_scopes_prm::json::Json;

use crate::{
    lint_model::{Listed, ParsedDocument},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-scopes-supported",
    category: Document,
    level: Warn,
    summary: "document without `scopes_supported`",
    reason: "a client that finds no scopes requests none, or every scope of the authorization server",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let table = &document.table;
    // If every listed tool is public, there is no scope to request.
    let open = !table.tools.is_empty() && table.tools.iter().all(Listed::needs_no_scope);
    let object = document.value("").is_some_and(|json| matches!(json, Json::Object(_)));
    if object && !table.supported_stated && !open {
        let help = "add `scopes_supported` with the scopes that basic use requires";
        reporter
            .report("the document has no `scopes_supported`")
            .at(&document.place(""))
            .about("/scopes_supported")
            .help(help);
    }
}
