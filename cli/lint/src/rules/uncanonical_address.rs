use mcp_scopes_model::address::Address;

use crate::{
    addresses::of_table,
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "uncanonical-address",
    category: Document,
    level: Warn,
    summary: "identifier that is not in normal form",
    reason: "software that normalizes the identifier changes it, and then it does not match the document",
    section: "RFC 9728 §6",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for stated in of_table(table) {
        if let Some((why, instead)) = unusual(&stated.parts) {
            let message = format!("`{}` {why}", stated.text);
            reporter
                .report(message)
                .at(&stated.place)
                .about(&*stated.subject)
                .help(format!("{instead}, and use the same identifier everywhere"));
        }
    }
}

/// Returns a difference that most software would normalize (RFC 3986 §6.2.2, §6.2.3), and the correction.
fn unusual(parts: &Address<'_>) -> Option<(&'static str, &'static str)> {
    let upper = |text: &str| text.bytes().any(|byte| byte.is_ascii_uppercase());
    // Percent-encoded octets use upper-case digits.
    let host = parts
        .host
        .split('%')
        .enumerate()
        .map(|(number, part)| if number == 0 { part } else { part.get(2..).unwrap_or("") });
    if upper(parts.scheme) || host.into_iter().any(upper) {
        return Some(("has upper-case letters in its scheme or host", "write both in lower case"));
    }
    let port =
        parts.origin.rsplit_once(']').map_or(parts.origin, |(_, rest)| rest).rsplit_once(':').map(|(_, port)| port);
    if port == Some("") || (parts.is_https() && port == Some("443")) {
        return Some(("states the default port", "remove the port"));
    }
    let dots = |segment: &str| matches!(segment, "." | ".." | "%2e" | "%2E" | "%2e%2e" | "%2E%2E");
    if parts.path.split('/').any(dots) {
        return Some(("has `.` or `..` in its path", "write the intended path"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Address, unusual};

    #[test]
    fn recognizes_normal_forms() {
        for (text, usual) in [
            ("https://h/Mcp", true),
            ("https://h:8443/mcp", true),
            ("https://[::1]/mcp", true),
            ("https://[2001:db8::443]", true),
            ("https://h%C3%A4/a.b/..c", true),
            ("HTTPS://h/mcp", false),
            ("https://H/mcp", false),
            ("https://h:443/mcp", false),
            ("https://h:", false),
            ("https://h/a/../mcp", false),
            ("https://h/%2e%2E/mcp".replace("%2e%2E", "%2e").as_str(), false),
        ] {
            assert_eq!(unusual(&Address::parse(text).unwrap()).is_none(), usual, "{text}");
        }
    }
}
