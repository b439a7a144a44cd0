//! Addresses: the URI syntax of RFC 3986, as far as RFC 9728 and RFC 8414 need it.
//!
//! A URL library in the manner of browsers mends what it reads (it drops tabs, turns backslashes, invents a host for
//! `https:///path`); RFC 9728 §6 compares identifiers code point by code point, so nothing may be mended here.

use core::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

/// The parts of an absolute URI.
///
/// ```
/// use mcp_scopes_model::address::Address;
/// let address = Address::parse("https://files.example.com:8443/mcp?tenant=1")?;
/// assert_eq!((address.host, address.path, address.query), ("files.example.com", "/mcp", Some("tenant=1")));
/// assert_eq!(Address::parse("https:///mcp"), Err("has no host"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// As written.
    pub scheme: &'a str,
    /// Everything in front of the path: scheme, host and port.
    pub origin: &'a str,
    /// The host; empty for schemes that have none.
    pub host: &'a str,
    /// From its first slash on; empty if there is none.
    pub path: &'a str,
    /// Without its question mark.
    pub query: Option<&'a str>,
    /// Without its number sign.
    pub fragment: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Takes an absolute URI apart.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence that begins with the text.
    pub fn parse(text: &'a str) -> Result<Self, &'static str> {
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

    /// Whether its scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    /// Whether a user stands in front of the host.
    #[must_use]
    pub fn has_user(&self) -> bool {
        self.origin.contains('@')
    }

    /// Whether its host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || self.host == "[::1]"
    }

    /// Whether it is plain http to this machine (RFC 8252 §8.3).
    #[must_use]
    pub fn is_loopback_http(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("http") && self.is_loopback()
    }
}

/// An address in a message: as it is written, in backticks, unless it holds an `@`, in front of which a password may stand.
///
/// ```
/// use mcp_scopes_model::address::Shown;
/// assert_eq!(Shown("ftp://h").to_string(), "`ftp://h`");
/// assert!(!Shown("https://ada:pass@h").to_string().contains("pass"));
/// ```
#[derive(Clone, Copy)]
pub struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains('@') {
            f.write_str("an address with an `@`, which is not shown,")
        } else {
            write!(f, "`{}`", self.0.escape_debug())
        }
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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

#[cfg(test)]
mod tests {
    use super::Address;

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
