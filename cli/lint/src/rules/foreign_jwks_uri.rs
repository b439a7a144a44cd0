use mcp_scopes_model::address::Address;

use crate::{
    addresses::{Use, of_document},
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "foreign-jwks-uri",
    category: Document,
    level: Warn,
    summary: "`jwks_uri` on the host of the authorization server",
    reason: "the member names the keys of the resource, and clients would verify its signatures with other keys",
    section: "RFC 9728 §2",
    check: document(check),
};

/// The ends of hosts that publish the keys of tokens, and never those of a resource.
const PROVIDERS: [&str; 8] = [
    ".amazonaws.com",
    ".auth0.com",
    ".clerk.accounts.dev",
    ".googleapis.com",
    ".microsoftonline.com",
    ".okta.com",
    ".onelogin.com",
    ".supabase.co",
];
/// The host of Amazon Cognito. Other hosts of Amazon can be those of a server.
const COGNITO: &str = "cognito-idp.";

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let members = &document.draft.document;
    let host = |text: &str| Address::parse(text).ok().map(|address| address.host.to_ascii_lowercase());
    let own = members.resource.as_deref().and_then(host);
    let issuers: Vec<String> = members.authorization_servers.iter().filter_map(|issuer| host(issuer)).collect();
    for stated in of_document(document).iter().filter(|stated| stated.is == Use::Keys) {
        let keys = stated.parts.host.to_ascii_lowercase();
        let of_provider = PROVIDERS.iter().any(|end| keys.ends_with(end))
            && (keys.starts_with(COGNITO) || !keys.ends_with(".amazonaws.com"));
        if own.as_deref() == Some(keys.as_str()) || !(issuers.contains(&keys) || of_provider) {
            continue;
        }
        let message = format!("`jwks_uri` has the host `{keys}`, which publishes the keys of tokens");
        let help = "remove it, unless the server signs its responses; clients do not verify access tokens";
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}
