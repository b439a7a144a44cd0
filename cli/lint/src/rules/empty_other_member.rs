use mcp_scopes_prm::json::Json;

use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "empty-other-member",
    category: Document,
    level: Warn,
    summary: "empty array or `null` as the value of a custom member",
    reason: "clients interpret an empty value differently, and RFC 9728 requires the member to be omitted",
    section: "RFC 9728 §3.2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for (name, value) in &document.draft.document.other {
        let what = match value {
            Json::Array(items) if items.is_empty() => "an empty array",
            Json::Null => "`null`",
            _ => continue,
        };
        let at = below("", name);
        reporter
            .report(format!("`{at}` is {what}, which has no defined meaning"))
            .at(&document.place(&at))
            .about(&*at)
            .help("remove the member");
    }
}
