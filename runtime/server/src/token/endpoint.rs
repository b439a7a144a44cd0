//! HTTP requests to an issuer: only to the configured address, bounded in time and size.

use core::{error::Error, fmt, time::Duration};
use std::sync::Arc;

use http::StatusCode;
use mcp_scopes_model::address::Address;
#[cfg(feature = "jwks")]
use mcp_scopes_model::address::is_this_machine;
use reqwest::{Client, RequestBuilder, Response, Url, redirect::Policy};

#[cfg(feature = "introspection")]
use super::TokenError;
use crate::reason::reason;

/// An endpoint of an issuer.
#[derive(Clone)]
pub(super) struct Endpoint {
    client: Client,
    url: Url,
}

/// A response of the issuer.
pub(super) struct IssuerResponse {
    #[cfg(feature = "jwks")]
    pub(super) headers: http::HeaderMap,
    pub(super) text: String,
}

/// Why a request failed. The reason may be shown to clients; the rest is for the operator.
#[derive(Clone, Debug)]
pub(crate) struct FetchError {
    pub(crate) reason: &'static str,
    pub(crate) status: Option<StatusCode>,
    /// Without the address, which may contain a secret.
    pub(crate) source: Option<Arc<dyn Error + Send + Sync>>,
    /// Whether the issuer says that it does not support tokens of this type (RFC 7009 §2.2.1).
    #[cfg(feature = "introspection")]
    pub(super) is_unsupported_token: bool,
}

impl FetchError {
    pub(super) const fn new(reason: &'static str) -> Self {
        Self {
            reason,
            status: None,
            source: None,
            #[cfg(feature = "introspection")]
            is_unsupported_token: false,
        }
    }

    /// Adds the error that caused the failure.
    pub(super) fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    #[cfg(feature = "introspection")]
    pub(super) fn into_unavailable(self) -> TokenError {
        TokenError::unavailable(self.reason).with_source(self.source)
    }
}

/// Completes the sentence "the address ..".
impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "answered with status {}: {}", status.as_u16(), self.reason)?,
            None => write!(f, "gave no usable answer: {}", self.reason)?,
        }
        let mut source = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl Endpoint {
    /// Checks the address, and creates the client. Nothing is sent yet.
    pub(super) fn new(url: &str) -> Result<Self, EndpointError> {
        let address = Address::parse(url).map_err(EndpointError)?;
        let parsed = checked(address, url)?;
        // With redirects, the responding server could choose which other server is trusted, or receives a token.
        let client = Client::builder().redirect(Policy::none()).referer(false).https_only(address.is_https());
        // No proxy is used for plain http, which is only to a loopback host.
        let client = if address.is_https() { client } else { client.no_proxy() };
        let client = client.build().map_err(|_| EndpointError("cannot be asked: there are no root certificates"))?;
        Ok(Self { client, url: parsed })
    }

    /// Returns another endpoint of the same issuer.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    #[cfg(feature = "jwks")]
    pub(super) fn beside(&self, url: &str) -> Result<Self, EndpointError> {
        let address = Address::parse(url).map_err(EndpointError)?;
        // The settings of a client depend on the scheme.
        if !address.scheme.eq_ignore_ascii_case(self.url.scheme()) {
            return Self::new(url);
        }
        Ok(Self { client: self.client.clone(), url: checked(address, url)? })
    }

    #[cfg(feature = "jwks")]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.url == other.url
    }

    /// Returns whether the host is this machine, in the spelling that the client reads: `127.1` is `127.0.0.1` there.
    #[cfg(feature = "jwks")]
    pub(super) fn is_on_this_machine(&self) -> bool {
        self.url.host_str().is_some_and(is_this_machine)
    }

    /// Returns the address without its query, which may contain a secret.
    #[cfg(feature = "jwks")]
    pub(super) fn shown(&self) -> String {
        format!("{}{}", self.url.origin().ascii_serialization(), self.url.path())
    }

    #[cfg(feature = "jwks")]
    pub(super) fn get(&self) -> RequestBuilder {
        self.client.get(self.url.clone())
    }

    #[cfg(feature = "introspection")]
    pub(super) fn post(&self) -> RequestBuilder {
        self.client.post(self.url.clone())
    }
}

/// Checks an address, and returns it as the client reads it.
fn checked(address: Address<'_>, url: &str) -> Result<Url, EndpointError> {
    if !address.is_https_or_loopback_http() {
        return Err(EndpointError("is not https; plain http is only for this machine"));
    }
    if address.has_user() || address.fragment.is_some() {
        return Err(EndpointError("holds a user or a fragment; leave them out"));
    }
    Url::parse(url).map_err(|_| EndpointError("is no URL that can be asked"))
}

/// Sends a request and reads the response, within `wait` and at most `max_bytes`.
pub(super) async fn send(
    request: RequestBuilder,
    wait: Duration,
    max_bytes: usize,
) -> Result<IssuerResponse, FetchError> {
    let request = request.header("accept", "application/json").timeout(wait);
    let mut response = request.send().await.map_err(fetch_error)?;
    let status = response.status();
    let at_status = |reason| FetchError { status: Some(status), ..FetchError::new(reason) };
    if status.is_redirection() {
        return Err(at_status(reason!("the issuer redirects, which is not followed; configure the final address")));
    }
    if status != StatusCode::OK {
        let error = at_status(reason!("the issuer responds with an error status"));
        #[cfg(feature = "introspection")]
        let error = FetchError {
            is_unsupported_token: status == StatusCode::BAD_REQUEST
                && body(&mut response, max_bytes).await.is_ok_and(|text| states_unsupported_token(&text)),
            ..error
        };
        return Err(error);
    }
    let text = body(&mut response, max_bytes).await?;
    Ok(IssuerResponse {
        #[cfg(feature = "jwks")]
        headers: core::mem::take(response.headers_mut()),
        text,
    })
}

/// Reads the body of a response, of at most `max_bytes`.
async fn body(response: &mut Response, max_bytes: usize) -> Result<String, FetchError> {
    let status = response.status();
    let at_status = |reason| FetchError { status: Some(status), ..FetchError::new(reason) };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(fetch_error)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(at_status(reason!("the response of the issuer is too large")));
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| at_status(reason!("the response of the issuer is not UTF-8")))
}

/// Returns whether an error response (RFC 6749 §5.2) says that tokens of this type are not supported.
#[cfg(feature = "introspection")]
fn states_unsupported_token(text: &str) -> bool {
    let error = crate::json::object(text).ok().and_then(|mut members| members.remove("error"));
    error.is_some_and(|error| error == "unsupported_token_type")
}

/// Removes the address, which may contain a secret and is part of the client's error text.
fn fetch_error(error: reqwest::Error) -> FetchError {
    let reason =
        if error.is_timeout() { reason!("the issuer takes too long") } else { reason!("the issuer cannot be reached") };
    FetchError::new(reason).caused_by(error.without_url())
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint(..)")
    }
}

/// Why an address is rejected. Its text is static, and does not contain the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointError(pub(super) &'static str);

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address of the issuer {}", self.0)
    }
}

impl Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn requires_https_except_on_loopback() {
        for good in [
            "https://auth.example.com/jwks?tenant=1",
            "http://127.0.0.1:8080/jwks",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(Endpoint::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://auth.example.com/jwks",
            "http://localhost.example.com/",
            "http://127.1/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "file:///etc/jwks.json",
            "ftp://127.0.0.1/",
            "https://user:secret@auth.example.com/",
            "http://localhost@auth.example.com/",
            "https://auth.example.com/#keys",
            "https:///jwks",
            "/jwks",
            "",
        ] {
            let error = Endpoint::new(bad).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{bad}: {error}");
        }
    }
}
