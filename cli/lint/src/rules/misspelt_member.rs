use mcp_scopes_model::nearest::distance;

use crate::{
    fixes,
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "misspelt-member",
    category: Document,
    level: Warn,
    summary: "member whose name is almost that of a standard member",
    reason: "clients ignore unknown members, so the value has no effect",
    section: "RFC 9728 §2",
    check: document(check),
};

/// Maximum number of wrong letters. Real documents have custom members that differ from a known one by four letters.
const LETTERS: usize = 2;

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for member in document.draft.unknown_members() {
        let (Some(meant), Some((around, name))) = (member.nearest, member.pointer.rsplit_once('/')) else { continue };
        // If the known member also exists, the similar one is a custom member.
        let exists = document.value(&format!("{around}/{meant}")).is_some();
        if exists || distance(&plain(name), &plain(meant)) > LETTERS {
            continue;
        }
        let message = format!("unknown member `{name}`, similar to `{meant}`");
        let help = format!("write `{meant}`, or rename your custom member");
        let fix = fixes::renamed_member(document, &member.pointer, meant);
        reporter.report(message).at(&document.place(&member.pointer)).about(&*member.pointer).help(help).fix(fix);
    }
}

/// Returns the letters of a name without separators.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
