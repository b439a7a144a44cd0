use crate::{
    lint_model::Table,
    patterns::Patterns,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "redundant-pattern",
    category: Policy,
    level: Warn,
    summary: "policy pattern that another pattern of the list covers",
    reason: "the narrower pattern has no effect, and hides how much the wider one blocks",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let mut patterns = Patterns::new();
    for tool in table.tools.iter().map(|listed| &*listed.tool).filter(|tool| tool.own) {
        let policy = &tool.policy;
        for (member, list, are_globs) in [
            ("blocked_after", &policy.blocked_after, false),
            ("requires_approval_after", &policy.requires_approval_after, false),
            ("blocked_patterns", &policy.blocked_patterns, true),
        ] {
            for (place, said) in list.iter().enumerate() {
                let mut holds = |wide: &str, narrow: &str| {
                    if are_globs { patterns.glob_holds(wide, narrow) } else { patterns.holds(wide, narrow) }
                };
                // Of two equivalent patterns, the first is kept.
                let other = list.iter().enumerate().find(|(at, wide)| {
                    *at != place && holds(&wide.value, &said.value) && (*at < place || !holds(&said.value, &wide.value))
                });
                let Some((_, wide)) = other else { continue };
                let message = if wide.value == said.value {
                    format!("`{}` is repeated in `{member}` of tool `{}`", said.value, tool.name.value)
                } else {
                    let (narrow, wide) = (&said.value, &wide.value);
                    format!("`{narrow}` in `{member}` of tool `{}` is covered by `{wide}`", tool.name.value)
                };
                let help = format!("remove `{}`, or the wider pattern if it was not intended", said.value);
                reporter.report(message).at(&said.place).about(&*tool.name.value).help(help);
            }
        }
    }
}
