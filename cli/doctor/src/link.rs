//! The connection to the server: each request within a time, a rate and a bound, each answer within a size.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method, RequestBuilder, Response, redirect::Policy};
use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    answer::{Answer, Broken, Exchange, Silence},
    error::DoctorError,
    events::Events,
    options::Limits,
    record::Recorder,
    redact::Redaction,
    target::Target,
};

/// Maximum size of a body. The answers of a server with thousands of tools take less.
const MAX_BODY: usize = 4 << 20;
/// After that many requests in a row without a whole answer, no more are sent.
const MAX_SILENT: usize = 3;

/// A request to send.
pub(crate) struct Ask {
    /// What it is, in words.
    pub(crate) what: String,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The credentials: the value of `Authorization`. Never shown.
    pub(crate) authorization: Option<String>,
    pub(crate) body: Option<String>,
}

impl Ask {
    pub(crate) fn new(what: impl Into<String>, method: Method, url: impl Into<String>) -> Self {
        Self { what: what.into(), method, url: url.into(), headers: Vec::new(), authorization: None, body: None }
    }

    pub(crate) fn get(what: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(what, Method::GET, url).header("accept", "application/json")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn authorization(mut self, value: Option<String>) -> Self {
        self.authorization = value;
        self
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask({} {})", self.method, self.what)
    }
}

/// Sends requests.
pub(crate) struct Link {
    client: Client,
    limits: Limits,
    /// The time between two requests.
    pause: Option<Duration>,
    next: Instant,
    sent: usize,
    silent: usize,
    /// When the first request was sent.
    begin: Option<Instant>,
    /// The size of all answers.
    received: usize,
    /// What a progress line shows.
    counter: Arc<AtomicUsize>,
    recorder: Option<Recorder>,
    redaction: Redaction,
    /// The first bound that was reached.
    stopped: Option<String>,
}

impl Link {
    pub(crate) fn new(
        target: &Target,
        limits: Limits,
        counter: Arc<AtomicUsize>,
        recorder: Option<Recorder>,
        redaction: Redaction,
    ) -> Result<Self, DoctorError> {
        // A server that refuses a request without reading its body takes that body for the next request of the connection, so
        // each request has a connection. A redirect is a fact about the server, and must not lead a token elsewhere.
        let client = Client::builder().redirect(Policy::none()).referer(false).pool_max_idle_per_host(0);
        // No proxy knows this machine.
        let client = if target.is_loopback { client.no_proxy() } else { client };
        let client = client.build().map_err(|_| {
            DoctorError::usage(
                "no HTTP client can be created: there are no root certificates",
                "install `ca-certificates`",
            )
        })?;
        let rate = limits.rate.or((!target.is_loopback).then_some(5.0)).filter(|rate| *rate > 0.0);
        let pause = rate.map(|rate| Duration::from_secs_f64((1.0 / rate).min(60.0)));
        Ok(Self {
            client,
            limits,
            pause,
            next: Instant::now(),
            sent: 0,
            silent: 0,
            begin: None,
            received: 0,
            counter,
            recorder,
            redaction,
            stopped: None,
        })
    }

    /// Returns the number of requests that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    /// Returns the bound that was reached, if one was.
    pub(crate) fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Returns why a request could not be recorded, if that happened.
    pub(crate) fn record_failure(&self) -> Option<&str> {
        self.recorder.as_ref().and_then(Recorder::failure)
    }

    /// Returns what hides secrets.
    pub(crate) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(&mut self, ask: Ask) -> Exchange {
        if !self.may_send() {
            return Exchange { what: ask.what, url: ask.url.into(), result: Err(Silence::NotSent) };
        }
        self.wait().await;
        self.sent += 1;
        self.counter.store(self.sent, Ordering::Relaxed);
        self.begin.get_or_insert_with(Instant::now);
        let result = exchange(self.request(&ask), self.limits.timeout).await;
        self.received += result.as_ref().map_or(0, Answer::size);
        let is_whole = result.as_ref().is_ok_and(|answer| answer.broken.is_none());
        self.silent = if is_whole { 0 } else { self.silent + 1 };
        // Before it is recorded: the answer may repeat it elsewhere.
        if let Some(session) = result.as_ref().ok().and_then(|answer| answer.header("mcp-session-id")) {
            self.redaction.hide(session);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.record(&ask, &result, &self.redaction);
        }
        Exchange { what: ask.what, url: ask.url.into(), result }
    }

    fn may_send(&mut self) -> bool {
        if self.silent >= MAX_SILENT {
            let text = format!("the server gave no whole answer to {MAX_SILENT} requests in a row");
            self.stopped.get_or_insert(text);
        } else if self.sent >= self.limits.max_requests {
            let text = format!("the bound of {} requests was reached; raise it with `--max-requests`", self.sent);
            self.stopped.get_or_insert(text);
        } else if self.begin.is_some_and(|begin| begin.elapsed() >= self.limits.max_time) {
            let seconds = self.limits.max_time.as_secs_f32();
            self.stopped.get_or_insert(format!("the run took {seconds} seconds; raise it with `--max-time`"));
        } else if self.received > self.limits.max_bytes {
            let text = format!("the answers of the server are larger than {} bytes in all", self.limits.max_bytes);
            self.stopped.get_or_insert(text);
        }
        self.stopped.is_none()
    }

    async fn wait(&mut self) {
        if let Some(pause) = self.pause {
            sleep_until(self.next).await;
            self.next = Instant::now() + pause;
        }
    }

    fn request(&self, ask: &Ask) -> RequestBuilder {
        let request = self.client.request(ask.method.clone(), &ask.url);
        let request = request.header("user-agent", concat!("mcp-scopes-doctor/", env!("CARGO_PKG_VERSION")));
        let request = ask.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = ask.authorization.iter().fold(request, |request, value| request.header("authorization", value));
        ask.body
            .iter()
            .fold(request, |request, body| request.header("content-type", "application/json").body(body.clone()))
    }
}

/// Sends a request and reads the answer within a time.
async fn exchange(request: RequestBuilder, wait: Duration) -> Result<Answer, Silence> {
    let end = Instant::now() + wait;
    let response = match timeout(wait, request.send()).await {
        Err(_) => return Err(Silence::Slow),
        Ok(Err(error)) if error.is_timeout() => return Err(Silence::Slow),
        Ok(Err(error)) => return Err(Silence::Unreachable(reason(error))),
        Ok(Ok(response)) => response,
    };
    let status = response.status().as_u16();
    let headers: Vec<(String, Vec<u8>)> =
        response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let head = Answer::new(status, headers, Vec::new(), None);
    let (body, broken) = body(response, head.is_stream(), end).await;
    Ok(head.with_body(body, broken))
}

/// Reads a body of at most [`MAX_BODY`] bytes. A stream of events is read until it contains the response: it may stay open.
async fn body(mut response: Response, is_stream: bool, end: Instant) -> (Vec<u8>, Option<Broken>) {
    let mut body = Vec::new();
    let mut events = Events::default();
    loop {
        let chunk = match tokio::time::timeout_at(end, response.chunk()).await {
            Err(_) => return (body, Some(Broken::Slow)),
            Ok(Err(_)) => return (body, Some(Broken::CutOff)),
            Ok(Ok(None)) => return (body, None),
            Ok(Ok(Some(chunk))) => chunk,
        };
        let room = MAX_BODY.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return (body, Some(Broken::TooLarge));
        }
        if is_stream && events.response(&body).is_some() {
            return (body, None);
        }
    }
}

/// Returns why a connection failed, without the address, whose query may hold a secret.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
