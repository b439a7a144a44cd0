//! `wildcard-scope`: no scope that looks as if it matched others.

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
    },
};

pub(super) const RULE: Rule = Rule {
    id: "wildcard-scope",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "scopes are compared whole: `files:*` opens what requires `files:*`, and nothing else",
    section: "RFC 6749 §3.3",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = r#"# wildcard-scope

A scope with `*` as one of its parts (`*`, `files:*`, `*.read`) reads as if it covered others. Scopes are compared whole,
so it does not, and people who grant it believe to have granted more, or less, than they did. The way to let one scope
cover others is `implies`, which is published as `scope_hierarchy`.

```toml
[scopes]
"files:admin" = { description = "All of files", implies = ["files:read", "files:write"] }
```
"#;

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for table in &package.tables {
        for scope in &table.scopes {
            if scope.bare.split([':', '.', '/']).any(|part| part == "*" || part == "**") {
                let message = format!("scope `{}` looks like a wildcard, but scopes are compared whole", scope.text);
                let help =
                    "give it a name of its own and let it imply the others: `implies = [\"..\"]` under `[scopes]`";
                hits.push(Finding::warning(RULE.id, message).help(help).at(scope.place.clone()).about(&*scope.text));
            }
        }
    }
}
