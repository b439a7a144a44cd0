//! The tokens that `docs/providers.md` shows are accepted as it says.

use mcp_scopes_server::token::Provider;
use serde_json::{Deserializer, Value, json};

use super::{server, token};
use crate::server::{Ask, RESOURCE};

const PAGE: &str = include_str!("../../../../../docs/providers.md");
const APPLICATION: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

/// Returns the JSON values of a section, in the order of the page.
fn tokens(section: &str) -> Vec<Value> {
    let blocks = section.split("```json\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    blocks.flat_map(|block| Deserializer::from_str(block).into_iter().map(Result::unwrap)).collect()
}

/// Returns the tool that the tokens of each section open, and the setting that the section states for each token.
fn settings() -> Vec<(&'static str, &'static str, Vec<Provider>)> {
    let keycloak = Provider::keycloak;
    let roles = [("reader", "files:read"), ("editor", "files:write")];
    vec![
        (
            "Microsoft Entra",
            "entra",
            vec![
                Provider::entra(APPLICATION),
                Provider::entra(APPLICATION).app_roles(),
                Provider::entra_v1("api://files"),
            ],
        ),
        ("Auth0", "plain", vec![Provider::auth0()]),
        ("Okta", "plain", vec![Provider::okta(RESOURCE)]),
        (
            "Keycloak",
            "plain",
            vec![
                keycloak(),
                keycloak().accept_missing_audience().clients(["editor"]),
                keycloak().audience("account").clients(["editor"]),
                keycloak().scopes_by_role(["realm_access", "roles"], [("editor", "files:read")]),
            ],
        ),
        ("Amazon Cognito", "cognito", vec![Provider::cognito(["1example23456789"]), Provider::cognito_resource()]),
        ("Zitadel", "plain", vec![Provider::zitadel("234567", ["123456"], roles)]),
        ("Duende IdentityServer", "plain", vec![Provider::duende()]),
        (
            "Supabase",
            "plain",
            vec![Provider::supabase(["9a8b7c6d-5e4f-4a2b-9c0d-9e8f7a6b5c4d"], [("authenticated", "files:read")])],
        ),
        (
            "WorkOS",
            "plain",
            vec![Provider::workos(), Provider::workos().audience("client_01FILES").require("scope", [""; 0])],
        ),
        ("Clerk", "plain", vec![Provider::clerk(["files-client"])]),
        ("Logto", "plain", vec![Provider::logto()]),
        ("Ory", "plain", vec![Provider::ory()]),
        ("Descope", "plain", vec![Provider::descope()]),
        ("Authentik", "plain", vec![Provider::authentik("files-client")]),
    ]
}

#[tokio::test]
async fn accepts_the_tokens_that_the_docs_show() {
    let mut settings = settings().into_iter().peekable();
    for section in PAGE.split("\n## ").skip(1) {
        let (title, tokens) = (section.lines().next().unwrap(), tokens(section));
        let Some((_, tool, providers)) = settings.next_if(|(expected, ..)| *expected == title) else {
            assert!(tokens.is_empty(), "the section {title} has tokens that no test reads");
            continue;
        };
        assert_eq!(tokens.len(), providers.len(), "{title}");
        for (claims, provider) in tokens.iter().zip(providers) {
            let server = server(claims["iss"].as_str().unwrap(), provider);
            let signed = token(&json!({"alg": "EdDSA", "kid": "ed"}), claims);
            let answer = server.send(Ask::call(tool).token(&signed)).await;
            assert!(answer.seen.is_some(), "{title}: {claims}: {answer:?}");
        }
    }
    assert!(settings.next().is_none(), "a section is missing");
}
