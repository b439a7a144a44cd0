use mcp_scopes_prm::Json;

use crate::{
    lint_model::Document,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-scopes-supported",
    category: Document,
    level: Warn,
    reason: "a client that is told of no scope asks for none, or for all that the authorization server knows",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let table = &document.table;
    // If every listed tool is public, there is no scope to request.
    let open = !table.tools.is_empty() && table.tools.iter().all(|listed| listed.tool.public);
    let object = document.value("").is_some_and(|json| matches!(json, Json::Object(_)));
    if object && !table.supported_stated && !open {
        let help = "add `scopes_supported` with the few scopes that basic use needs";
        reporter
            .report("the document names no scopes to ask for")
            .at(&document.place(""))
            .about("/scopes_supported")
            .help(help);
    }
}
