use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "reserved-scope",
    category: LeastPrivilege,
    level: Warn,
    reason: "what these scopes ask for is between client and authorization server, and says nothing about a tool",
    section: "MCP 2026-07-28, Authorization, Refresh Tokens",
    check: table(check),
};

/// Scopes that request claims about the user (`OpenID` Connect Core 1.0 §5.4). A server may advertise them.
const CLAIMS: [&str; 4] = ["address", "email", "phone", "profile"];

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in &table.scopes {
        let text = scope.text.as_str();
        let needed = !scope.needed_by.is_empty();
        let asks = match text {
            "offline_access" => "a refresh token, which no server needs to be called",
            "openid" => "a token about the user's login, which opens no tool",
            text if needed && CLAIMS.contains(&text) => "claims about the user, which open no tool",
            _ => continue,
        };
        let help = if needed {
            "require a scope of your own for the tool"
        } else {
            "leave it out; a client that wants it asks for it by itself"
        };
        reporter.report(format!("scope `{text}` asks for {asks}")).at(&scope.place).about(text).help(help);
    }
}
