use mcp_scopes_prm::json::Json;

use crate::{
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-resource-name",
    category: Document,
    level: Warn,
    summary: "document without `resource_name`",
    reason: "consent screens show the name, and without a name they show an address",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(top) = document.value("").filter(|json| matches!(json, Json::Object(_))) else { return };
    // `missing-untagged-member` reports a name that exists only with a language tag.
    let translated = document.draft.document.other.keys().any(|name| name.starts_with("resource_name#"));
    let stated = top.get("resource_name");
    if stated.is_none() && !translated {
        let help = "add `resource_name`: the name that users know";
        reporter
            .report("the document has no `resource_name`")
            .at(&document.place(""))
            .about("/resource_name")
            .help(help);
    } else if stated.and_then(|name| name.as_str()).is_some_and(|name| name.trim().is_empty()) {
        let message = "`/resource_name` is empty";
        reporter
            .report(message)
            .at(&document.place("/resource_name"))
            .about("/resource_name")
            .help("write the name that users know");
    }
}
