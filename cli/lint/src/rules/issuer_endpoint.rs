use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "issuer-endpoint",
    category: Document,
    level: Warn,
    summary: "issuer that is the address of an endpoint or of metadata",
    reason: "clients derive the metadata address from the issuer, and that derived from an endpoint does not exist",
    section: "RFC 9728 §2",
    check: table(check),
};

/// The last path segments of endpoints.
const ENDPOINTS: &[&str] = &[
    "authorize",
    "certs",
    "introspect",
    "introspection",
    "jwks",
    "jwks.json",
    "openid-configuration",
    "register",
    "revoke",
    "token",
    "userinfo",
];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Issuer) {
        let path = stated.parts.path.trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or("");
        let what = if path.contains("/.well-known/") {
            "the address of metadata"
        } else if ENDPOINTS.contains(&last.to_ascii_lowercase().as_str()) {
            "the address of an endpoint"
        } else {
            continue;
        };
        let message = format!("the issuer `{}` looks like {what}", stated.text);
        let help = "write the `issuer` of the authorization server's metadata";
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn endpoints_are_sorted() {
        assert!(super::ENDPOINTS.is_sorted());
    }
}
