use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "authorization-server-member",
    category: Document,
    level: Warn,
    summary: "member of authorization server metadata in the document of a resource",
    reason: "clients read these members from the authorization server and ignore them here",
    section: "RFC 8414 §2",
    check: document(check),
};

/// Members of RFC 8414 and related standards, and the likely intended members.
const MEMBERS: &[(&str, &str)] = &[
    ("authorization_endpoint", ""),
    ("code_challenge_methods_supported", ""),
    ("device_authorization_endpoint", ""),
    ("end_session_endpoint", ""),
    ("grant_types_supported", ""),
    ("id_token_signing_alg_values_supported", ""),
    ("introspection_endpoint", ""),
    ("issuer", "authorization_servers"),
    ("op_policy_uri", "resource_policy_uri"),
    ("op_tos_uri", "resource_tos_uri"),
    ("protected_resources", "resource"),
    ("pushed_authorization_request_endpoint", ""),
    ("registration_endpoint", ""),
    ("response_modes_supported", ""),
    ("response_types_supported", ""),
    ("revocation_endpoint", ""),
    ("service_documentation", "resource_documentation"),
    ("subject_types_supported", ""),
    ("token_endpoint", ""),
    ("token_endpoint_auth_methods_supported", ""),
    ("userinfo_endpoint", ""),
];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for name in document.draft.document.other.keys() {
        let Some((_, meant)) = MEMBERS.iter().find(|(known, _)| known == name) else { continue };
        let at = below("", name);
        let message = format!("`{name}` is a member of authorization server metadata");
        let help = match *meant {
            "" => "remove it; clients read it from the metadata of the issuer in `authorization_servers`".to_owned(),
            meant => format!("write `{meant}` if that is intended, or remove it"),
        };
        reporter.report(message).at(&document.place(&at)).about(&*at).help(help);
    }
}
