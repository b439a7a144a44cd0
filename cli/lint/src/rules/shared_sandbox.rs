use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "shared-sandbox",
    category: Sandbox,
    level: Warn,
    summary: "sandbox that accepts tokens of the live server",
    reason: "a token for the sandbox must not open the live server",
    section: "RFC 8707 §2",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let (Some(sandbox), Some(live)) = (&table.sandbox, &table.resource) else { return };
    let said = &sandbox.value;
    let issuers = !said.authorization_servers.is_empty()
        && said.authorization_servers.iter().all(|own| table.issuers.iter().any(|issuer| issuer.value == *own));
    let message = if said.resource.as_ref() == Some(&live.value) {
        format!("the sandbox has the resource identifier of the live server, `{}`", live.value)
    } else if issuers && said.resource.is_none() {
        "the sandbox has the issuers of the live server and no separate `resource`".to_owned()
    } else {
        return;
    };
    let help = "give the sandbox a separate `resource`, so that its tokens are not valid for the live server, or remove the key";
    reporter.report(message).at(&sandbox.place).about(&*table.name).help(help);
}
