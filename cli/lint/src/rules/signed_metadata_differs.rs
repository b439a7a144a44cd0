use mcp_scopes_prm::{Document as Members, Json};

use crate::{
    lint_model::{Document, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "signed-metadata-differs",
    category: Document,
    level: Warn,
    reason: "what is signed takes precedence, so that readers that check signatures and readers that do not trust different things",
    section: "RFC 9728 §2.2",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let Some(Json::Object(claims)) = document.draft.unverified_claims() else { return };
    let pointer = "/signed_metadata";
    for name in Members::MEMBERS.iter().filter(|name| **name != "signed_metadata") {
        let (signed, plain) = (claims.get(*name), document.value(&below("", name)));
        let message = match (signed, plain) {
            (Some(signed), Some(plain)) if signed != plain => {
                format!("`{name}` is signed with another value than it has beside")
            }
            (None, Some(_)) if *name == "resource" => "`resource` is not among what is signed".to_owned(),
            _ => continue,
        };
        let help = "sign the document as it is";
        reporter.report(message).at(&document.place(pointer)).about(format!("{pointer}/{name}")).help(help);
    }
}
