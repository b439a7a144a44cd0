//! `risky-name`: a tool's risk is not below what its name says.

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::Package,
        words::suggested,
    },
};

pub(super) const RULE: Rule = Rule {
    id: "risky-name",
    category: Category::Risk,
    level: Setting::Warn,
    reason: "a risk below the truth lets clients approve calls without asking",
    section: "MCP 2026-07-28, Tools, Security Considerations",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = "# risky-name

Words such as `delete`, `exec`, `drop` or `transfer` in a tool's name suggest a risk of at least `high`; `write`, `send`,
`remove` or `deploy` one of at least `medium`. A tool that states less is reported. Names that begin with a word for looking
(`get_transfer`, `list_deleted`) are left alone.

If the name is true and the risk is too, say so in another name: `drop_table` that drops a temporary table is `discard_draft`.
";

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for tool in &package.tools {
        let Some((word, least)) = suggested(&tool.name.value) else { continue };
        let stated = tool.risk.value;
        if stated < least {
            let (name, stated, least) = (&tool.name.value, stated.as_str(), least.as_str());
            let message =
                format!("tool `{name}` states the risk `{stated}`, but `{word}` in its name suggests `{least}`");
            let help = format!("write `risk = \"{least}\"`, or a name that says what it does");
            hits.push(Finding::warning(RULE.id, message).help(help).at(tool.risk.place.clone()).about(&**name));
        }
    }
}
