use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "dpop-alg",
    category: Document,
    level: Warn,
    summary: "`none` or a symmetric algorithm for DPoP proofs",
    reason: "a DPoP proof has to be signed with a private key",
    section: "RFC 9449 §4.2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let algorithms = document.draft.document.dpop_signing_alg_values_supported.iter();
    for (number, algorithm) in algorithms.enumerate() {
        let why = match algorithm.as_str() {
            "none" => "means no signature",
            text if text.starts_with("HS") => "uses a shared secret",
            _ => continue,
        };
        let at = below("/dpop_signing_alg_values_supported", &number.to_string());
        let message = format!("`{}` {why}, but a DPoP proof requires a private key", algorithm.escape_debug());
        reporter
            .report(message)
            .at(&document.place(&at))
            .about(&*at)
            .help("write `ES256` or another algorithm with a key pair");
    }
}
