use crate::{
    lint_model::{Origin, Table},
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
    reason: "clients fall back to asking for all of `scopes_supported`: its size is the consent screen's",
    section: "MCP 2026-07-28, Authorization, Scope Selection Strategy",
    options: &[RuleOption { name: "max_scopes", default: OptionValue::Int(20), docs: "how many scopes may be advertised" }],
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let many = reporter.int("max_scopes");
    let count = table.supported.len();
    let bytes = REST + table.supported.iter().map(|scope| encoded(&scope.value) + 1).sum::<usize>();
    let message = if bytes > LINE {
        format!(
            "`scopes_supported` makes authorization requests of {bytes} bytes; many servers refuse more than {LINE}"
        )
    } else if count > many {
        format!("`scopes_supported` lists {count} scopes, and clients ask for all of them; {many} can still be read")
    } else {
        return;
    };
    let help = match table.origin {
        Origin::Source => {
            "state the few that basic use needs: `baseline = [\"..\"]` under `[server]` in `mcp-scopes.toml`"
        }
        Origin::Document => "list the few that basic use needs; challenges ask for the others",
    };
    // In source, the table has to change, wherever the scopes come from.
    let place = if table.origin == Origin::Document { &table.supported_place } else { &table.place };
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
