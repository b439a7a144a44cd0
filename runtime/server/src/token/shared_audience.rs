//! Audiences that do not say for which application a token is.

/// Audiences that issuers write into tokens for all of their applications.
const SHARED: [&str; 11] = [
    // Supabase.
    "authenticated",
    // Keycloak.
    "account",
    "realm-management",
    // Okta's default server.
    "api://default",
    // Microsoft Graph and its predecessor, by address and application id, and other services of Azure.
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
    "https://graph.windows.net",
    "00000002-0000-0000-c000-000000000000",
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://vault.azure.net",
];

/// The ends of such audiences: userinfo endpoints, `<issuer>/resources` of IdentityServer, and Auth0's own API.
const SHARED_ENDS: [&str; 3] = ["/userinfo", "/resources", "/api/v2"];

/// Returns whether an audience is known to be on tokens for any application, or is one of these issuers, as on tokens of Okta's org
/// server.
pub(crate) fn is_shared<'i>(audience: &str, issuers: impl IntoIterator<Item = &'i str>) -> bool {
    let audience = without_slash(audience);
    SHARED.contains(&audience)
        || SHARED_ENDS.iter().any(|end| audience.ends_with(end))
        || issuers.into_iter().any(|issuer| is_same_but_for_a_slash(issuer, audience))
}

/// Returns whether two texts are the same, a slash at the end aside.
pub(crate) fn is_same_but_for_a_slash(one: &str, other: &str) -> bool {
    without_slash(one) == without_slash(other)
}

fn without_slash(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}
