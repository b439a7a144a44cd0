use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "symmetric-signing-alg",
    category: Document,
    level: Warn,
    summary: "symmetric algorithm for signed responses",
    reason: "a reader that can verify an HMAC can forge it, and the keys in `jwks_uri` are public",
    section: "RFC 7518 §3.2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let algorithms = document.draft.document.resource_signing_alg_values_supported.iter();
    for (number, algorithm) in algorithms.enumerate().filter(|(_, algorithm)| algorithm.starts_with("HS")) {
        let at = below("/resource_signing_alg_values_supported", &number.to_string());
        let message = format!("`{}` uses a secret that every client would need", algorithm.escape_debug());
        reporter
            .report(message)
            .at(&document.place(&at))
            .about(&*at)
            .help("write an algorithm with a key pair, such as `ES256` or `EdDSA`, or remove the member");
    }
}
