//! `scope-syntax`: a scope is a scope-token.

use crate::lint::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "scope-syntax",
    category: Category::Naming,
    level: Setting::Deny,
    reason: "a scope that is no scope-token cannot stand in a token, a challenge or a consent request",
    section: "RFC 6749 §3.3",
    docs: DOCS,
    check: Check::Shared(&["bad-scope"]),
};

const DOCS: &str = r#"# scope-syntax

A scope is one or more of the characters `!`, `#` to `[` and `]` to `~`: ASCII without space, double quote, backslash and
control characters. The space separates scopes in a token, the quote ends the `scope` of a challenge.

The compiler reports the same, so no setting changes this rule.

```rust
#[mcp_tool(scope = "files read", risk = "low")]   // holds a space
#[mcp_tool(scope = "files:read", risk = "low")]   // good
```
"#;
