//! URLs, in the syntax of RFC 3986 that RFC 9728 and RFC 8414 need.
//!
//! Browser-style URL libraries repair their input: they drop tabs, convert backslashes, and invent a host for
//! `https:///path`. RFC 9728 §6 compares identifiers code point by code point, so this parser repairs nothing.

use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
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
    /// The whole text.
    pub scheme: &'a str,
    /// Everything before the path: scheme, host and port.
    pub origin: &'a str,
    /// The host. Empty for schemes without one.
    pub host: &'a str,
    /// The path, from its first slash. Empty if there is none.
    pub path: &'a str,
    /// The query, without its question mark.
    pub query: Option<&'a str>,
    /// The fragment, without its number sign.
    pub fragment: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Parses an absolute URI.
    ///
    /// # Errors
    /// Returns a predicate that completes a sentence whose subject is the text.
    pub fn parse(text: &'a str) -> Result<Self, &'static str> {
        // RFC 3986 §2.2 and §2.3: reserved, then unreserved.
        let known = |byte: u8| b":/?#[]@!$&'()*+,;=-._~%".contains(&byte) || byte.is_ascii_alphanumeric();
        if !text.bytes().all(known) {
            return Err("contains a character that is not allowed in a URL (RFC 3986 §2)");
        }
        for escape in text.split('%').skip(1) {
            if !escape.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
                return Err("contains a `%` without two hexadecimal digits after it");
            }
        }
        let (scheme, rest) = text.split_once(':').ok_or("is not an absolute URL")?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(letters) {
            return Err("is not an absolute URL");
        }
        let (rest, fragment) = match rest.split_once('#') {
            Some((_, fragment)) if fragment.contains('#') => return Err("contains two `#`"),
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (rest, None),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            if rest.is_empty() || scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
                return Err("is not an absolute URL");
            }
            let origin = text.get(..=scheme.len()).unwrap_or(text);
            return Ok(Self { scheme, origin, host: "", path: rest, query, fragment });
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host(authority)?;
        if path.contains(['[', ']']) || query.is_some_and(|query| query.contains(['[', ']'])) {
            return Err("contains a bracket outside its host");
        }
        let origin = text.get(..scheme.len() + "://".len() + authority.len()).unwrap_or(text);
        Ok(Self { scheme, origin, host, path, query, fragment })
    }

    /// Returns whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    /// Returns whether the authority contains user information.
    #[must_use]
    pub fn has_user(&self) -> bool {
        self.origin.contains('@')
    }

    /// Returns whether the host is a loopback host.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || self.host == "[::1]"
    }

    /// Returns whether the scheme is `https`, or plain `http` to a loopback host (RFC 8252 §8.3).
    ///
    /// This is the one rule for addresses that development may use. RFC 9728 and RFC 8414 require https; code that
    /// publishes or reads documents uses [`is_https`](Self::is_https).
    ///
    /// ```
    /// use mcp_scopes_model::address::Address;
    /// let accepts = |text| Address::parse(text).is_ok_and(|address| address.is_https_or_loopback_http());
    /// assert!(accepts("https://files.example.com/mcp") && accepts("http://127.0.0.1:3000/mcp"));
    /// assert!(!accepts("http://files.example.com/mcp") && !accepts("ftp://localhost/mcp"));
    /// ```
    #[must_use]
    pub fn is_https_or_loopback_http(&self) -> bool {
        self.is_https() || (self.scheme.eq_ignore_ascii_case("http") && self.is_loopback())
    }
}

/// Returns whether a host is this machine, for a host as the HTTP client reads it: a browser-style URL library reads
/// `127.1`, `2130706433` and `%6cocalhost` as loopback hosts, and [`Address`] does not. IPv6 addresses may have brackets.
///
/// This decides whether a remote document may name an address. It is wider than [`Address::is_loopback`], which decides
/// where plain http is accepted.
///
/// ```
/// use mcp_scopes_model::address::is_this_machine;
/// assert!(is_this_machine("localhost.") && is_this_machine("[::ffff:127.0.0.1]") && is_this_machine("0.0.0.0"));
/// assert!(!is_this_machine("localhost.example.com") && !is_this_machine("128.0.0.1"));
/// ```
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = literal.parse::<IpAddr>() {
        let address = address.to_canonical();
        // Connections to the unspecified address reach this machine as well.
        return address.is_loopback() || address.is_unspecified();
    }
    // RFC 6761 §6.3: all names below it, too.
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or(name);
    last.eq_ignore_ascii_case("localhost")
}

/// Formats an address for a message: in backticks, unless it contains an `@`, since a password may precede it.
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

/// Returns the host of an authority, without user information and port.
fn host(authority: &str) -> Result<&str, &'static str> {
    let (_, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    let colon = match host_and_port.rfind(']') {
        Some(bracket) => host_and_port.get(bracket..).and_then(|rest| rest.find(':')).map(|colon| bracket + colon),
        None => host_and_port.find(':'),
    };
    let (host, port) = host_and_port.split_at(colon.unwrap_or(host_and_port.len()));
    let digits = port.strip_prefix(':').unwrap_or("");
    // An empty port is the default port of the scheme (RFC 3986 §3.2.3).
    if !digits.is_empty() && (!digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.parse::<u16>().is_err()) {
        return Err("has an invalid port");
    }
    if host.is_empty() {
        return Err("has no host");
    }
    if host.contains(['[', ']', '@']) {
        let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if literal.is_none_or(|literal| literal.parse::<Ipv6Addr>().is_err()) {
            return Err("has an invalid host");
        }
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn rejects_addresses_instead_of_repairing_them() {
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
