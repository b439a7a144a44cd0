use crate::{
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "dpop-without-alg",
    category: Document,
    level: Warn,
    summary: "required DPoP without a list of algorithms",
    reason: "clients have to guess which algorithm the server accepts",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let members = &document.draft.document;
    let named = document.value("/dpop_signing_alg_values_supported").is_some();
    if members.dpop_bound_access_tokens_required == Some(true) && !named {
        let pointer = "/dpop_bound_access_tokens_required";
        let message = "the document requires DPoP, but lists no algorithm";
        let help = "add `dpop_signing_alg_values_supported`, such as `[\"ES256\"]`";
        reporter.report(message).at(&document.place(pointer)).about(pointer).help(help);
    }
}
