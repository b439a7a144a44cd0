//! The syntax of addresses, as far as RFC 9728 and RFC 8414 ask for it.

/// What an address must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// A resource identifier (RFC 9728 §1.2): https, without fragment.
    Resource,
    /// An issuer identifier (RFC 8414 §2): https, without query and fragment.
    Issuer,
    /// A page for people: http or https.
    Page,
}

impl Address {
    /// What is wrong with the text, as the end of a sentence that begins with it.
    pub(super) fn check(self, text: &str) -> Result<(), &'static str> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("holds a blank, a control character or a character outside ASCII");
        }
        let (secure, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err("does not begin with `https://`"),
        };
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = host(authority)?;
        if !secure && self != Self::Page && !loopback(host) {
            return Err("is not `https`, and only a loopback address may be `http`");
        }
        if self != Self::Page && tail.contains('#') {
            return Err("has a fragment");
        }
        if self == Self::Issuer && tail.contains('?') {
            return Err("has a query");
        }
        Ok(())
    }
}

fn host(authority: &str) -> Result<&str, &'static str> {
    if authority.contains('@') {
        return Err("holds user information");
    }
    // The colons of an IPv6 address stand in brackets.
    let port_from = authority.rfind(']').unwrap_or_default();
    let (host, port) = match authority.get(port_from..).and_then(|rest| rest.find(':')) {
        Some(colon) => authority.split_at(port_from + colon),
        None => (authority, ":0"),
    };
    let port = port.strip_prefix(':').unwrap_or_default();
    if port.parse::<u16>().is_err() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("has no port behind its colon");
    }
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let valid = match bracketed {
        Some(inner) => inner.parse::<core::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(named),
    };
    if valid { Ok(host) } else { Err("names no host") }
}

/// RFC 8252 §8.3: what never leaves the machine.
fn loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host.parse::<core::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::Address::{self, Issuer, Page, Resource};

    #[test]
    fn addresses() {
        for (kind, text, valid) in [
            (Resource, "https://files.example.com/mcp", true),
            (Resource, "https://files.example.com", true),
            (Resource, "https://files.example.com:8443/mcp?tenant=1", true),
            (Resource, "https://files.example.com/mcp#top", false),
            (Resource, "http://files.example.com/mcp", false),
            (Resource, "http://localhost:3000/mcp", true),
            (Resource, "http://127.0.0.1/", true),
            (Resource, "http://127.0.0.1.example.com/", false),
            (Resource, "http://[::1]:3000/mcp", true),
            (Resource, "http://[::2]:3000/mcp", false),
            (Resource, "https://", false),
            (Resource, "https:///mcp", false),
            (Resource, "https://:80/", false),
            (Resource, "https://host:/", false),
            (Resource, "https://host:99999/", false),
            (Resource, "https://host:+80/", false),
            (Resource, "https://user@host/", false),
            (Resource, "https://files example.com/", false),
            (Resource, "HTTPS://files.example.com/", false),
            (Resource, "files.example.com", false),
            (Issuer, "https://auth.example.com", true),
            (Issuer, "https://auth.example.com/tenant", true),
            (Issuer, "https://auth.example.com/?a", false),
            (Issuer, "https://auth.example.com/#a", false),
            (Issuer, "http://localhost:9000", true),
            (Page, "http://docs.example.com/mcp?a#b", true),
            (Page, "ftp://docs.example.com/", false),
        ] {
            assert_eq!(Address::check(kind, text).is_ok(), valid, "{text}");
        }
    }
}
