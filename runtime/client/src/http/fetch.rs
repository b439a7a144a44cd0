//! Requests: only to https or to this machine, bounded in time and size, without redirects.

use core::{net::IpAddr, time::Duration};
use std::sync::OnceLock;

use mcp_scopes_model::address::{Address, is_this_machine};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
    redirect::Policy,
};

use crate::step_up::Refusal;

/// The maximum duration of one request.
const WAIT: Duration = Duration::from_secs(20);
/// The maximum size of a response in bytes.
const MAX_BYTES: usize = 256 << 10;

const TOO_LARGE: Refusal = Refusal::Unusable("a response of the authorization server is larger than 256 KiB");
const NOT_TEXT: Refusal = Refusal::Unusable("a response of the authorization server is not UTF-8");

/// Sends requests for one MCP server.
pub(super) struct Http {
    /// Whether addresses of this machine and of private networks are asked. A remote server does not choose what is asked there.
    may_be_loopback: bool,
    may_be_private: bool,
    /// With https, and with plain http to this machine.
    clients: [OnceLock<Client>; 2],
}

/// A response.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) text: String,
    /// The header `DPoP-Nonce`.
    pub(super) nonce: Option<String>,
}

/// The headers of a request that are secret: `Authorization`, and the proof of possession.
#[derive(Default)]
pub(super) struct Secrets {
    pub(super) authorization: Option<String>,
    pub(super) proof: Option<String>,
}

impl Http {
    pub(super) fn new(server: &str) -> Self {
        let is_host = |is: fn(&str) -> bool| Url::parse(server).is_ok_and(|url| url.host_str().is_some_and(is));
        Self {
            may_be_loopback: is_host(is_this_machine),
            may_be_private: is_host(|host| is_this_machine(host) || is_private(host)),
            clients: [const { OnceLock::new() }; 2],
        }
    }

    /// Reads a document.
    pub(super) async fn get(&self, address: &str) -> Result<Response, Refusal> {
        let (client, url) = self.client(address)?;
        send(client.get(url)).await
    }

    /// Sends a text.
    pub(super) async fn post(
        &self,
        address: &str,
        content_type: &'static str,
        secrets: Secrets,
        body: String,
    ) -> Result<Response, Refusal> {
        let (client, url) = self.client(address)?;
        let mut request = client.post(url).header("content-type", content_type).body(body);
        let headers = [(AUTHORIZATION, secrets.authorization), (HeaderName::from_static("dpop"), secrets.proof)];
        for (name, value) in headers {
            if let Some(value) = value {
                let mut value = HeaderValue::from_str(&value).map_err(|_| NOT_TEXT)?;
                // Not in the logs of the HTTP client.
                value.set_sensitive(true);
                request = request.header(name, value);
            }
        }
        send(request).await
    }

    /// Returns whether an address may be asked, or shown to the user.
    pub(super) fn check(&self, address: &str) -> Result<(), Refusal> {
        let unusable = |reason| Err(Refusal::Unusable(reason));
        let Ok(parts) = Address::parse(address) else {
            return unusable("the metadata names an address that is not a URL");
        };
        if !parts.is_https_or_loopback_http() {
            return unusable("the metadata names an address that is not https");
        }
        if parts.has_user() || parts.fragment.is_some() {
            return unusable("the metadata names an address with a user or a fragment");
        }
        // The spelling that the client reads decides: `127.1` is `127.0.0.1` there.
        let Ok(url) = Url::parse(address) else {
            return unusable("the metadata names an address that is not a URL");
        };
        if url.host_str().is_some_and(is_this_machine) && !self.may_be_loopback {
            return unusable(
                "the metadata names an address on this machine, and the MCP server is not on this machine",
            );
        }
        if url.host_str().is_some_and(is_private) && !self.may_be_private {
            return unusable(
                "the metadata names an address of a private network by its number, and the MCP server is not named in that way; name it by a host name",
            );
        }
        Ok(())
    }

    fn client(&self, address: &str) -> Result<(&Client, Url), Refusal> {
        self.check(address)?;
        let unusable = Refusal::Unusable("the metadata names an address that is not a URL");
        let url = Url::parse(address).map_err(|_| unusable)?;
        let is_https = url.scheme() == "https";
        let [https, loopback] = &self.clients;
        let client = if is_https { https } else { loopback };
        if let Some(client) = client.get() {
            return Ok((client, url));
        }
        // With redirects, the responding server could choose which other server is trusted, or receives a secret.
        let builder = Client::builder().redirect(Policy::none()).referer(false).https_only(is_https).timeout(WAIT);
        // No proxy is used for plain http, which is only to a loopback host.
        let builder = if is_https { builder } else { builder.no_proxy() };
        let created =
            builder.build().map_err(|_| Refusal::Unusable("there are no root certificates on this machine"))?;
        Ok((client.get_or_init(|| created), url))
    }
}

/// Returns whether a host is the literal address of a network that is not the Internet, for a host as the HTTP client reads it. A name that leads to one
/// is not seen here: https to it fails for the name in its certificate.
fn is_private(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    match literal.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            let [first, second, ..] = address.octets();
            // RFC 6598: the networks between providers and their customers.
            let is_shared = first == 100 && second & 0xc0 == 64;
            address.is_private() || address.is_link_local() || address.is_broadcast() || is_shared || first == 0
        }
        Ok(IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        Err(_) => false,
    }
}

async fn send(request: RequestBuilder) -> Result<Response, Refusal> {
    let unavailable = |_: reqwest::Error| Refusal::Unavailable;
    let mut response = request.header("accept", "application/json").send().await.map_err(unavailable)?;
    let nonce = response.headers().get("dpop-nonce").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(TOO_LARGE);
        }
        body.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(body).map_err(|_| NOT_TEXT)?;
    Ok(Response { status: response.status().as_u16(), text, nonce })
}

#[cfg(test)]
mod tests {
    use super::Http;

    #[test]
    fn a_remote_server_does_not_choose_what_this_machine_is_asked() {
        for (server, address, accepted) in [
            ("https://h/mcp", "https://auth.example.com/token", true),
            ("https://h/mcp", "http://auth.example.com/token", false),
            ("https://h/mcp", "https://localhost/token", false),
            ("https://h/mcp", "http://127.0.0.1:9000/token", false),
            ("https://h/mcp", "https://[::1]/token", false),
            // Other spellings of the same hosts, as the client reads them.
            ("https://h/mcp", "https://2130706433/token", false),
            ("https://h/mcp", "https://127.1/token", false),
            ("https://h/mcp", "https://0x7f.1/token", false),
            ("https://h/mcp", "https://%6cocalhost/token", false),
            ("https://h/mcp", "https://LOCALHOST./token", false),
            ("https://h/mcp", "https://x.localhost/token", false),
            ("https://h/mcp", "https://[::ffff:127.0.0.1]/token", false),
            ("https://h/mcp", "https://0.0.0.0/token", false),
            ("https://h/mcp", "https://[::]/token", false),
            ("https://h/mcp", "https://localhost.example.com/token", true),
            ("https://[::ffff:127.0.0.1]/mcp", "https://localhost/token", true),
            ("https://h/mcp", "https://10.0.0.5/token", false),
            ("https://h/mcp", "https://169.254.169.254/latest", false),
            ("https://h/mcp", "https://192.168.1/token", false),
            ("https://h/mcp", "https://100.64.0.1/token", false),
            ("https://h/mcp", "https://[fd00::1]/token", false),
            ("https://h/mcp", "https://[fe80::1]/token", false),
            ("https://h/mcp", "https://[::ffff:10.0.0.5]/token", false),
            ("https://h/mcp", "https://100.128.0.1/token", true),
            ("https://10.0.0.4/mcp", "https://10.0.0.5/token", true),
            ("https://10.0.0.4/mcp", "https://127.0.0.1/token", false),
            ("http://127.0.0.1/mcp", "https://10.0.0.5/token", true),
            ("http://127.0.0.1/mcp", "http://127.0.0.1:9000/token", true),
            ("http://127.0.0.1/mcp", "https://auth.example.com/token", true),
            ("http://127.0.0.1/mcp", "http://auth.example.com/token", false),
            ("https://h/mcp", "https://user@auth.example.com/token", false),
            ("https://h/mcp", "https://auth.example.com/#token", false),
            ("https://h/mcp", "file:///etc/passwd", false),
        ] {
            assert_eq!(Http::new(server).check(address).is_ok(), accepted, "{server} {address}");
        }
    }
}
