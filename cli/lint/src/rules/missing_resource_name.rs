use mcp_scopes_prm::Json;

use crate::{
    lint_model::Document,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-resource-name",
    category: Document,
    level: Warn,
    reason: "the name is what a person sees who is asked for consent; without it there is an address",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let Some(top) = document.value("").filter(|json| matches!(json, Json::Object(_))) else { return };
    // `missing-untagged-member` reports a name that exists only with a language tag.
    let translated = document.draft.document.other.keys().any(|name| name.starts_with("resource_name#"));
    let stated = top.get("resource_name");
    if stated.is_none() && !translated {
        let help = "add `resource_name`, or in `mcp-scopes.toml` under `[server]`: the name that people know";
        reporter
            .report("the document does not name its server for people")
            .at(&document.place(""))
            .about("/resource_name")
            .help(help);
    } else if stated.and_then(|name| name.as_str()).is_some_and(|name| name.trim().is_empty()) {
        let message = "`/resource_name` is empty, so that people see no name";
        reporter
            .report(message)
            .at(&document.place("/resource_name"))
            .about("/resource_name")
            .help("write the name that people know");
    }
}
