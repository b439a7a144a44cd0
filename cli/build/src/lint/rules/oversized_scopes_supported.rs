//! `oversized-scopes-supported`: the document does not advertise more than a consent screen can show.

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
    },
};

/// This many scopes a person may still read.
const MANY: usize = 20;
/// Servers and proxies commonly take request lines of this many bytes.
const LINE: usize = 8 * 1024;
/// What the rest of an authorization request takes, roughly.
const REST: usize = 512;

pub(super) const RULE: Rule = Rule {
    id: "oversized-scopes-supported",
    category: Category::Document,
    level: Setting::Warn,
    reason: "clients fall back to asking for all of `scopes_supported`: its size is the consent screen's",
    section: "MCP 2026-07-28, Authorization, Scope Selection Strategy",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = r#"# oversized-scopes-supported

Clients that meet no `scope` in a challenge request everything that `scopes_supported` lists. More than 20 scopes are
reported: nobody reads such a consent screen, and a client is known that broke at 48. So is a list that makes the
authorization request longer than 8 KB, which servers and proxies commonly refuse.

State what basic use needs: `baseline = [".."]` under `[server]`. Challenges ask for the rest when it is needed.
"#;

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for table in &package.tables {
        let supported = table.supported();
        let bytes = REST + supported.iter().map(|scope| encoded(scope) + 1).sum::<usize>();
        let message = if bytes > LINE {
            format!(
                "`scopes_supported` makes authorization requests of {bytes} bytes; many servers refuse more than {LINE}"
            )
        } else if supported.len() > MANY {
            format!(
                "`scopes_supported` lists {} scopes, and clients ask for all of them; {MANY} can still be read",
                supported.len()
            )
        } else {
            continue;
        };
        let help = "state the few that basic use needs: `baseline = [\"..\"]` under `[server]` in `mcp-scopes.toml`";
        hits.push(
            Finding::warning(RULE.id, message).help(help).at(table.found.place.clone()).about(&*table.found.name),
        );
    }
}

/// How long a scope is in a query string.
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
