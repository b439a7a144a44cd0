use crate::{
    addresses::{StatedAddress, of_document, of_table},
    lint_model::{ParsedDocument, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "address-userinfo",
    category: Document,
    level: Warn,
    summary: "address with user information in front of the host",
    reason: "a reader may take the user for the host, and the user information may contain a password",
    section: "RFC 3986 §3.2.1",
    check: table(table) and document(document),
};

fn table(table: &Table, reporter: &mut Reporter<'_>) {
    report(&of_table(table), reporter);
}

fn document(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    report(&of_document(document), reporter);
}

fn report(all: &[StatedAddress<'_>], reporter: &mut Reporter<'_>) {
    for stated in all.iter().filter(|stated| stated.parts.has_user()) {
        // The message omits the address, which may contain a password.
        let message = format!("the address of `{}` contains user information in front of the host", stated.parts.host);
        reporter
            .report(message)
            .at(&stated.place)
            .about(&*stated.subject)
            .help("remove the `@` and everything before it");
    }
}
