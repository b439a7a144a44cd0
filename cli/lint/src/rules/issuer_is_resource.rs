use crate::{
    addresses::{Use, of_table},
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "issuer-is-resource",
    category: Document,
    level: Allow,
    reason: "a token whose issuer and audience are one text can be taken for a token of the other kind",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let all = of_table(table);
    let resources: Vec<&str> =
        all.iter().filter(|stated| stated.is == Use::Resource).map(|stated| plain(stated.text)).collect();
    for stated in all.iter().filter(|stated| stated.is == Use::Issuer && resources.contains(&plain(stated.text))) {
        let message = format!("`{}` is the authorization server and the resource at once", stated.text);
        let help = "give the resource a path of its own, such as `/mcp`, or name the server that issues the tokens";
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}

fn plain(text: &str) -> &str {
    text.trim_end_matches('/')
}
