//! `resource-well-known`: reports a resource identifier that is the address of its document.

use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "resource-well-known",
    category: Category::Document,
    level: Setting::Warn,
    reason: "the well-known path is where the document of a resource is, so that no client asks for a resource with it",
    section: "RFC 9728 §3",
    docs: include_str!("../../../rules/resource-well-known.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Resource) {
        if stated.parts.path.split('/').any(|segment| segment == ".well-known") {
            let message = format!("the resource `{}` is the address of a document", stated.text);
            let help = "write the address at which clients call the server";
            reporter.report(&stated.place, &*stated.subject, message, help);
        }
    }
}
