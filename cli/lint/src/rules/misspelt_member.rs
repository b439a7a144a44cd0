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

/// Names that people write for members, and the standard names.
const ALIASES: &[(&str, &str)] = &[
    ("auth_servers", "authorization_servers"),
    ("authorization_server_urls", "authorization_servers"),
    ("bearer_method", "bearer_methods_supported"),
    ("bearer_methods", "bearer_methods_supported"),
    ("documentation", "resource_documentation"),
    ("documentation_uri", "resource_documentation"),
    ("documentation_url", "resource_documentation"),
    ("policy_uri", "resource_policy_uri"),
    ("privacy_policy_uri", "resource_policy_uri"),
    ("resource_documentation_uri", "resource_documentation"),
    ("resource_id", "resource"),
    ("resource_identifier", "resource"),
    ("resource_server", "resource"),
    ("resource_uri", "resource"),
    ("resource_url", "resource"),
    ("scopes", "scopes_supported"),
    ("server_name", "resource_name"),
    ("supported_scopes", "scopes_supported"),
    ("terms_of_service", "resource_tos_uri"),
    ("tos_uri", "resource_tos_uri"),
];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for member in document.draft.unknown_members() {
        let Some((around, name)) = member.pointer.rsplit_once('/') else { continue };
        let alias = ALIASES.iter().find(|(alias, _)| around.is_empty() && *alias == name).map(|(_, meant)| *meant);
        let near = || member.nearest.filter(|meant| distance(&plain(name), &plain(meant)) <= LETTERS);
        let Some(meant) = alias.or_else(near) else { continue };
        // If the known member also exists, the similar one is a custom member.
        if document.value(&format!("{around}/{meant}")).is_some() {
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

#[cfg(test)]
mod tests {
    #[test]
    fn aliases_are_sorted() {
        assert!(super::ALIASES.is_sorted());
    }
}
