//! Requirements of RFC 9728 and RFC 8414 on the URLs of a configuration file.

use mcp_scopes_model::address::Address as Uri;

/// The kind of URL that a key takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// A resource identifier (RFC 9728 §1.2): https, without fragment.
    Resource,
    /// An issuer identifier (RFC 8414 §2): https, without query and fragment.
    Issuer,
    /// A page for humans: http or https.
    Page,
}

impl Address {
    /// Checks a text. The error is a predicate that completes a sentence whose subject is the text.
    pub(super) fn check(self, text: &str) -> Result<(), &'static str> {
        let address = Uri::parse(text)?;
        if !address.is_https() && !address.scheme.eq_ignore_ascii_case("http") {
            return Err("must begin with `https://`");
        }
        if address.has_user() {
            return Err("must not contain user information");
        }
        if self == Self::Page {
            return Ok(());
        }
        if !address.is_https_or_loopback_http() {
            return Err("must use `https`; `http` is allowed for loopback addresses only");
        }
        if address.fragment.is_some() {
            return Err("must not have a fragment");
        }
        if self == Self::Issuer && address.query.is_some() {
            return Err("must not have a query");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Address::{self, Issuer, Page, Resource};

    #[test]
    fn checks_the_address_of_each_kind() {
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
            (Resource, "https://host:/", true),
            (Resource, "https://host:99999/", false),
            (Resource, "https://host:+80/", false),
            (Resource, "https://user@host/", false),
            (Resource, "https://files example.com/", false),
            (Resource, "HTTPS://files.example.com/", true),
            (Resource, "files.example.com", false),
            (Issuer, "https://auth.example.com", true),
            (Issuer, "https://auth.example.com/tenant", true),
            (Issuer, "https://auth.example.com/%zz", false),
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
