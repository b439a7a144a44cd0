use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "shared-sandbox",
    category: Sandbox,
    level: Warn,
    reason: "a token for the sandbox that is good for the real thing makes it no sandbox",
    section: "RFC 8707 §2",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let (Some(sandbox), Some(live)) = (&table.sandbox, &table.resource) else { return };
    let said = &sandbox.value;
    let issuers = !said.authorization_servers.is_empty()
        && said.authorization_servers.iter().all(|own| table.issuers.iter().any(|issuer| issuer.value == *own));
    let message = if said.resource.as_ref() == Some(&live.value) {
        format!("the sandbox has the identifier of the server itself, `{}`", live.value)
    } else if issuers && said.resource.is_none() {
        "the sandbox has the server's own issuers and no identifier of its own".to_owned()
    } else {
        return;
    };
    let help = "give it a `resource` of its own, so that its tokens are for it alone, or remove the key";
    reporter.report(message).at(&sandbox.place).about(&*table.name).help(help);
}
