//! Where the metadata of an issuer is.

use mcp_scopes_model::address::Address;

use super::super::endpoint::EndpointError;

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// Returns the addresses of the metadata, in the order that MCP 2026-07-28 ("Authorization Server Metadata Discovery") states:
/// RFC 8414 §3.1, then OpenID with the path inserted (RFC 8414 §5), then OpenID with the path in front (OpenID Connect
/// Discovery 1.0 §4).
pub(super) fn of(issuer: &str) -> Result<Vec<String>, EndpointError> {
    let Address { origin, path, query, fragment, .. } = Address::parse(issuer).map_err(EndpointError)?;
    if query.is_some() || fragment.is_some() {
        return Err(EndpointError("has a query or a fragment, which no issuer has (RFC 8414 §2)"));
    }
    // A slash at the end is no part of the path here, and remains part of the issuer.
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut addresses = vec![format!("{origin}{OAUTH}{path}"), format!("{origin}{OPENID}{path}")];
    if !path.is_empty() {
        addresses.push(format!("{origin}{path}{OPENID}"));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn returns_the_documented_addresses_in_order() {
        for issuer in ["https://h", "https://h/"] {
            assert_eq!(
                of(issuer).unwrap(),
                ["https://h/.well-known/oauth-authorization-server", "https://h/.well-known/openid-configuration"]
            );
        }
        for issuer in ["https://h:8443/realms/a", "https://h:8443/realms/a/"] {
            assert_eq!(
                of(issuer).unwrap(),
                [
                    "https://h:8443/.well-known/oauth-authorization-server/realms/a",
                    "https://h:8443/.well-known/openid-configuration/realms/a",
                    "https://h:8443/realms/a/.well-known/openid-configuration",
                ]
            );
        }
        for wrong in ["https://h?a", "https://h/#a", "h", "https:///a", ""] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
