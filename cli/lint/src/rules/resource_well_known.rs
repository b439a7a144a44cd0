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
    reason: "the well-known path is where the document of a resource is, so that no client asks for a resource with it",
    section: "RFC 9728 §3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table).iter().filter(|stated| stated.is == Use::Resource) {
        if stated.parts.path.split('/').any(|segment| segment == ".well-known") {
            let message = format!("the resource `{}` is the address of a document", stated.text);
            let help = "write the address at which clients call the server";
            reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
        }
    }
}
