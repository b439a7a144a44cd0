use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unknown-alg",
    category: Document,
    level: Warn,
    summary: "algorithm that is not registered",
    reason: "clients compare algorithm names case-sensitively and ignore unknown ones",
    section: "RFC 9728 §2",
    check: document(check),
};

/// The names for digital signatures in the registry "JSON Web Signature and Encryption Algorithms".
const KNOWN: &[&str] = &[
    "ES256",
    "ES256K",
    "ES384",
    "ES512",
    "Ed25519",
    "Ed448",
    "EdDSA",
    "HS256",
    "HS384",
    "HS512",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
    "PS256",
    "PS384",
    "PS512",
    "RS256",
    "RS384",
    "RS512",
    "none",
];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let members = &document.draft.document;
    for (pointer, names) in [
        ("/resource_signing_alg_values_supported", &members.resource_signing_alg_values_supported),
        ("/dpop_signing_alg_values_supported", &members.dpop_signing_alg_values_supported),
    ] {
        for (number, name) in names.iter().enumerate().filter(|(_, name)| !KNOWN.contains(&name.as_str())) {
            let at = below(pointer, &number.to_string());
            let help = match KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(known) => format!("write `{known}`"),
                None => "write the name of a signature algorithm, such as `ES256`".to_owned(),
            };
            let message = format!("`{}` is not a registered signature algorithm", name.escape_debug());
            reporter.report(message).at(&document.place(&at)).about(&*at).help(help);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted() {
        assert!(super::KNOWN.is_sorted());
    }
}
