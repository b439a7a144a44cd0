//! `missing-scopes-supported`: a document says which scopes to ask for.

use mcp_scopes_prm::Json;

use crate::{
    lint_model::Document,
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "missing-scopes-supported",
    category: Category::Document,
    level: Setting::Warn,
    reason: "a client that is told of no scope asks for none, or for all that the authorization server knows",
    section: "RFC 9728 §2",
    docs: include_str!("docs.md"),
    mirror: None,
    options: &[],
    check: Check::document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let table = &document.table;
    // Where all that is said of the tools says that they are open to all, there is nothing to ask for.
    let open = !table.tools.is_empty() && table.tools.iter().all(|listed| listed.tool.public);
    let object = document.value("").is_some_and(|json| matches!(json, Json::Object(_)));
    if object && !table.supported_stated && !open {
        let help = "add `scopes_supported` with the few scopes that basic use needs";
        reporter.report(&document.place(""), "/scopes_supported", "the document names no scopes to ask for", help);
    }
}
