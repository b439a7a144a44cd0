use crate::{
    lint_model::{Document, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "symmetric-signing-alg",
    category: Document,
    level: Warn,
    reason: "whoever can check an HMAC can forge one, and the keys in `jwks_uri` are public",
    section: "RFC 7518 §3.2",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let algorithms = document.draft.document.resource_signing_alg_values_supported.iter();
    for (number, algorithm) in algorithms.enumerate().filter(|(_, algorithm)| algorithm.starts_with("HS")) {
        let at = below("/resource_signing_alg_values_supported", &number.to_string());
        let message =
            format!("`{}` signs with a secret that every reader would have to hold", algorithm.escape_debug());
        reporter
            .report(message)
            .at(&document.place(&at))
            .about(&*at)
            .help("write `ES256`, `EdDSA` or the like, or leave the member out");
    }
}
