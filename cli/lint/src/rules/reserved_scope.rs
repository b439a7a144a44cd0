use std::collections::BTreeSet;

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "reserved-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "scope that OpenID Connect or OAuth reserves",
    reason: "a reserved scope requests identity data or refresh tokens and says nothing about a tool",
    section: "MCP 2026-07-28, Authorization, Refresh Tokens",
    check: table(check),
};

/// Scopes that request claims about the user (`OpenID` Connect Core 1.0 §5.4). A server may advertise them.
const CLAIMS: [&str; 4] = ["address", "email", "phone", "profile"];

/// Returns whether the scope has a meaning in `OpenID` Connect or OAuth, so that it cannot be the scope of a tool.
pub(super) fn is_reserved(scope: &str) -> bool {
    ["offline_access", "openid"].contains(&scope) || CLAIMS.contains(&scope)
}

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let contents: BTreeSet<&str> = table.content_scopes().collect();
    for scope in &table.scopes {
        let text = scope.text.as_str();
        let needed = !scope.needed_by.is_empty() || contents.contains(text);
        let asks = match text {
            "offline_access" => "a refresh token, which no call requires",
            "openid" => "an ID token, which opens no tool",
            text if needed && CLAIMS.contains(&text) => "claims about the user, which open no tool",
            _ => continue,
        };
        let help = if !scope.needed_by.is_empty() {
            "require a custom scope for the tool"
        } else if needed {
            "require a custom scope for the resource or prompt"
        } else {
            "remove it; clients that need it request it themselves"
        };
        reporter.report(format!("scope `{text}` requests {asks}")).at(&scope.place).about(text).help(help);
    }
}
