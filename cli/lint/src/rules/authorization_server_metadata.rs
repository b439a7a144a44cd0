use crate::{
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "authorization-server-metadata",
    category: Document,
    level: Warn,
    summary: "difference from the metadata of the authorization server",
    reason: "clients request scopes that the authorization server does not issue, and receive `invalid_scope`",
    section: "RFC 8414 §2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(server) = document.authorization_server else { return };
    let issuer = &server.issuer;
    let members = &document.draft.document;
    if !members.authorization_servers.contains(issuer) {
        let message = format!("`authorization_servers` does not name `{issuer}`, whose metadata was given");
        let help = "name the issuer, or give the metadata of one that is named";
        let at = "/authorization_servers";
        reporter.report(message).at(&document.place(at)).about(at).help(help);
        return;
    }
    // The member is optional, and without it the scopes are not known.
    let Some(known) = &server.scopes_supported else { return };
    for scope in document.table.supported.iter().filter(|scope| !known.contains(&scope.value)) {
        let message = format!("scope `{}` is not in `scopes_supported` of `{issuer}`", scope.value);
        let near =
            known.iter().fold(mcp_scopes_model::nearest::Nearest::to(&scope.value), |search, known| search.or(known));
        let help = match near.found() {
            Some(near) => format!("did you mean `{near}`?"),
            None => "create it at the authorization server, or remove it".to_owned(),
        };
        reporter.report(message).at(&scope.place).about(&*scope.value).help(help);
    }
}
