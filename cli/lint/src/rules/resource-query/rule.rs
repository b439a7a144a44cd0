//! `resource-query`: reports a resource identifier with a query.

use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "resource-query",
    category: Category::Document,
    level: Setting::Warn,
    reason: "queries are reordered, cut off and logged, and identifiers are compared code point by code point",
    section: "RFC 9728 §1.2",
    docs: include_str!("../../../rules/resource-query.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Resource && stated.parts.query.is_some()) {
        let message = format!("the resource identifier `{}` has a query", stated.text.escape_debug());
        let help = "tell servers apart by their paths, unless the query is what tells them apart";
        reporter.report(&stated.place, &*stated.subject, message, help);
    }
}
