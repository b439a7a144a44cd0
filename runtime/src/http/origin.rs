//! Which web pages may send requests (MCP 2026-07-28, "Security & Endpoint": DNS rebinding).

use http::{HeaderMap, HeaderValue, header::ORIGIN};
use mcp_scopes_model::address::Address;

/// The origins that are let in; without any, none is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    /// Scheme, host and port, in lower case (RFC 6454 §6.1).
    allowed: Option<Vec<String>>,
}

/// What a request's `Origin` says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'r> {
    /// Nothing that matters here: no browser sent it, or nobody asked to look.
    Unseen,
    /// A page that is let in.
    Allowed(&'r HeaderValue),
    /// Any other.
    Refused,
}

impl Origins {
    /// Adds an origin.
    ///
    /// # Errors
    /// It is none; the text says why, as the end of a sentence that begins with the origin.
    pub(super) fn allow(&mut self, origin: &str) -> Result<(), &'static str> {
        let allowed = self.allowed.get_or_insert_default();
        let address = Address::parse(origin)?;
        if address.origin.len() != origin.len() || address.host.is_empty() {
            return Err("is more than scheme, host and port");
        }
        if origin.contains('*') {
            return Err("is a pattern; state each origin");
        }
        if address.has_user() {
            return Err("names a user");
        }
        if !address.is_https() && !address.is_loopback_http() {
            return Err("is neither https nor on this machine");
        }
        let origin = origin.to_ascii_lowercase();
        // Browsers leave out a port that the scheme has anyway (RFC 6454 §6.1).
        let usual = if address.is_https() { ":443" } else { ":80" };
        allowed.push(origin.strip_suffix(usual).unwrap_or(&origin).to_owned());
        Ok(())
    }

    pub(super) fn of<'r>(&self, headers: &'r HeaderMap) -> Origin<'r> {
        let Some(allowed) = &self.allowed else { return Origin::Unseen };
        let mut values = headers.get_all(ORIGIN).iter();
        let Some(value) = values.next() else { return Origin::Unseen };
        let known = |value: &str| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(value));
        if values.next().is_none() && value.to_str().is_ok_and(known) {
            Origin::Allowed(value)
        } else {
            Origin::Refused
        }
    }
}
