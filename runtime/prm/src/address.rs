//! Addresses: the URI syntax of RFC 3986 as far as the document needs it, and where a resource's document is served.
//!
//! A URL library in the manner of browsers mends what it reads (it drops tabs, turns backslashes, invents a host for
//! `https:///path`); RFC 9728 §6 compares identifiers code point by code point, so nothing may be mended here.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    ViolationKind,
    error::{Error, Report},
};

/// The parts of an absolute URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub(crate) scheme: &'a str,
    /// Everything in front of the path: scheme, host and port.
    pub(crate) origin: &'a str,
    /// The host; empty for schemes that have none.
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    /// Without its question mark.
    pub(crate) query: Option<&'a str>,
    /// Without its number sign.
    pub(crate) fragment: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Takes an absolute URI apart; `Err` is the end of a sentence that begins with the text.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        // RFC 3986 §2.2 and §2.3: reserved, then unreserved.
        let known = |byte: u8| b":/?#[]@!$&'()*+,;=-._~%".contains(&byte) || byte.is_ascii_alphanumeric();
        if !text.bytes().all(known) {
            return Err("holds a character that no URL holds (RFC 3986 §2)");
        }
        for escape in text.split('%').skip(1) {
            if !escape.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
                return Err("holds a `%` without two hexadecimal digits behind it");
            }
        }
        let (scheme, rest) = text.split_once(':').ok_or("is no absolute URL")?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(letters) {
            return Err("is no absolute URL");
        }
        let (rest, fragment) = match rest.split_once('#') {
            Some((_, fragment)) if fragment.contains('#') => return Err("holds two `#`"),
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (rest, None),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            if rest.is_empty() || scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
                return Err("is no absolute URL");
            }
            let origin = text.get(..=scheme.len()).unwrap_or(text);
            return Ok(Self { scheme, origin, host: "", path: rest, query, fragment });
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host(authority)?;
        if path.contains(['[', ']']) || query.is_some_and(|query| query.contains(['[', ']'])) {
            return Err("holds a bracket outside of its host");
        }
        let origin = text.get(..scheme.len() + "://".len() + authority.len()).unwrap_or(text);
        Ok(Self { scheme, origin, host, path, query, fragment })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    /// Whether it is http to this very machine.
    pub(crate) fn is_loopback_http(&self) -> bool {
        let this_machine = self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || self.host == "[::1]";
        self.scheme.eq_ignore_ascii_case("http") && this_machine
    }
}

/// The host of an authority, without user and port.
fn host(authority: &str) -> Result<&str, &'static str> {
    let (_, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    let colon = match host_and_port.rfind(']') {
        Some(bracket) => host_and_port.get(bracket..).and_then(|rest| rest.find(':')).map(|colon| bracket + colon),
        None => host_and_port.find(':'),
    };
    let (host, port) = host_and_port.split_at(colon.unwrap_or(host_and_port.len()));
    let digits = port.strip_prefix(':').unwrap_or("");
    // An empty port is the scheme's own (RFC 3986 §3.2.3).
    if !digits.is_empty() && (!digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.parse::<u16>().is_err()) {
        return Err("has no number from 0 to 65535 for its port");
    }
    if host.is_empty() {
        return Err("has no host");
    }
    if host.contains(['[', ']', '@']) {
        let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if literal.is_none_or(|literal| literal.parse::<Ipv6Addr>().is_err()) {
            return Err("has no valid host");
        }
    }
    Ok(host)
}

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
    let shown = text.escape_debug();
    let wrong = match Address::parse(text) {
        Err(reason) => format!("`{shown}` {reason}"),
        Ok(address) if address.is_https() || (loopback == Loopback::Http && address.is_loopback_http()) => {
            return Some(address);
        }
        Ok(_) => format!("`{shown}` does not begin with `https://`"),
    };
    report.add(ViolationKind::of_address(at), at, section, wrong, format!("write an https URL such as `{example}`"));
    None
}

#[cfg(test)]
mod tests {
    use super::{Address, well_known_url};

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

    #[test]
    fn nothing_is_mended() {
        for text in [
            "https:///path",
            "https://user@:443/path",
            "https:path",
            "https:/path",
            "https://",
            "https://?a",
            "https://h:99999999999999/path",
            "https://h:65536",
            "https://h:8x",
            "https://h:+1",
            "https://h\\path",
            "https://h/a b",
            " https://h",
            "https://h\n",
            "https://ex\u{e4}mple.com",
            "https://h/%",
            "https://h/%2",
            "https://h/%zz",
            "https://[::1",
            "https://[fe80]",
            "https://a[::1]",
            "https://h/[a]",
            "https://h#a#b",
            "1https://h",
            "not a uri",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        for text in
            ["HTTPS://h", "https://h:443", "https://h:", "https://h/%C3%a4", "https://[2001:db8::1]:8/a", "urn:a:b"]
        {
            assert!(Address::parse(text).is_ok(), "{text}");
        }
    }
}
