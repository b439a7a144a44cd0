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
    reason: "the issuer has to be the very text that the authorization server states, which rarely ends with a slash",
    section: "RFC 8414 §3.3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Issuer && stated.parts.path.ends_with('/')) {
        let message = format!("the issuer `{}` ends with a slash", stated.text);
        let help = format!(
            "write `{}`, or keep it if the authorization server's own `issuer` has it",
            stated.text.trim_end_matches('/')
        );
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}
