use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "resource-well-known",
    category: Document,
    level: Warn,
    summary: "resource identifier that is the address of a document",
    reason: "the well-known path locates the metadata, so no client requests a token for it",
    section: "RFC 9728 §3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Resource) {
        if stated.parts.path.split('/').any(|segment| segment == ".well-known") {
            let message = format!("the resource identifier `{}` is the address of a document", stated.text);
            let help = "write the address at which clients call the server";
            reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
        }
    }
}
