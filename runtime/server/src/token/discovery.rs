//! Authorization server metadata: RFC 8414, and OpenID Connect Discovery 1.0.
//!
//! | module | holds |
//! |---|---|
//! | `answers` | why the answers of all addresses were rejected |
//! | `keys` | keys at the `jwks_uri` of the metadata |

mod answers;
mod keys;

use core::time::Duration;

use mcp_scopes::metadata::issuer_metadata_urls;
use serde_json::Value;

use self::answers::{Answer, Answers};
pub(super) use self::keys::DiscoveredKeys;
use super::{
    FetchError,
    endpoint::{self, Endpoint, EndpointError},
    renewal::{Failure, Limits},
};
use crate::reason::reason;

/// The maximum size of the metadata in bytes.
const MAX_BYTES: usize = 256 << 10;

/// Reads the address of one endpoint from an issuer's metadata.
pub(super) struct Discovery {
    /// What the metadata has to state as `issuer`, code point by code point (RFC 8414 §3.3).
    issuer: String,
    /// Whether the endpoints may be on this machine.
    is_loopback: bool,
    /// In the order in which they are asked.
    addresses: Vec<Endpoint>,
    member: &'static str,
}

/// Where the metadata of an issuer is, and what it has to state as `issuer`.
pub(super) struct Place {
    pub(super) address: String,
    pub(super) issuer: String,
}

impl Discovery {
    pub(super) const KEYS: &'static str = "jwks_uri";
    #[cfg(feature = "introspection")]
    pub(super) const INTROSPECTION: &'static str = "introspection_endpoint";

    /// Creates the metadata of an issuer, of which `member` is needed: an address. Nothing is sent yet.
    ///
    /// # Errors
    /// The address is not https and not on a loopback host, or it contains a user, a query or a fragment.
    pub(super) fn new(place: &Place, member: &'static str) -> Result<Self, EndpointError> {
        let addresses = issuer_metadata_urls(&place.address).map_err(EndpointError)?;
        let [first, others @ ..] = &*addresses else { return Err(EndpointError("is empty")) };
        let first = Endpoint::new(first)?;
        let others = others.iter().map(|address| first.beside(address)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            issuer: place.issuer.clone(),
            is_loopback: first.is_on_this_machine(),
            addresses: core::iter::once(first).chain(others).collect(),
            member,
        })
    }

    /// Reads the metadata. Returns the endpoint that it states, and how long it may be cached.
    ///
    /// An answer counts only if it states the issuer that was asked for, so any address may be tried after any failure: a host
    /// that answers each path with the metadata of another issuer does not hide the right one.
    pub(super) async fn read(&self, limits: Limits) -> Result<(Endpoint, Duration), Failure> {
        let mut answers = Answers { issuer: self.issuer.clone(), of_addresses: Vec::new() };
        for address in &self.addresses {
            match self.read_at(address, limits).await {
                Ok(found) => return Ok(found),
                Err(answer) => answers.of_addresses.push((address.shown(), answer)),
            }
        }
        let message = format!("the metadata cannot be used: {answers}");
        let near = answers.near_miss();
        let error = FetchError::new(reason!("the metadata of the issuer is not available")).caused_by(answers);
        Err(Failure { error, message, near })
    }

    async fn read_at(&self, address: &Endpoint, limits: Limits) -> Result<(Endpoint, Duration), Answer> {
        let answer = endpoint::send(address.get(), limits.wait, MAX_BYTES).await.map_err(Answer::None)?;
        let metadata = crate::json::object(&answer.text).map_err(|_| Answer::Malformed)?;
        match metadata.get("issuer").and_then(Value::as_str) {
            None => return Err(Answer::WithoutIssuer),
            Some(issuer) if issuer != self.issuer => return Err(Answer::OtherIssuer(issuer.to_owned())),
            Some(_) => {}
        }
        let url = metadata.get(self.member).and_then(Value::as_str).ok_or(Answer::Without(self.member))?;
        let endpoint = self.endpoint(address, url).map_err(|wrong| Answer::Unusable(self.member, wrong))?;
        Ok((endpoint, limits.lifetime_of(&answer.headers)))
    }

    /// Returns the endpoint at an address that the metadata states.
    fn endpoint(&self, metadata: &Endpoint, url: &str) -> Result<Endpoint, EndpointError> {
        let endpoint = metadata.beside(url)?;
        // A remote issuer does not choose what this machine is asked.
        if !self.is_loopback && endpoint.is_on_this_machine() {
            return Err(EndpointError("is on this machine, and the issuer is not"));
        }
        Ok(endpoint)
    }
}

#[cfg(feature = "introspection")]
impl super::renewal::Published for Endpoint {
    fn has_key(&self, _: &str) -> bool {
        true
    }

    fn trace(fault: Option<&FetchError>) {
        crate::trace::metadata(fault);
    }
}

/// The endpoint that the metadata states.
#[cfg(feature = "introspection")]
impl super::renewal::Fetch<Endpoint> for Discovery {
    fn fetch(&self, limits: Limits) -> super::renewal::FetchFuture<'_, Endpoint> {
        Box::pin(async move {
            self.read(limits).await.map(|(endpoint, lifetime)| (std::sync::Arc::new(endpoint), lifetime))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Discovery, Place};

    #[test]
    fn accepts_loopback_endpoints_of_loopback_issuers_only() {
        for (issuer, url, accepted) in [
            ("https://auth.example.com", "https://keys.example.com/jwks", true),
            ("https://auth.example.com", "http://keys.example.com/jwks", false),
            ("https://auth.example.com", "http://127.0.0.1/jwks", false),
            ("https://auth.example.com", "https://localhost/jwks", false),
            ("https://auth.example.com", "https://[::1]:8443/jwks", false),
            // Other spellings of the same hosts, as the client reads them.
            ("https://auth.example.com", "https://127.1/jwks", false),
            ("https://auth.example.com", "https://127.0.0.2/jwks", false),
            ("https://auth.example.com", "https://2130706433/jwks", false),
            ("https://auth.example.com", "https://0x7f.1/jwks", false),
            ("https://auth.example.com", "https://0177.0.0.1/jwks", false),
            ("https://auth.example.com", "https://%6cocalhost/jwks", false),
            ("https://auth.example.com", "https://LOCALHOST./jwks", false),
            ("https://auth.example.com", "https://127.0.0.1./jwks", false),
            ("https://auth.example.com", "https://x.localhost/jwks", false),
            ("https://auth.example.com", "https://[0:0:0:0:0:0:0:1]/jwks", false),
            ("https://auth.example.com", "https://[::ffff:127.0.0.1]/jwks", false),
            ("https://auth.example.com", "https://[::ffff:7f00:1]/jwks", false),
            ("https://auth.example.com", "https://0.0.0.0/jwks", false),
            ("https://auth.example.com", "https://0/jwks", false),
            ("https://auth.example.com", "https://[::]/jwks", false),
            ("https://auth.example.com", "https://[::ffff:0.0.0.0]/jwks", false),
            ("https://auth.example.com", "https://localhost.example.com/jwks", true),
            ("https://auth.example.com", "https://notlocalhost/jwks", true),
            ("https://auth.example.com", "https://128.0.0.1/jwks", true),
            ("https://[::1]:8080", "https://127.1/jwks", true),
            ("http://localhost:8080", "http://127.0.0.1:8081/jwks", true),
            ("https://localhost:8080", "http://127.0.0.1:8081/jwks", true),
            ("http://127.0.0.1:8080/a", "https://keys.example.com/jwks", true),
            ("http://127.0.0.1:8080/a", "http://keys.example.com/jwks", false),
        ] {
            let place = Place { address: issuer.to_owned(), issuer: issuer.to_owned() };
            let metadata = Discovery::new(&place, Discovery::KEYS).unwrap();
            let first = metadata.addresses.first().unwrap();
            assert_eq!(metadata.endpoint(first, url).is_ok(), accepted, "{issuer} {url}");
        }
    }
}
