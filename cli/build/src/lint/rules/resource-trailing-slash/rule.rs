//! `resource-trailing-slash`: the resource identifier does not end with a slash.

use crate::lint::{
    addresses::{Stated, Use, of_table},
    hits::Hits,
    rule::{Category, Check, Rule, Setting},
    view::{Document, Origin, Profile, Table},
};

pub(super) const RULE: Rule = Rule {
    id: "resource-trailing-slash",
    category: Category::Document,
    level: Setting::Warn,
    reason: "clients drop the slash or add one, and then the identifier is another",
    section: "MCP 2026-07-28, Authorization, Canonical Server URI",
    docs: include_str!("docs.md"),
    mirror: None,
    options: &[],
    check: Check::table(source).and(Check::document(document)),
};

fn source(table: &Table, hits: &mut Hits<'_>) {
    if table.origin == Origin::Source {
        report(&of_table(table), hits);
    }
}

fn document(document: &Document<'_>, hits: &mut Hits<'_>) {
    if document.profile == Profile::Mcp {
        report(&of_table(&document.table), hits);
    }
}

fn report(all: &[Stated<'_>], hits: &mut Hits<'_>) {
    for stated in all.iter().filter(|stated| stated.is == Use::Resource && stated.parts.path.ends_with('/')) {
        let message = format!("the resource identifier `{}` ends with a slash", stated.text);
        let help =
            format!("write `{}`, unless clients do call the server with the slash", stated.text.trim_end_matches('/'));
        hits.report(&stated.place, &*stated.subject, message, help);
    }
}
