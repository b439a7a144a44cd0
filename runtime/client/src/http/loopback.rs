//! Receives the redirect on this machine (RFC 8252 §7.3).

use core::{fmt, time::Duration};
use std::{borrow::Cow, io};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::step_up::Refusal;

use super::interaction::Interaction;

const NO_REDIRECT: Refusal = Refusal::Unusable("this machine does not receive the redirect of the browser");

const PATH: &str = "/callback";
/// How long the user may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long one request may take, and its maximum size in bytes. Browsers also open connections in advance, and send nothing.
const WAIT: Duration = Duration::from_secs(1);
const MAX_BYTES: usize = 16 << 10;

/// Asks the user in a browser on this machine, and receives the redirect there.
///
/// ```no_run
/// use mcp_scopes_client::http::{ClientIdentity, HttpAuthorizer, LoopbackInteraction};
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let browser = LoopbackInteraction::bind(0, |address| println!("open {address}")).await?;
/// let (identity, redirect_uri) = (ClientIdentity::register("Example client"), browser.redirect_uri());
/// let login = HttpAuthorizer::for_user("https://notes.example.com/mcp", identity, &redirect_uri, browser)?;
/// # Ok(()) }
/// ```
pub struct LoopbackInteraction<F> {
    listener: TcpListener,
    port: u16,
    open: F,
    patience: Duration,
}

impl<F> fmt::Debug for LoopbackInteraction<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopbackInteraction").field("port", &self.port).finish_non_exhaustive()
    }
}

impl<F: Fn(&str) + Send + Sync + 'static> LoopbackInteraction<F> {
    /// Listens on a port of 127.0.0.1; 0: on a free one. `open` opens an address in the user's browser.
    ///
    /// # Errors
    /// Another program listens on that port.
    pub async fn bind(port: u16, open: F) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port, open, patience: PATIENCE })
    }

    /// Returns the redirect address: `http://127.0.0.1:PORT/callback`.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the redirect with this `state`. Web pages and programs on this machine can send other requests.
    async fn redirected(&self, state: &str) -> Option<String> {
        loop {
            let (mut stream, _) = self.listener.accept().await.ok()?;
            let query = timeout(WAIT, query(&mut stream)).await.ok().flatten();
            let query = query.filter(|query| parameter(query, "state").as_deref() == Some(state));
            let (status, text) = match query {
                Some(_) => ("200 OK", "You can close this window, and return to the application."),
                None => ("404 Not Found", "There is nothing at this address."),
            };
            let response = format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            // The browser may have gone; what it has sent counts.
            let _ = timeout(WAIT, stream.write_all(response.as_bytes())).await;
            if query.is_some() {
                return query;
            }
        }
    }
}

impl<F: Fn(&str) + Send + Sync + 'static> Interaction for LoopbackInteraction<F> {
    async fn authorize(&self, url: &str) -> Result<String, Refusal> {
        let state = url.split_once('?').and_then(|(_, query)| parameter(query, "state")).ok_or(NO_REDIRECT)?;
        (self.open)(url);
        // A user who closes the window sends nothing.
        let redirected = timeout(self.patience, self.redirected(&state)).await.map_err(|_| Refusal::TimedOut)?;
        redirected.ok_or(NO_REDIRECT)
    }
}

/// Reads a request for the redirect address, and returns its query.
async fn query(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        head.extend_from_slice(part.get(..length)?);
        if head.len() > MAX_BYTES {
            return None;
        }
    }
    let line = str::from_utf8(&head).ok()?.lines().next()?;
    let target = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    Some(target.strip_prefix(PATH)?.strip_prefix('?')?.to_owned())
}

fn parameter<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    form_urlencoded::parse(query.as_bytes()).find_map(|(known, value)| (known == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::mpsc,
    };

    use super::{Duration, Interaction as _, LoopbackInteraction, Refusal};

    async fn get(port: u16, request: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.split(' ').nth(1).map(ToOwned::to_owned)
    }

    #[tokio::test]
    async fn a_closed_window_is_not_a_user_who_declines() {
        let mut browser = LoopbackInteraction::bind(0, |_: &str| {}).await.unwrap();
        browser.patience = Duration::ZERO;
        let answer = browser.authorize("https://auth.example.com/authorize?state=s").await;
        assert_eq!(answer, Err(Refusal::TimedOut));
    }

    #[tokio::test]
    async fn waits_for_the_redirect_with_its_state() {
        let (opened, mut addresses) = mpsc::unbounded_channel();
        let open = move |address: &str| {
            let _ = opened.send(address.to_owned());
        };
        let browser = LoopbackInteraction::bind(0, open).await.unwrap();
        let port = browser.port;
        assert_eq!(browser.redirect_uri(), format!("http://127.0.0.1:{port}/callback"));
        let (query, ()) =
            tokio::join!(browser.authorize("https://auth.example.com/authorize?a=b&state=s%20t"), async {
                assert!(addresses.recv().await.is_some());
                for (request, status) in [
                    ("GET / HTTP/1.1\r\n\r\n", "404"),
                    ("GET /callback?code=stolen HTTP/1.1\r\n\r\n", "404"),
                    ("GET /callback?code=stolen&state=guessed HTTP/1.1\r\n\r\n", "404"),
                    ("POST /callback?code=c&state=s+t HTTP/1.1\r\n\r\n", "404"),
                    ("GET /callback?code=c&state=s+t HTTP/1.1\r\nhost: a\r\n\r\n", "200"),
                ] {
                    assert_eq!(get(port, request).await.as_deref(), Some(status), "{request}");
                }
            });
        assert_eq!(query.as_deref(), Ok("code=c&state=s+t"));
    }
}
