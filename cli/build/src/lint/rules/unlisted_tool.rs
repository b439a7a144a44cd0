//! `unlisted-tool`: an annotated function is in a table.

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
    },
};

pub(super) const RULE: Rule = Rule {
    id: "unlisted-tool",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "a tool that no table lists is denied to everyone and published nowhere",
    section: "",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = "# unlisted-tool

A function that carries `#[mcp_tool]` is a tool of no server until a `scope_table!` lists it: by its name, through
`Type::*` of its `#[mcp_tools]`, or through a table that another one splices with `..`. Tables of other packages below the
path that is linted count as well.
";

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for tool in &package.tools {
        if !package.lists(tool) {
            let message = format!("tool `{}` is in no scope table", tool.name.value);
            let help = "list it in a `scope_table!`, or remove its annotation";
            hits.push(Finding::warning(RULE.id, message).help(help).at(tool.place.clone()).about(&*tool.name.value));
        }
    }
}
