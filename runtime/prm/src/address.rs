//! URL rules of the document, and the URL at which it is served.

use mcp_scopes_model::address::{Address, Shown};

use crate::{
    ViolationKind,
    error::{Error, ViolationList},
};

/// The path between host and resource path (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

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
    use super::well_known_url;

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
}
