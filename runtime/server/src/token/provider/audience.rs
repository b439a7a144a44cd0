//! Whether a token is for this server: by its audience, and by the client that holds it.

use super::{
    super::{
        TokenError,
        claim::{self, ClaimPath, Found},
        router::differs_by_slash,
        shared_audience::is_shared,
    },
    Provider,
};
use crate::reason::reason;

/// The clients whose tokens are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Clients {
    /// All: the audience alone says that a token is for this server.
    #[default]
    Any,
    /// These.
    Only(Vec<String>),
    /// All, although the audience does not say that a token is for this server.
    DangerAny,
}

/// How a token was found to be for this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Verdict {
    /// Its audience contains a resource of this server.
    Resource,
    /// Its audience is one that the provider's rule accepts.
    Rule,
}

impl Provider {
    /// Returns how the audience of a token says that it is for this server.
    pub(in super::super) fn check_audience(&self, found: &Found, resources: &[String]) -> Result<Verdict, TokenError> {
        let Some(value) = claim::present(found, "aud") else {
            return if self.missing_audience {
                Ok(Verdict::Rule)
            } else {
                Err(TokenError::invalid(reason!("`aud` is missing")).with_help(
                    "configure the issuer to send it; for Amazon Cognito and Clerk see `Provider::cognito` and \
                     `Provider::clerk`; for Keycloak add an audience mapper",
                ))
            };
        };
        let wrong = TokenError::invalid(reason!("`aud` is neither a string nor a list of strings"))
            .with_help("let the issuer write `aud` as RFC 7519 §4.1.3 describes it");
        let audience = claim::texts(value).ok_or(wrong)?;
        if resources.iter().any(|resource| audience.contains(&resource.as_str())) {
            return Ok(Verdict::Resource);
        }
        if self.audiences.iter().any(|accepted| audience.contains(&accepted.as_str())) {
            return Ok(Verdict::Rule);
        }
        let mut expected = resources.iter().chain(&self.audiences);
        if expected.any(|expected| audience.iter().any(|audience| differs_by_slash(audience, expected))) {
            return Err(TokenError::invalid(reason!("`aud` differs from the expected value only by a trailing slash"))
                .with_help("write the resource at the issuer exactly as `.resource(..)` states it"));
        }
        Err(other_audience(found, &audience))
    }

    /// Returns the client that holds a token: the first of the client claims that is present.
    ///
    /// # Errors
    /// The clients are limited, and it is none of them.
    pub(in super::super) fn check_client<'f>(&self, found: &'f Found) -> Result<Option<&'f str>, TokenError> {
        let mut client = None;
        for path in &self.client_claims {
            if let Some(found) = path.text(found)? {
                client = Some((path, found));
                break;
            }
        }
        let Clients::Only(accepted) = &self.clients else { return Ok(client.map(|(_, client)| client)) };
        match client {
            Some((_, client)) if accepted.iter().any(|accepted| accepted == client) => Ok(Some(client)),
            Some((path, _)) => {
                Err(TokenError::of_claim(path, reason!("names a client that is not on the list of this server"))
                    .with_help("add the client to the list of the provider, if it may use this server"))
            }
            None => Err(self.no_client()),
        }
    }

    /// The error of a token without any of the client claims.
    fn no_client(&self) -> TokenError {
        const HELP: &str = "let the issuer write the claim, or name the one that it writes: `Provider::client_claims`";
        match self.client_claims.as_slice() {
            [] => TokenError::invalid(reason!("no claim names its client, and this server accepts only known clients"))
                .with_help(HELP),
            [only] => TokenError::of_claim(only, reason!("is missing, and this server accepts only known clients"))
                .with_help(HELP),
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                let names = names.join("` and `");
                TokenError::of_claim(names, reason!("are missing, and this server accepts only known clients"))
                    .with_help(HELP)
            }
        }
    }

    /// Returns the first accepted audience that is on tokens for any application, if nothing limits the clients.
    pub(in super::super) fn unlimited_audience(&self, issuers: &[&str]) -> Option<&str> {
        if self.clients != Clients::Any {
            return None;
        }
        let shared =
            self.audiences.iter().find(|audience| is_shared(audience, issuers.iter().copied())).map(String::as_str);
        shared.or(self.missing_audience.then_some(""))
    }
}

/// The error of a token for another audience, with the setting that is most likely missing.
fn other_audience(found: &Found, audience: &[&str]) -> TokenError {
    let text = |path: &str| ClaimPath::from(path).text(found).ok().flatten();
    let client = text("client_id").or_else(|| text("azp"));
    let is_of_client = client.is_some_and(|client| audience == [client]);
    if is_of_client && found.get("scope").is_none() && found.get("scp").is_none() {
        return TokenError::invalid(reason!("`aud` has another value, and the token looks like an ID token")).with_help(
            "send the access token; request it for the resource of this server (the parameter `resource`, RFC 8707)",
        );
    }
    let help = if audience.contains(&"account") {
        "for Keycloak add an audience mapper with the resource of this server"
    } else if audience.contains(&"authenticated") {
        "for Supabase see `Provider::supabase`"
    } else if audience.contains(&"api://default") {
        "for Okta's default server see `Provider::okta`"
    } else if found.contains_key("tid") && found.contains_key("oid") {
        "for Microsoft Entra see `Provider::entra`"
    } else {
        "configure the resource of this server as the audience at the issuer"
    };
    TokenError::invalid(reason!("`aud` has another value than this server accepts")).with_help(help)
}
