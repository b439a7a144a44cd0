//! Audiences that do not say for which application a token is.

/// Audiences that issuers write into tokens for all of their applications.
const SHARED: [&str; 6] = [
    // Supabase.
    "authenticated",
    // Keycloak.
    "account",
    // Okta's default server.
    "api://default",
    // Microsoft Graph, by its address and its application id.
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
    "https://management.azure.com",
];

/// Returns whether tokens for this audience are issued to any application.
pub(crate) fn is_shared(audience: &str) -> bool {
    let audience = audience.strip_suffix('/').unwrap_or(audience);
    SHARED.contains(&audience) || audience.ends_with("/userinfo")
}
