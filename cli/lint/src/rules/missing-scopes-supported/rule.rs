//! `missing-scopes-supported`: reports documents without a list of scopes to request.

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
    docs: include_str!("../../../rules/missing-scopes-supported.md"),
    mirror: None,
    options: &[],
    check: Check::document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let table = &document.table;
    // If every listed tool is public, there is no scope to request.
    let open = !table.tools.is_empty() && table.tools.iter().all(|listed| listed.tool.public);
    let object = document.value("").is_some_and(|json| matches!(json, Json::Object(_)));
    if object && !table.supported_stated && !open {
        let help = "add `scopes_supported` with the few scopes that basic use needs";
        reporter.report(&document.place(""), "/scopes_supported", "the document names no scopes to ask for", help);
    }
}
