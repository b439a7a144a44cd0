//! `undeclared-scope`: every scope in use stands under `[scopes]`, if there is one.

use crate::lint::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "undeclared-scope",
    category: Category::LeastPrivilege,
    level: Setting::Deny,
    reason: "a misspelt scope opens a tool to nobody, or to whoever is granted the slip",
    section: "MCP 2026-07-28, Authorization",
    docs: DOCS,
    check: Check::Shared(&["undeclared-scope"]),
};

const DOCS: &str = r#"# undeclared-scope

Where `mcp-scopes.toml` has a section `[scopes]`, it is complete: each scope that a tool requires, a flow names or another
scope implies has to stand there. The nearest declared scope is offered.

The compiler reports the same, so no setting changes this rule; without `[scopes]` the table is inferred from the
annotations and nothing is reported.

```toml
[scopes]
"files:read" = { description = "Read files" }   # `files:raed` in an annotation is reported
```
"#;
