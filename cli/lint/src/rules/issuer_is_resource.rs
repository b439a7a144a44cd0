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
    summary: "issuer that equals the resource identifier",
    reason: "a token for the authorization server can be accepted as a token for the resource",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let all = of_table(table);
    let resources: Vec<&str> =
        all.iter().filter(|stated| stated.is == Use::Resource).map(|stated| plain(stated.text)).collect();
    for stated in all.iter().filter(|stated| stated.is == Use::Issuer && resources.contains(&plain(stated.text))) {
        let message = format!("`{}` is both the issuer and the resource identifier", stated.text);
        let help = "give the resource a separate path, such as `/mcp`, or name the server that issues the tokens";
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}

fn plain(text: &str) -> &str {
    text.trim_end_matches('/')
}
