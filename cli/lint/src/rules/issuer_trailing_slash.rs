use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "issuer-trailing-slash",
    category: Document,
    level: Warn,
    summary: "issuer with a trailing slash",
    reason: "clients compare the issuer with the authorization server's metadata code point by code point",
    section: "RFC 8414 §3.3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Issuer && stated.parts.path.ends_with('/')) {
        let message = format!("the issuer `{}` ends with a slash", stated.text);
        let help = format!(
            "write `{}`, unless the `issuer` of the authorization server's metadata ends with a slash",
            stated.text.trim_end_matches('/')
        );
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}
