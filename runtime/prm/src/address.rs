//! URL rules of the document, the URL at which it is served, and those of the metadata of issuers.

use mcp_scopes_model::address::{Address, Shown};

use crate::{
    ViolationKind,
    error::{Error, ViolationList},
};

/// The path between host and resource path (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The path between host and issuer path (RFC 8414 §3).
const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
/// The path between host and issuer path, or after the latter (OpenID Connect Discovery 1.0 §4).
const OPENID: &str = "/.well-known/openid-configuration";

/// Returns the URL of a resource's document: the well-known path is inserted between host and path (RFC 9728 §3.1).
///
/// A path that consists of a single slash is dropped. Other paths keep a trailing slash.
///
/// ```
/// use mcp_scopes_prm::well_known_url;
/// let url = well_known_url("https://files.example.com/mcp")?;
/// assert_eq!(url, "https://files.example.com/.well-known/oauth-protected-resource/mcp");
/// # Ok::<(), mcp_scopes_prm::Error>(())
/// ```
///
/// # Errors
/// Returns an error if the resource is not an https URL without a fragment (RFC 9728 §1.2). Plain http is accepted for
/// a loopback host, for development servers.
pub fn well_known_url(resource: &str) -> Result<String, Error> {
    let mut report = ViolationList::default();
    let address = resource_identifier(resource, Loopback::Http, "", &mut report);
    report.finish()?;
    let Some(Address { origin, path, query, .. }) = address else {
        // INVARIANT: an address without violations parses.
        return Ok(resource.to_owned());
    };
    let path = if path == "/" { "" } else { path };
    let (mark, query) = query.map_or(("", ""), |query| ("?", query));
    Ok([origin, WELL_KNOWN, path, mark, query].concat())
}

/// Returns the URLs of an issuer's metadata, in the order that MCP 2026-07-28 ("Authorization Server Metadata Discovery") states: two, or three
/// for an issuer with a path. These are RFC 8414 §3.1, then OpenID with the path inserted (RFC 8414 §5), then OpenID with the path in front
/// (OpenID Connect Discovery 1.0 §4).
///
/// A slash at the end of the issuer is not part of its path here. It remains part of the issuer that the metadata states (RFC 8414 §3.3).
///
/// ```
/// let urls = mcp_scopes_prm::issuer_metadata_urls("https://auth.example.com/realms/a")?;
/// assert_eq!(
///     urls,
///     [
///         "https://auth.example.com/.well-known/oauth-authorization-server/realms/a",
///         "https://auth.example.com/.well-known/openid-configuration/realms/a",
///         "https://auth.example.com/realms/a/.well-known/openid-configuration",
///     ]
/// );
/// # Ok::<(), &str>(())
/// ```
///
/// # Errors
/// The issuer is not a URL, or has a query or a fragment (RFC 8414 §2). The error is a predicate that completes a sentence whose subject is the
/// issuer. Schemes are not checked.
pub fn issuer_metadata_urls(issuer: &str) -> Result<Vec<String>, &'static str> {
    let Address { origin, path, query, fragment, .. } = Address::parse(issuer)?;
    if query.is_some() || fragment.is_some() {
        return Err("has a query or a fragment, which no issuer has (RFC 8414 §2)");
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut urls = vec![[origin, AUTHORIZATION_SERVER, path].concat(), [origin, OPENID, path].concat()];
    if !path.is_empty() {
        urls.push([origin, path, OPENID].concat());
    }
    Ok(urls)
}

/// Whether plain http is accepted for a loopback host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loopback {
    /// Accepted, for development.
    Http,
    /// Rejected, as RFC 9728 and RFC 8414 require.
    Https,
}

impl Loopback {
    fn accepts(self, address: &Address<'_>) -> bool {
        match self {
            Self::Http => address.is_https_or_loopback_http(),
            Self::Https => address.is_https(),
        }
    }
}

/// Checks a resource identifier (RFC 9728 §1.2).
pub(crate) fn resource_identifier<'a>(
    text: &'a str,
    loopback: Loopback,
    at: &str,
    report: &mut ViolationList,
) -> Option<Address<'a>> {
    let section = "RFC 9728 §1.2";
    let address = https(text, loopback, at, section, "https://files.example.com/mcp", report)?;
    if address.fragment.is_some() {
        let (wrong, help) = ("a resource identifier must not have a fragment", "remove the `#` and the text after it");
        report.add(ViolationKind::ResourceFragment, at, section, wrong, help);
    }
    Some(address)
}

/// Checks an issuer identifier (RFC 8414 §2).
pub(crate) fn issuer_identifier(text: &str, loopback: Loopback, at: &str, report: &mut ViolationList) {
    let section = "RFC 8414 §2";
    let Some(address) = https(text, loopback, at, section, "https://auth.example.com", report) else { return };
    if address.query.is_some() || address.fragment.is_some() {
        report.add(
            ViolationKind::IssuerQueryOrFragment,
            at,
            section,
            "an issuer identifier must not have a query or a fragment",
            "write the `issuer` of the authorization server's metadata",
        );
    }
}

/// Checks an https URL.
pub(crate) fn https<'a>(
    text: &'a str,
    loopback: Loopback,
    at: &str,
    section: &'static str,
    example: &str,
    report: &mut ViolationList,
) -> Option<Address<'a>> {
    let shown = Shown(text);
    let wrong = match Address::parse(text) {
        Err(reason) => format!("{shown} {reason}"),
        Ok(address) if loopback.accepts(&address) => return Some(address),
        // The part before the host may contain a password.
        Ok(address) if address.has_user() => {
            format!("the address of `{}` does not begin with `https://`", address.host)
        }
        Ok(_) => format!("{shown} does not begin with `https://`"),
    };
    report.add(ViolationKind::of_address(at), at, section, wrong, format!("write an https URL such as `{example}`"));
    None
}

#[cfg(test)]
mod tests {
    use super::{issuer_metadata_urls, well_known_url};

    #[test]
    fn inserts_the_well_known_path_between_host_and_path() {
        for (resource, url) in [
            ("https://h", "https://h/.well-known/oauth-protected-resource"),
            ("https://h/", "https://h/.well-known/oauth-protected-resource"),
            ("https://h/mcp", "https://h/.well-known/oauth-protected-resource/mcp"),
            ("https://h/mcp/", "https://h/.well-known/oauth-protected-resource/mcp/"),
            ("https://h//", "https://h/.well-known/oauth-protected-resource//"),
            ("https://h?a=b", "https://h/.well-known/oauth-protected-resource?a=b"),
            ("https://h/?a=b", "https://h/.well-known/oauth-protected-resource?a=b"),
            ("https://h/mcp?a=/b?c", "https://h/.well-known/oauth-protected-resource/mcp?a=/b?c"),
            ("https://u@h:8443/mcp", "https://u@h:8443/.well-known/oauth-protected-resource/mcp"),
            ("https://[::1]:1/a", "https://[::1]:1/.well-known/oauth-protected-resource/a"),
            ("http://localhost:3000/mcp", "http://localhost:3000/.well-known/oauth-protected-resource/mcp"),
            ("http://127.0.0.2/mcp", "http://127.0.0.2/.well-known/oauth-protected-resource/mcp"),
        ] {
            assert_eq!(well_known_url(resource).expect(resource), url);
        }
        for resource in ["http://example.com/mcp", "https://h/mcp#a", "api://mcp", "mcp", "", "http://localhost.evil"] {
            assert!(well_known_url(resource).is_err(), "{resource}");
        }
    }

    #[test]
    fn returns_the_urls_of_the_metadata_of_an_issuer_in_order() {
        for issuer in ["https://h", "https://h/"] {
            assert_eq!(
                issuer_metadata_urls(issuer).unwrap(),
                ["https://h/.well-known/oauth-authorization-server", "https://h/.well-known/openid-configuration"]
            );
        }
        for issuer in ["https://h:8443/realms/a", "https://h:8443/realms/a/"] {
            assert_eq!(
                issuer_metadata_urls(issuer).unwrap(),
                [
                    "https://h:8443/.well-known/oauth-authorization-server/realms/a",
                    "https://h:8443/.well-known/openid-configuration/realms/a",
                    "https://h:8443/realms/a/.well-known/openid-configuration",
                ]
            );
        }
        for wrong in ["https://h?a", "https://h/#a", "h", "https:///a", ""] {
            assert!(issuer_metadata_urls(wrong).is_err(), "{wrong}");
        }
    }
}
