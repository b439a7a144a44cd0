use crate::{
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "signing-without-keys",
    category: Document,
    level: Warn,
    summary: "signing algorithms without `jwks_uri`",
    reason: "clients cannot verify signatures without the keys",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let members = &document.draft.document;
    let pairs =
        members.resource_signing_alg_values_supported.iter().any(|name| name != "none" && !name.starts_with("HS"));
    if pairs && document.value("/jwks_uri").is_none() {
        let pointer = "/resource_signing_alg_values_supported";
        let message = "signing algorithms are listed, but there is no `jwks_uri`";
        let help = "add `jwks_uri`, or remove the algorithms if responses are not signed";
        reporter.report(message).at(&document.place(pointer)).about(pointer).help(help);
    }
}
