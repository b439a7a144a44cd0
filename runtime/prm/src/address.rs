//! What the addresses in a document have to be, and where a resource's document is served.

use mcp_scopes_model::address::{Address, Shown};

use crate::{
    ViolationKind,
    error::{Error, Report},
};

/// What goes between host and path (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Where the document of a resource is served: the well-known path goes between host and path (RFC 9728 §3.1).
///
/// A slash right behind the host is dropped when nothing follows it but a query; a path keeps its own.
///
/// ```
/// use mcp_scopes_prm::well_known_url;
/// let url = well_known_url("https://files.example.com/mcp")?;
/// assert_eq!(url, "https://files.example.com/.well-known/oauth-protected-resource/mcp");
/// # Ok::<(), mcp_scopes_prm::Error>(())
/// ```
///
/// # Errors
/// The resource is no https URL without a fragment (RFC 9728 §1.2). Plain http is accepted for a loopback host, for
/// servers in development.
pub fn well_known_url(resource: &str) -> Result<String, Error> {
    let mut report = Report::default();
    let address = resource_identifier(resource, Loopback::Http, "", &mut report);
    report.finish()?;
    let Some(Address { origin, path, query, .. }) = address else {
        // INVARIANT: without a violation there is an address.
        return Ok(resource.to_owned());
    };
    let path = if path == "/" { "" } else { path };
    let (mark, query) = query.map_or(("", ""), |query| ("?", query));
    Ok([origin, WELL_KNOWN, path, mark, query].concat())
}

/// Whether plain http to this very machine is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loopback {
    /// Yes, for development.
    Http,
    /// No: what RFC 9728 and RFC 8414 say.
    Https,
}

/// Checks a resource identifier (RFC 9728 §1.2).
pub(crate) fn resource_identifier<'a>(
    text: &'a str,
    loopback: Loopback,
    at: &str,
    report: &mut Report,
) -> Option<Address<'a>> {
    let section = "RFC 9728 §1.2";
    let address = https(text, loopback, at, section, "https://files.example.com/mcp", report)?;
    if address.fragment.is_some() {
        let (wrong, help) = ("a resource identifier has no fragment", "cut it off at the `#`");
        report.add(ViolationKind::ResourceFragment, at, section, wrong, help);
    }
    Some(address)
}

/// Checks an issuer identifier (RFC 8414 §2).
pub(crate) fn issuer_identifier(text: &str, loopback: Loopback, at: &str, report: &mut Report) {
    let section = "RFC 8414 §2";
    let Some(address) = https(text, loopback, at, section, "https://auth.example.com", report) else { return };
    if address.query.is_some() || address.fragment.is_some() {
        report.add(
            ViolationKind::IssuerQueryOrFragment,
            at,
            section,
            "an issuer identifier has no query and no fragment",
            "write what the authorization server's own metadata state as `issuer`",
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
    report: &mut Report,
) -> Option<Address<'a>> {
    let shown = Shown(text);
    let wrong = match Address::parse(text) {
        Err(reason) => format!("{shown} {reason}"),
        Ok(address) if address.is_https() || (loopback == Loopback::Http && address.is_loopback_http()) => {
            return Some(address);
        }
        // In front of the host a password may stand.
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
    fn the_well_known_path_goes_between_host_and_path() {
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
