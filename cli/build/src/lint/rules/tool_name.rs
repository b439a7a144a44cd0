//! `tool-name`: a tool's name is one that every client takes.

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
    },
};

/// The longest name that SEP-986 and many clients take.
const PORTABLE: usize = 64;

pub(super) const RULE: Rule = Rule {
    id: "tool-name",
    category: Category::Naming,
    level: Setting::Warn,
    reason: "clients refuse or cut names that are too long or hold other characters",
    section: "MCP 2026-07-28, Tools; SEP-986",
    docs: DOCS,
    check: Check::Both(&["bad-tool-name"], check),
};

const DOCS: &str = "# tool-name

MCP allows 1 to 128 of `A-Z a-z 0-9 _ . -`; what is outside of that is an error, which the compiler reports too. SEP-986
says 64 characters, and many clients refuse more: a longer name is a warning.
";

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for tool in &package.tools {
        let length = tool.name.value.len();
        if length > PORTABLE && length <= mcp_scopes_model::tool::MAX_TOOL_NAME {
            let message =
                format!("tool name `{}` has {length} characters; many clients take {PORTABLE}", tool.name.value);
            let help = "give it a shorter `name = \"..\"`";
            hits.push(
                Finding::warning(RULE.id, message).help(help).at(tool.name.place.clone()).about(&*tool.name.value),
            );
        }
    }
}
