//! Addresses as requests state them: two spellings of one address are equal.

use mcp_scopes_model::address::Address;

/// Returns scheme, host and port of an address: in lower case, and without the default port of the scheme (RFC 3986 §6.2). `None`: it has no host.
pub(crate) fn origin(address: &Address<'_>) -> Option<String> {
    if address.host.is_empty() {
        return None;
    }
    let scheme = address.scheme.to_ascii_lowercase();
    let port = address.origin.rsplit_once(':').map_or("", |(_, port)| port);
    // Without a port, the last colon is that of the scheme or of an IPv6 address.
    let is_default = match scheme.as_str() {
        "https" => port == "443",
        "http" => port == "80",
        _ => false,
    };
    let has_port = !is_default && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let has_port = has_port && address.origin.ends_with(&[address.host, ":", port].concat());
    let host = address.host.to_ascii_lowercase();
    Some(if has_port { format!("{scheme}://{host}:{port}") } else { format!("{scheme}://{host}") })
}

/// Returns the path of an address; `/` if it has none.
pub(crate) const fn path<'a>(address: &Address<'a>) -> &'a str {
    if address.path.is_empty() { "/" } else { address.path }
}

/// Returns whether two texts are the same address.
#[cfg(feature = "rmcp")]
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let parts = |text| {
        let address = Address::parse(text).ok().filter(|address| !address.has_user())?;
        Some((origin(&address)?, path(&address), address.query))
    };
    let (one, other) = (parts(one), parts(other));
    one.is_some() && one == other
}

#[cfg(all(test, feature = "rmcp"))]
mod tests {
    use super::{Address, is_same, origin};

    #[test]
    fn compares_addresses_in_all_spellings() {
        for (one, other, same) in [
            ("https://Notes.Example.com:443/mcp", "HTTPS://notes.example.com/mcp", true),
            ("http://127.0.0.1:80/mcp", "http://127.0.0.1/mcp", true),
            ("https://h", "https://h/", true),
            ("https://h:8443/mcp", "https://h:8443/mcp", true),
            ("https://h:8443/mcp", "https://h/mcp", false),
            ("https://h/mcp", "https://h/other", false),
            ("https://h/mcp", "https://h/mcp/", false),
            ("https://h/mcp?a", "https://h/mcp", false),
            ("https://h/mcp", "http://h/mcp", false),
            ("https://h/mcp", "https://other/mcp", false),
            ("not an address", "not an address", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
        }
        for (address, expected) in [
            ("https://[::1]/mcp", "https://[::1]"),
            ("https://[::1]:8443", "https://[::1]:8443"),
            ("https://h:/mcp", "https://h"),
        ] {
            assert_eq!(origin(&Address::parse(address).unwrap()).as_deref(), Some(expected));
        }
    }
}
