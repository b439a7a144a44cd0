use std::collections::BTreeMap;

use mcp_scopes_prm::Document;

use crate::{
    fixes,
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "language-tag",
    category: Document,
    level: Warn,
    summary: "member with an invalid language tag",
    reason: "clients do not show a member whose language tag they cannot parse",
    section: "RFC 9728 §2.1",
    check: document(check),
};

/// The members with text for people (RFC 9728 §2.1).
const READ: [&str; 4] = ["resource_name", "resource_documentation", "resource_policy_uri", "resource_tos_uri"];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let mut seen: BTreeMap<(String, String), &str> = BTreeMap::new();
    for name in document.draft.document.other.keys() {
        let Some((base, tag)) = name.split_once('#') else { continue };
        let at = below("", name);
        let place = document.place(&at);
        if Document::MEMBERS.contains(&base) && !READ.contains(&base) {
            let message = format!("`{base}` cannot have a language tag");
            reporter.report(message).at(&place).about(&*at).help(format!("write `{base}`"));
            continue;
        }
        let Some(usual) = usual(tag) else {
            let message = format!("invalid language tag `{}`", tag.escape_debug());
            reporter
                .report(message)
                .at(&place)
                .about(&*at)
                .help(format!("write a tag of BCP 47, such as `{base}#fr` or `{base}#pt-BR`"));
            continue;
        };
        if tag != usual {
            let message = format!("the language tag `{tag}` is registered as `{usual}`");
            let meant = format!("{base}#{usual}");
            let help = format!("write `{meant}`; member names are compared case-sensitively");
            // The rename would create a duplicate member.
            let exists = document.value(&below("", &meant)).is_some();
            let fix = (!exists).then(|| fixes::renamed_member(document, &at, &meant)).flatten();
            reporter.report(message).at(&place).about(&*at).help(help).fix(fix);
        }
        if let Some(first) = seen.insert((base.to_owned(), usual), name) {
            let message = format!("`{name}` and `{first}` are the same language");
            reporter.report(message).at(&place).about(&*at).help("keep one of them");
        }
    }
}

/// Returns the tag in the case of its registry (BCP 47, RFC 5646 §2.1.1); `None` if it is malformed (RFC 5646 §2.1).
fn usual(tag: &str) -> Option<String> {
    let parts: Vec<&str> = tag.split('-').collect();
    let (language, rest) = parts.split_first()?;
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let private = language.eq_ignore_ascii_case("x");
    if !letters(language) || !((2..=8).contains(&language.len()) || (private && !rest.is_empty())) {
        return None;
    }
    let mut usual = language.to_ascii_lowercase();
    // After a single letter, every subtag belongs to an extension and is in lower case.
    let mut extension = private;
    for part in rest {
        if !(1..=8).contains(&part.len()) || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        usual.push('-');
        let mut lower = part.to_ascii_lowercase();
        if !extension && part.len() == 2 && letters(part) {
            lower.make_ascii_uppercase();
        } else if !extension && part.len() == 4 && letters(part) {
            lower.get_mut(..1)?.make_ascii_uppercase();
        }
        usual.push_str(&lower);
        extension |= part.len() == 1;
    }
    // An extension has at least one subtag.
    let ends = rest.last().is_none_or(|last| last.len() > 1) || private;
    ends.then_some(usual)
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn normalizes_tags() {
        for (tag, expected) in [
            ("fr", Some("fr")),
            ("FR", Some("fr")),
            ("pt-br", Some("pt-BR")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("de-CH-1901", Some("de-CH-1901")),
            ("en-u-CA-gregory", Some("en-u-ca-gregory")),
            ("x-pirate", Some("x-pirate")),
            ("", None),
            ("f", None),
            ("fr_CA", None),
            ("fr-", None),
            ("en-u", None),
            ("français", None),
            ("abcdefghi", None),
        ] {
            assert_eq!(usual(tag).as_deref(), expected, "{tag}");
        }
    }
}
