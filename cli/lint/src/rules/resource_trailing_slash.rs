use mcp_scopes_scan::Fix;

use crate::{
    addresses::{StatedAddress, Use, of_table},
    lint_model::{InputKind, ParsedDocument, Profile, Table},
    reporter::{Reported, Reporter},
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "resource-trailing-slash",
    category: Document,
    level: Warn,
    summary: "resource identifier with a trailing slash",
    reason: "clients add or remove the slash, and the identifier no longer matches",
    section: "MCP 2026-07-28, Authorization, Canonical Server URI",
    check: table(source) and document(document),
};

fn source(table: &Table, reporter: &mut Reporter<'_>) {
    if table.input == InputKind::Source {
        for stated in with_slash(table) {
            report(&stated, reporter);
        }
    }
}

fn document(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    if document.profile != Profile::Mcp {
        return;
    }
    // Clients use the identifier that the document was requested for.
    let asked =
        |stated: &StatedAddress<'_>| stated.subject == "/resource" && document.expected_resource == Some(stated.text);
    for stated in with_slash(&document.table).into_iter().filter(|stated| !asked(stated)) {
        report(&stated, reporter).fix(fix(document, &stated));
    }
}

fn with_slash(table: &Table) -> Vec<StatedAddress<'_>> {
    let mut all = of_table(table);
    all.retain(|stated| stated.is == Use::Resource && stated.parts.path.ends_with('/') && stated.parts.query.is_none());
    all
}

fn report<'h>(stated: &StatedAddress<'_>, reporter: &'h mut Reporter<'_>) -> Reported<'h> {
    let message = format!("the resource identifier `{}` ends with a slash", stated.text);
    let help = format!("write `{}`, unless clients use the identifier with the slash", without(stated));
    reporter.report(message).at(&stated.place).about(&*stated.subject).help(help)
}

fn without<'a>(stated: &StatedAddress<'a>) -> &'a str {
    stated.text.trim_end_matches('/')
}

/// Tokens and clients may contain the identifier, so a person has to review the fix.
fn fix(document: &ParsedDocument<'_>, stated: &StatedAddress<'_>) -> Option<Fix> {
    let text = serde_json::to_string(without(stated)).ok()?;
    let fix = Fix::risky(format!("write `{}`", without(stated)));
    Some(fix.edit(&document.file, document.range(&stated.subject)?, text))
}
