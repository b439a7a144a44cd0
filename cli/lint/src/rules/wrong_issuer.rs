use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "wrong-issuer",
    category: Document,
    level: Warn,
    summary: "issuer that a known authorization server never states",
    reason: "clients find metadata whose `issuer` differs, and have to reject it",
    section: "RFC 8414 §3.3",
    check: table(check),
};

/// The hosts of Microsoft Entra, for each of its clouds.
const ENTRA: [&str; 3] = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
/// Names for any tenant. Tokens state the tenant of the user.
const ANY_TENANT: [&str; 3] = ["common", "consumers", "organizations"];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Issuer) {
        let host = stated.parts.host.to_ascii_lowercase();
        let path = stated.parts.path.trim_end_matches('/');
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (why, help) = match (ENTRA.contains(&host.as_str()), parts.as_slice()) {
            (true, [tenant, ..]) if ANY_TENANT.contains(&tenant.to_ascii_lowercase().as_str()) => (
                "means any tenant, and tokens state the tenant of the user".to_owned(),
                format!("write the tenant of the server: `https://{host}/<tenant>/v2.0`"),
            ),
            (true, [tenant]) => (
                "lacks `/v2.0`, which the metadata of this address states".to_owned(),
                format!("write `https://{host}/{tenant}/v2.0`"),
            ),
            (_, [realm @ .., "protocol", "openid-connect"]) if !realm.is_empty() => (
                "is the address of endpoints of Keycloak".to_owned(),
                format!(
                    "write the address of the realm: `{}`",
                    stated.text.trim_end_matches('/').trim_end_matches("/protocol/openid-connect")
                ),
            ),
            _ => continue,
        };
        let message = format!("the issuer `{}` {why}", stated.text);
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}
