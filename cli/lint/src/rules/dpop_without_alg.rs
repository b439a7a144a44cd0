use crate::{
    lint_model::Document,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "dpop-without-alg",
    category: Document,
    level: Warn,
    reason: "a client that has to send a proof has to guess how to sign it",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let members = &document.draft.document;
    let named = document.value("/dpop_signing_alg_values_supported").is_some();
    if members.dpop_bound_access_tokens_required == Some(true) && !named {
        let pointer = "/dpop_bound_access_tokens_required";
        let message = "tokens have to be bound with DPoP, and no algorithm for it is named";
        let help = "add `dpop_signing_alg_values_supported`, such as `[\"ES256\"]`";
        reporter.report(message).at(&document.place(pointer)).about(pointer).help(help);
    }
}
