//! A client over a socket that returns the answers as received.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};

use crate::server::Ask;

/// The timeout for the next bytes of an answer, generous for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer whose body may still be incomplete.
pub(super) struct Open {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: Incoming,
    /// The received part of an incomplete event.
    part: String,
}

/// A complete answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// One event of a stream.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: Option<String>,
    pub(super) data: String,
}

/// Sends a request on its own connection.
pub(super) async fn open(address: SocketAddr, ask: Ask) -> Open {
    let mut request = ask.0;
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::try_from(address.to_string()).unwrap());
    headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json, text/event-stream"));
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        http1::handshake::<_, http_body_util::Full<Bytes>>(TokioIo::new(stream)).await.unwrap();
    // It ends when the answer is read or dropped.
    tokio::spawn(connection);
    let response = timeout(PATIENCE, sender.send_request(request)).await.unwrap().unwrap();
    let (parts, body) = response.into_parts();
    Open { status: parts.status.as_u16(), headers: parts.headers, body, part: String::new() }
}

/// Sends a request on its own connection and reads the whole answer.
pub(super) async fn send(address: SocketAddr, ask: Ask) -> Reply {
    open(address, ask).await.rest().await
}

impl Open {
    /// Returns the next event, or `None` at the end of the stream.
    pub(super) async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.part.split_once("\n\n") {
                let event = Event::read(event);
                let rest = rest.to_owned();
                self.part = rest;
                // Comments keep the connection open.
                if let Some(event) = event {
                    return Some(event);
                }
                continue;
            }
            let frame = timeout(PATIENCE, self.body.frame()).await.unwrap()?.unwrap();
            self.part.push_str(str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }

    /// Reads the rest of the answer.
    pub(super) async fn rest(self) -> Reply {
        let body = timeout(PATIENCE, self.body.collect()).await.unwrap().unwrap().to_bytes();
        let body = format!("{}{}", self.part, str::from_utf8(&body).unwrap());
        Reply { status: self.status, headers: self.headers, body }
    }
}

impl Event {
    fn read(text: &str) -> Option<Self> {
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        let (id, data) = (field("id:"), field("data:"));
        (id.is_some() || data.is_some()).then(|| Self { id, data: data.unwrap_or_default() })
    }
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the events of a stream.
    pub(super) fn events(&self) -> Vec<Event> {
        self.body.split("\n\n").filter_map(Event::read).collect()
    }

    /// Returns the id of the first event.
    pub(super) fn first_id(&self) -> String {
        self.events().into_iter().find_map(|event| event.id).unwrap_or_else(|| panic!("no event has an id: {self:?}"))
    }

    /// Returns the message, or the last one of a stream.
    pub(super) fn message(&self) -> Value {
        let text = self.events().pop().map_or_else(|| self.body.clone(), |event| event.data);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the text of a tool result.
    pub(super) fn text(&self) -> String {
        let message = self.message();
        let text = message["result"]["content"][0]["text"].as_str();
        text.unwrap_or_else(|| panic!("no tool has answered: {self:?}")).to_owned()
    }

    /// Returns the status and the JSON-RPC code of an error.
    pub(super) fn status_and_code(&self) -> (u16, i64) {
        let code = self.message()["error"]["code"].as_i64();
        (self.status, code.unwrap_or_else(|| panic!("no error: {self:?}")))
    }

    /// Returns the status and the challenge.
    pub(super) fn challenge(&self) -> (u16, &str) {
        (self.status, self.header("www-authenticate"))
    }
}
