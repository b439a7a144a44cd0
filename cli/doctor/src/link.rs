//! The connection to the server: sends requests within the bounds, and records them.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use tokio::time::{Instant, sleep_until};

use crate::{
    answer::{Answer, Exchange, Silence},
    bounds::{Bounds, Verdict},
    error::DoctorError,
    fetch::exchange,
    options::Limits,
    record::Recorder,
    redact::Redaction,
    report::Skipped,
    target::{Target, is_near},
};

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
    pub(crate) purpose: Purpose,
}

/// What a request is for, as far as the bounds differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Other,
    /// Is repeated until the server is up.
    First,
    /// Calls a tool that exists, which may take its time.
    Tool,
    /// Opens a session.
    Session,
    /// Ends a session.
    End,
}

impl Ask {
    pub(crate) fn new(what: impl Into<String>, method: Method, url: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            method,
            url: url.into(),
            headers: Vec::new(),
            authorization: None,
            body: None,
            purpose: Purpose::Other,
        }
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

    pub(crate) fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
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
    /// For this machine, which no proxy knows.
    near: Option<Client>,
    /// For other machines.
    far: Option<Client>,
    limits: Limits,
    bounds: Bounds,
    /// What a progress line shows.
    counter: Arc<AtomicUsize>,
    recorder: Option<Recorder>,
    redaction: Redaction,
}

impl Link {
    pub(crate) fn new(
        target: &Target,
        limits: Limits,
        counter: Arc<AtomicUsize>,
        recorder: Option<Recorder>,
        redaction: Redaction,
    ) -> Result<Self, DoctorError> {
        let bounds = Bounds::new(limits, &target.url);
        let mut link = Self { near: None, far: None, limits, bounds, counter, recorder, redaction };
        // The other client is rarely needed.
        link.client(is_near(&target.url)).map_err(|why| DoctorError::usage(why, "install `ca-certificates`"))?;
        Ok(link)
    }

    /// Returns the number of requests that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.bounds.sent
    }

    /// Sends nothing more, and says why.
    pub(crate) fn stop(&mut self, why: String) {
        self.bounds.stop(why);
    }

    /// Returns which requests were not sent.
    pub(crate) fn skipped(&self) -> Vec<Skipped> {
        self.bounds.skipped()
    }

    /// Returns why a request could not be recorded, if that happened.
    pub(crate) fn record_failure(&self) -> Option<&str> {
        self.recorder.as_ref().and_then(Recorder::failure)
    }

    /// Returns what hides secrets.
    pub(crate) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Keeps a request to end a session, whatever bound is reached before.
    pub(crate) fn reserve(&mut self) {
        self.bounds.reserve();
    }

    /// Sends a request and reads the answer. If the server limits requests, sends it once more.
    pub(crate) async fn send(&mut self, ask: Ask) -> Exchange {
        let mut result = self.attempt(&ask).await;
        if let Some(wait) = limit(&result) {
            let again = self.bounds.again(wait, Instant::now());
            result = match again {
                Some(start) => {
                    sleep_until(start).await;
                    self.attempt(&ask).await
                }
                None => Err(Silence::Limited),
            };
            if limit(&result).is_some() {
                result = Err(Silence::Limited);
            }
        }
        if !matches!(result, Err(Silence::NotSent)) {
            self.bounds.end(ask.purpose, &ask.url, &result);
        }
        Exchange { what: ask.what, url: ask.url.into(), result }
    }

    /// Sends a request, if it may be sent.
    async fn attempt(&mut self, ask: &Ask) -> Result<Answer, Silence> {
        match self.bounds.judge(ask.purpose, &ask.url, Instant::now()) {
            Verdict::Send(start) => sleep_until(start).await,
            Verdict::NotSent => return Err(Silence::NotSent),
            Verdict::Limited => return Err(Silence::Limited),
        }
        let is_near = is_near(&ask.url);
        self.bounds.begin(ask.purpose, is_near, Instant::now());
        self.counter.store(self.bounds.sent, Ordering::Relaxed);
        let result = match self.client(is_near) {
            Ok(client) => exchange(request(&client, ask), self.limits.timeout).await,
            Err(why) => Err(Silence::Unreachable(why.to_owned())),
        };
        // Before it is recorded: the answer may repeat it elsewhere.
        if let Some(session) = result.as_ref().ok().and_then(|answer| answer.header("mcp-session-id")) {
            self.redaction.hide(session);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.record(ask, &result, &self.redaction);
        }
        result
    }

    fn client(&mut self, is_near: bool) -> Result<Client, &'static str> {
        let slot = if is_near { &mut self.near } else { &mut self.far };
        if let Some(client) = slot {
            return Ok(client.clone());
        }
        // A server that refuses a request without reading its body takes that body for the next request of the connection, so
        // each request has a connection. A redirect is a fact about the server, and must not lead a token elsewhere.
        let client = Client::builder().redirect(Policy::none()).referer(false).pool_max_idle_per_host(0);
        let client = if is_near { client.no_proxy() } else { client };
        let client = client.build().map_err(|_| "no HTTP client can be created: there are no root certificates")?;
        Ok(slot.insert(client).clone())
    }
}

/// Returns for how long a server asks to wait.
fn limit(result: &Result<Answer, Silence>) -> Option<std::time::Duration> {
    result.as_ref().ok().and_then(Answer::limit)
}

fn request(client: &Client, ask: &Ask) -> RequestBuilder {
    let request = client.request(ask.method.clone(), &ask.url);
    let request = request.header("user-agent", concat!("mcp-scopes-doctor/", env!("CARGO_PKG_VERSION")));
    let request = ask.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    let request = ask.authorization.iter().fold(request, |request, value| request.header("authorization", value));
    ask.body.iter().fold(request, |request, body| request.header("content-type", "application/json").body(body.clone()))
}
