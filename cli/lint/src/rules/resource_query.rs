use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "resource-query",
    category: Document,
    level: Warn,
    summary: "resource identifier with a query",
    reason: "queries are reordered, truncated and logged, but identifiers are compared code point by code point",
    section: "RFC 9728 §1.2",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Resource && stated.parts.query.is_some()) {
        let message = format!("the resource identifier `{}` has a query", stated.text.escape_debug());
        let help = "distinguish servers by path, unless only the query can distinguish them";
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}
