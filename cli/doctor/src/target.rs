//! The address of the server.

use std::sync::Arc;

use mcp_scopes_model::address::{Address, Shown, is_this_machine};
use mcp_scopes_prm::WELL_KNOWN;
use reqwest::Url;

use crate::{error::DoctorError, redact::Redaction, token::Tokens};

/// The address of the server, checked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// As given.
    pub(crate) url: Arc<str>,
    /// Scheme, host and port.
    pub(crate) origin: String,
    pub(crate) is_https: bool,
    /// Whether it is a loopback host, to which plain http is accepted.
    pub(crate) is_loopback: bool,
    /// The host as the HTTP client reads it.
    host: String,
    path: String,
    query: Option<String>,
}

impl Target {
    /// Checks an address.
    ///
    /// # Errors
    /// Returns an error if it is no http URL, or not https nor loopback and `allow_http` is not set.
    pub(crate) fn new(url: &str, allow_http: bool) -> Result<Self, DoctorError> {
        // Its query may hold a secret.
        let shown = Shown(url.split(['?', '#']).next().unwrap_or_default());
        let address = Address::parse(url).map_err(|wrong| DoctorError::usage(format!("{shown} {wrong}"), HELP))?;
        let is_http = address.scheme.eq_ignore_ascii_case("http");
        if !address.is_https() && !is_http {
            return Err(DoctorError::usage(format!("{shown} is not an http URL"), HELP));
        }
        if address.has_user() || address.fragment.is_some() {
            return Err(DoctorError::usage("the address has a user or a fragment", "remove it"));
        }
        if !address.is_https_or_loopback_http() && !allow_http {
            let message = format!("{shown} is neither https nor on this machine, so tokens would be sent in the clear");
            return Err(DoctorError::usage(message, "add `--allow-http` if that is acceptable"));
        }
        let Some(host) = read_host(url) else {
            return Err(DoctorError::usage(format!("{shown} is not an http URL"), HELP));
        };
        Ok(Self {
            url: url.into(),
            host,
            origin: address.origin.to_owned(),
            is_https: address.is_https(),
            is_loopback: address.is_loopback(),
            path: address.path.to_owned(),
            query: address.query.map(str::to_owned),
        })
    }

    /// Returns the address of the metadata with the path inserted (RFC 9728 §3.1). A test compares it with
    /// [`mcp_scopes_prm::well_known_url`], which accepts no plain http beyond loopback.
    pub(crate) fn well_known(&self) -> String {
        let path = if self.path == "/" { "" } else { &self.path };
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{WELL_KNOWN}{path}{query}", self.origin)
    }

    /// Returns the address of the metadata at the root, which clients try next (MCP, "Authorization Server Location").
    pub(crate) fn root_well_known(&self) -> String {
        format!("{}{WELL_KNOWN}", self.origin)
    }

    /// Returns the address with one more parameter in its query.
    pub(crate) fn with_parameter(&self, parameter: &str) -> String {
        let sign = if self.query.is_some() { '&' } else { '?' };
        format!("{}{sign}{parameter}", self.url)
    }

    /// Returns what hides the query and the given tokens in texts.
    pub(crate) fn redaction(&self, tokens: &Tokens) -> Redaction {
        Redaction::new(self.query.as_deref(), tokens)
    }

    /// Returns whether an address has the same scheme, host and port.
    pub(crate) fn is_same_origin(&self, url: &str) -> bool {
        Address::parse(url).is_ok_and(|address| address.origin.eq_ignore_ascii_case(&self.origin))
    }

    /// Returns whether an address names this machine although the server is elsewhere.
    pub(crate) fn names_this_machine(&self, url: &str) -> bool {
        read_host(url).is_some_and(|host| self.leads_to_this_machine(&host))
    }

    /// A document on the internet must not direct requests to this machine.
    fn leads_to_this_machine(&self, host: &str) -> bool {
        is_this_machine(host) && !is_this_machine(&self.host)
    }

    /// Returns whether a document of the server may direct requests to an address: https, or plain http to the host of the
    /// server; to this machine only if the server is on it.
    pub(crate) fn may_ask(&self, url: &str) -> bool {
        let Ok(address) = Address::parse(url) else { return false };
        // The spelling that the client reads decides: `127.1` is `127.0.0.1` there.
        let Some(host) = read_host(url) else { return false };
        // With `--allow-http`: plain http to a further host could be a service that answers only this network, such as the
        // metadata of a cloud at 169.254.169.254. Https fails there for want of a certificate.
        let is_plain_too =
            !self.is_https && address.scheme.eq_ignore_ascii_case("http") && host.eq_ignore_ascii_case(&self.host);
        !address.has_user()
            && !self.leads_to_this_machine(&host)
            && (address.is_https_or_loopback_http() || is_plain_too)
    }
}

/// Returns whether an address is on this machine, which has no rate and no proxy.
pub(crate) fn is_near(url: &str) -> bool {
    read_host(url).is_some_and(|host| is_this_machine(&host))
}

/// Returns the host of a URL as the HTTP client reads it.
fn read_host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

const HELP: &str = "give the URL that clients use, such as `https://files.example.com/mcp`";

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn inserts_the_well_known_path_as_the_document_crate_does() {
        for url in [
            "https://h",
            "https://h/",
            "https://h/mcp",
            "https://h/mcp/",
            "https://h:8443/a/b?c=d",
            "http://127.0.0.1:1/mcp",
        ] {
            let target = Target::new(url, false).unwrap();
            assert_eq!(target.well_known(), mcp_scopes_prm::well_known_url(url).unwrap(), "{url}");
        }
    }

    #[test]
    fn requires_https_or_loopback() {
        for url in
            ["http://h/mcp", "ftp://h/mcp", "h", "https://ada:pass@h/", "https://h/#a", "http://127.0.0.1.example.com/"]
        {
            assert!(Target::new(url, false).is_err(), "{url}");
        }
        assert!(Target::new("http://h/mcp", true).is_ok());
        for url in
            ["https://ada:pass@h/", "http://h/mcp?key=pass", "ftp://h/?pass", "https:///?pass", "https://h?pass#a"]
        {
            let error = Target::new(url, false).unwrap_err();
            assert!(!error.to_string().contains("pass"), "{error}");
        }
    }

    #[test]
    fn documents_cannot_direct_requests_to_this_machine() {
        let far = Target::new("https://h/mcp", false).unwrap();
        assert!(
            far.may_ask("https://auth.example.com/")
                && !far.may_ask("http://127.0.0.1:9/")
                && !far.may_ask("http://h/")
        );
        for spelling in [
            "localhost",
            "LOCALHOST.",
            "%6cocalhost",
            "x.localhost",
            "127.1",
            "127.0.0.2",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "0.0.0.0",
            "0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
        ] {
            assert!(!far.may_ask(&format!("https://{spelling}/")), "{spelling}");
        }
        // Over plain http, only the host of the server itself.
        let plain = Target::new("http://files.example.com/mcp", true).unwrap();
        for (url, may_ask) in [
            ("http://files.example.com:9000/auth", true),
            ("http://FILES.example.com/auth", true),
            ("https://auth.example.com/", true),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://auth.example.com/", false),
            ("http://127.1/", false),
            ("http://127.0.0.1/", false),
        ] {
            assert_eq!(plain.may_ask(url), may_ask, "{url}");
        }
        let near = Target::new("http://localhost:8000/mcp", false).unwrap();
        assert!(
            near.may_ask("http://127.0.0.1:9000/") && !near.may_ask("http://h/") && !near.may_ask("file:///etc/passwd")
        );
    }
}
