use mcp_scopes_prm::{Document, json::Json};

use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "signed-metadata-differs",
    category: Document,
    level: Warn,
    summary: "difference between signed and plain metadata",
    reason: "clients that verify signatures and clients that do not would use different values",
    section: "RFC 9728 §2.2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(Json::Object(claims)) = document.draft.unverified_claims() else { return };
    let pointer = "/signed_metadata";
    for name in Document::MEMBERS.iter().filter(|name| **name != "signed_metadata") {
        let (signed, plain) = (claims.get(*name), document.value(&below("", name)));
        let message = match (signed, plain) {
            (Some(signed), Some(plain)) if signed != plain => {
                format!("the signed value of `{name}` differs from the plain value")
            }
            (None, Some(_)) if *name == "resource" => "the signed metadata lacks `resource`".to_owned(),
            _ => continue,
        };
        let help = "sign the document again";
        reporter.report(message).at(&document.place(pointer)).about(format!("{pointer}/{name}")).help(help);
    }
}
