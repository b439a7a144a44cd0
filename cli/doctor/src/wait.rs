//! Waits for a server that has just been started.

use std::time::Duration;

use reqwest::Url;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until, timeout_at},
};

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until the host of a URL accepts connections, or for this time. Sends nothing.
pub(crate) async fn until_connected(url: &str, longest: Duration) {
    let Some((host, port)) = Url::parse(url).ok().and_then(|url| socket(&url)) else { return };
    let end = Instant::now() + longest;
    while Instant::now() < end {
        let next = Instant::now() + PAUSE;
        sleep_until(next.min(end)).await;
        if let Ok(Ok(_)) = timeout_at(end, TcpStream::connect((host.as_str(), port))).await {
            return;
        }
    }
}

fn socket(url: &Url) -> Option<(String, u16)> {
    let host = url.host_str()?;
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    Some((literal.to_owned(), url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::socket;

    #[test]
    fn returns_host_and_port() {
        for (url, host, port) in [("https://h/mcp", "h", 443), ("http://[::1]:8000/", "::1", 8000)] {
            assert_eq!(socket(&Url::parse(url).unwrap()), Some((host.to_owned(), port)));
        }
    }
}
