use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Content, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "catch-all-resource",
    category: Risk,
    level: Warn,
    summary: "resource that matches every URI, file or web address at less than high risk",
    reason: "it also opens what the server adds later, and its risk is that of the worst resource",
    check: table(check),
};

/// The schemes whose URIs are not names that the server has chosen.
const SHARED_SCHEMES: [&str; 6] = ["file", "ftp", "http", "https", "ws", "wss"];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for content in table.contents.iter().filter(|content| content.is_glob()) {
        let Some(what) = matched(content) else { continue };
        if content.risk.as_ref().is_some_and(|risk| risk.value >= Risk::High) {
            continue;
        }
        let name = &content.name.value;
        let risk = content.risk.as_ref().map_or_else(
            || "its risk is not stated".to_owned(),
            |risk| format!("its risk is `{}`", risk.value.as_str()),
        );
        let message = format!("resource `{name}` matches {what}, but {risk}");
        let place = content.risk.as_ref().map_or(&content.name.place, |risk| &risk.place);
        let help =
            "name what the server offers, such as `file:///srv/shared/*`, or state the risk of the worst resource";
        reporter.report(message).at(place).about(name).help(help);
    }
}

/// Returns what a glob matches if it limits nothing.
fn matched(content: &Content) -> Option<&'static str> {
    let is_open = |rest: &str| rest.contains('*') && rest.chars().all(|letter| matches!(letter, '*' | '?' | '/'));
    match content.name.value.split_once(':') {
        None => is_open(&content.name.value).then_some("every URI"),
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            let is_shared = SHARED_SCHEMES.contains(&&*scheme) || is_open(&scheme);
            let what = if scheme == "file" { "every file" } else { "every address" };
            (is_shared && is_open(rest)).then_some(what)
        }
    }
}
