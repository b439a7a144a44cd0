//! `missing-description`: every tool says what it does.

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
    },
};

pub(super) const RULE: Rule = Rule {
    id: "missing-description",
    category: Category::Document,
    level: Setting::Warn,
    reason: "a person who approves a call, and a model that makes it, have the description to go by",
    section: "MCP 2026-07-28, Tools",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = r#"# missing-description

A tool's description is the key `description`, or else the doc comment of its function, or else the text of the SDK's
attribute. A tool with none of them is reported.

```rust
/// Delete a file for good
#[mcp_tool(risk = "high")]
fn delete_file(path: String) {}
```
"#;

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for tool in &package.tools {
        if tool.description.value.trim().is_empty() {
            let message = format!("tool `{}` does not say what it does", tool.name.value);
            let help = "write a doc comment above the function, or `description = \"..\"`";
            hits.push(Finding::warning(RULE.id, message).help(help).at(tool.place.clone()).about(&*tool.name.value));
        }
    }
}
