//! Step 1: which web pages may send requests (MCP 2026-07-28, "Security & Endpoint": servers MUST validate `Origin` against DNS
//! rebinding).

use http::{HeaderMap, HeaderValue, header::ORIGIN};
use mcp_scopes_model::address::Address;

use super::rejection::Rejection;

/// The origins whose requests are accepted.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    /// Serialized (RFC 6454 §6.2), in lower case, without the default port of the scheme.
    accepted: Vec<String>,
    /// Every loopback origin, because the resource is on a loopback host.
    loopback: bool,
    /// Every origin.
    any: bool,
}

impl Origins {
    /// Accepts pages of the server's own origin. For a resource on a loopback host, accepts pages on all loopback hosts.
    pub(super) fn accept_resource(&mut self, resource: &str) {
        let Ok(address) = Address::parse(resource) else { return };
        self.accepted.push(normalized(&address));
        self.loopback |= address.is_loopback();
    }

    /// Accepts pages of all origins.
    pub(super) fn accept_any(&mut self) {
        self.any = true;
    }

    /// Accepts pages of one origin: scheme, host and port, or `null`.
    ///
    /// # Errors
    /// The text is not a serialized origin. The error says why, as the end of a sentence that begins with the origin.
    pub(super) fn accept(&mut self, origin: &str) -> Result<(), &'static str> {
        if origin == "null" {
            self.accepted.push(origin.to_owned());
            return Ok(());
        }
        let address = Address::parse(origin)?;
        if address.origin.len() != origin.len() || address.host.is_empty() {
            return Err("is not just scheme, host and port");
        }
        if origin.contains('*') {
            return Err("is a pattern; state each origin");
        }
        if address.has_user() {
            return Err("names a user");
        }
        self.accepted.push(normalized(&address));
        Ok(())
    }

    /// Returns the origin of a page that may send requests and read the responses. `None` for a request without `Origin`,
    /// which no page of another origin sends, and if every origin is accepted.
    ///
    /// # Errors
    /// 403 for any other page.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Rejection> {
        let mut values = headers.get_all(ORIGIN).iter();
        let Some(value) = values.next().filter(|_| !self.any) else { return Ok(None) };
        if values.next().is_none() && value.to_str().is_ok_and(|origin| self.accepts(origin)) {
            Ok(Some(value.clone()))
        } else {
            Err(Rejection::origin())
        }
    }

    fn accepts(&self, origin: &str) -> bool {
        let is_loopback = |origin| {
            Address::parse(origin).is_ok_and(|address| {
                let is_whole = address.origin.len() == origin.len() && !address.has_user();
                is_whole && address.is_loopback() && address.is_https_or_loopback_http()
            })
        };
        self.accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(origin))
            || (self.loopback && is_loopback(origin))
    }
}

/// Returns the origin as browsers write it: without the default port of the scheme (RFC 6454 §6.1).
fn normalized(address: &Address<'_>) -> String {
    let default_port = if address.is_https() {
        ":443"
    } else if address.scheme.eq_ignore_ascii_case("http") {
        ":80"
    } else {
        ""
    };
    let origin = address.origin.to_ascii_lowercase();
    origin.strip_suffix(default_port).unwrap_or(&origin).to_owned()
}
