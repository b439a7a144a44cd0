use crate::{
    lint_model::{InputKind, Table},
    reporter::Reporter,
    rule::{OptionValue, Rule, RuleOption, rule},
};

/// Maximum length of a request line that servers and proxies commonly accept, in bytes.
const LINE: usize = 8 * 1024;
/// Approximate length of the rest of an authorization request.
const REST: usize = 512;

pub(super) const RULE: Rule = rule! {
    id: "oversized-scopes-supported",
    category: Document,
    level: Warn,
    summary: "`scopes_supported` with more scopes than a consent screen can show",
    reason: "clients request all of `scopes_supported` if no challenge names scopes",
    section: "MCP 2026-07-28, Authorization, Scope Selection Strategy",
    options: &[RuleOption { name: "max_scopes", default: OptionValue::Int(20), docs: "maximum number of advertised scopes" }],
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let many = reporter.int("max_scopes");
    let count = table.supported.len();
    let bytes = REST + table.supported.iter().map(|scope| encoded(&scope.value) + 1).sum::<usize>();
    let message = if bytes > LINE {
        format!(
            "`scopes_supported` makes authorization requests of {bytes} bytes; many servers reject more than {LINE}"
        )
    } else if count > many {
        format!("`scopes_supported` lists {count} scopes, and clients request all of them; the maximum is {many}")
    } else {
        return;
    };
    let help = match table.input {
        InputKind::Source => {
            "list only the scopes that basic use requires: `baseline = [\"..\"]` under `[server]` in `mcp-scopes.toml`"
        }
        InputKind::Document => "list only the scopes that basic use requires; challenges request the others",
    };
    // In source, the table has to change, wherever the scopes come from.
    let place = if table.input == InputKind::Document { &table.supported_place } else { &table.place };
    reporter.report(message).at(place).about(&*table.name).help(help);
}

/// Returns the length of a scope in a query string.
fn encoded(scope: &str) -> usize {
    scope.bytes().map(|byte| if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn other_characters_take_three_bytes() {
        assert_eq!(super::encoded("a:b"), 5);
    }
}
