//! The address of the server.

use std::sync::Arc;

use mcp_scopes_model::address::{Address, Shown};
use mcp_scopes_prm::WELL_KNOWN;

use crate::error::DoctorError;

/// The address of the server, checked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// As given.
    pub(crate) url: Arc<str>,
    /// Scheme, host and port.
    pub(crate) origin: String,
    pub(crate) is_https: bool,
    pub(crate) is_loopback: bool,
    path: String,
    query: Option<String>,
}

impl Target {
    /// Checks an address.
    ///
    /// # Errors
    /// Returns an error if it is no http URL, or not https nor loopback and `allow_http` is not set.
    pub(crate) fn new(url: &str, allow_http: bool) -> Result<Self, DoctorError> {
        let address =
            Address::parse(url).map_err(|wrong| DoctorError::usage(format!("{} {wrong}", Shown(url)), HELP))?;
        let is_http = address.scheme.eq_ignore_ascii_case("http");
        if !address.is_https() && !is_http {
            return Err(DoctorError::usage(format!("{} is not an http URL", Shown(url)), HELP));
        }
        if address.has_user() || address.fragment.is_some() {
            return Err(DoctorError::usage("the address has a user or a fragment", "remove it"));
        }
        if !address.is_https_or_loopback_http() && !allow_http {
            let message =
                format!("{} is neither https nor on this machine, so tokens would be sent in the clear", Shown(url));
            return Err(DoctorError::usage(message, "add `--allow-http` if that is acceptable"));
        }
        Ok(Self {
            url: url.into(),
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

    /// Returns whether an address has the same scheme, host and port.
    pub(crate) fn is_same_origin(&self, url: &str) -> bool {
        Address::parse(url).is_ok_and(|address| address.origin.eq_ignore_ascii_case(&self.origin))
    }

    /// Returns whether requests may go to an address: to https, to this machine, or like the server itself.
    pub(crate) fn may_ask(&self, url: &str) -> bool {
        let Ok(address) = Address::parse(url) else { return false };
        let is_plain_too = !self.is_https && !self.is_loopback && address.scheme.eq_ignore_ascii_case("http");
        // A document on the internet must not direct requests to this machine.
        let is_local = address.is_loopback() && !self.is_loopback;
        !address.has_user() && !is_local && (address.is_https_or_loopback_http() || is_plain_too)
    }
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
        let error = Target::new("https://ada:pass@h/", false).unwrap_err();
        assert!(!error.to_string().contains("pass"), "{error}");
    }

    #[test]
    fn documents_cannot_direct_requests_to_this_machine() {
        let far = Target::new("https://h/mcp", false).unwrap();
        assert!(
            far.may_ask("https://auth.example.com/")
                && !far.may_ask("http://127.0.0.1:9/")
                && !far.may_ask("http://h/")
        );
        let near = Target::new("http://localhost:8000/mcp", false).unwrap();
        assert!(
            near.may_ask("http://127.0.0.1:9000/") && !near.may_ask("http://h/") && !near.may_ask("file:///etc/passwd")
        );
    }
}
