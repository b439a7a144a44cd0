//! The order of the requests of a run.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicUsize},
    time::Instant,
};

use mcp_scopes_model::nearest::nearest;
use mcp_scopes_prm::json::Json;
use mcp_scopes_scan::shortened;
use reqwest::Method;

use crate::{
    answer::{Answer, Exchange, Message, Silence},
    error::DoctorError,
    facts::{Facts, Hierarchy, Misuse, Talk, Who},
    link::{Ask, Link, Purpose},
    options::Options,
    probe::{conformance, discovery, issuers, misuse, talk, tokens},
    record::Recorder,
    report::{Examination, Skipped, assemble},
    sink::joined,
    speech::{Speech, WITH_SESSION, initialize},
    target::Target,
    tls,
    token::Token,
    wait,
};

/// Sends the requests of a run.
pub(crate) struct Examiner<'o> {
    pub(crate) options: &'o Options,
    pub(crate) target: Target,
    pub(crate) link: Link,
    /// What was not checked, and why.
    pub(crate) skipped: Vec<Skipped>,
    /// Whether anyone may send `initialize`, and not what follows it.
    pub(crate) has_open_initialize: bool,
    /// Requests that only show failures.
    pub(crate) further: Vec<Exchange>,
    /// The sessions to end: the token, and the request.
    sessions: Vec<(Option<String>, Speech)>,
}

/// Examines a server, like [`examine`], and waits for the result.
///
/// # Errors
/// As for [`examine`].
pub fn run(options: &Options, counter: Arc<AtomicUsize>) -> Result<Examination, DoctorError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| DoctorError::usage(format!("requests cannot be sent: {error}"), "try again"))?;
    runtime.block_on(examine(options, counter))
}

/// Examines a server. `counter` is set to the number of requests that were sent.
///
/// # Errors
/// Returns an error if the address cannot be used, or if the server does not answer at all.
pub async fn examine(options: &Options, counter: Arc<AtomicUsize>) -> Result<Examination, DoctorError> {
    let target = Target::new(&options.url, options.allow_http)?;
    let recorder = options.record.as_deref().map(Recorder::new);
    let recorder = recorder.transpose().map_err(|why| {
        DoctorError::usage(format!("the folder for records cannot be used: {why}"), "name another folder")
    })?;
    let redaction = target.redaction(&options.tokens);
    let link = Link::new(&target, options.limits, counter, recorder, redaction)?;
    let mut examiner = Examiner {
        options,
        target,
        link,
        skipped: Vec::new(),
        has_open_initialize: false,
        further: Vec::new(),
        sessions: Vec::new(),
    };
    let facts = examiner.facts().await?;
    let Examiner { link, skipped, .. } = examiner;
    Ok(assemble(options, &facts, &link, skipped))
}

impl Examiner<'_> {
    async fn facts(&mut self) -> Result<Facts, DoctorError> {
        let (anonymous, speech) = self.first().await?;
        let discovery = discovery::probe(self, &anonymous).await;
        let issuers = issuers::probe(self, discovery.document.as_ref()).await;
        let talks = self.talks(&anonymous).await;
        // The revision that a token opens is known for sure.
        let known = talks.iter().find(|talk| talk.is_open).map(|talk| match &talk.speech {
            Speech::Stateless => Speech::Stateless,
            Speech::Session { revision, .. } => Speech::Session { revision: revision.clone(), id: None },
        });
        let tokens = tokens::probe(self, known.as_ref(), &discovery, &anonymous).await;
        let speech = known.unwrap_or(speech);
        let misuses = self.misuses(&talks).await;
        let open_methods = misuse::open_methods(self, &speech, &anonymous).await;
        let talks = self.calls(talks).await;
        let fixture = if self.options.conformance { conformance::probe(self).await } else { Vec::new() };
        self.end_sessions().await;
        let subject = |token: &Option<Token>| token.as_ref().and_then(Token::unverified_subject);
        let (low, full) = (subject(&self.options.tokens.low), subject(&self.options.tokens.full));
        let document = discovery.document.as_ref().map(|document| &document.draft.document);
        let needs_proof = document.is_some_and(|document| {
            document.dpop_bound_access_tokens_required == Some(true)
                || document.tls_client_certificate_bound_access_tokens == Some(true)
        });
        let hierarchy = Hierarchy::of(&discovery);
        Ok(Facts {
            target: self.target.clone(),
            anonymous,
            discovery,
            issuers,
            tokens,
            further: std::mem::take(&mut self.further),
            talks,
            misuses,
            open_methods,
            fixture,
            low_scopes: self.options.tokens.low.as_ref().and_then(Token::unverified_scopes),
            hierarchy,
            needs_proof,
            has_foreign: self.options.tokens.foreign.is_some(),
            has_two_subjects: low.zip(full).map(|(low, full)| low != full),
        })
    }

    /// Sends the first request, without a token, in the form of the newest revision, or else of the one before.
    async fn first(&mut self) -> Result<(Exchange, Speech), DoctorError> {
        let url = self.target.url.clone();
        let ask =
            || Speech::Stateless.ask("`tools/list` without a token", &url, "tools/list", "").purpose(Purpose::First);
        let mut newest = self.link.send(ask()).await;
        let end = Instant::now() + self.options.limits.wait;
        // A proxy may accept connections before the server does.
        while matches!(newest.result, Err(Silence::Unreachable(_))) && tls::failure(&newest).is_none() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            wait::until_connected(&url, left).await;
            newest = self.link.send(ask()).await;
        }
        if tls::failure(&newest).is_some() {
            self.link.stop("the TLS handshake with the server fails".to_owned());
            return Ok((newest, Speech::Stateless));
        }
        match &newest.result {
            Err(Silence::Unreachable(why)) => {
                let message = format!("the server cannot be reached: {why}");
                let help = "check the address, and that the server runs; `--wait` gives it time to start";
                return Err(DoctorError::usage(message, help));
            }
            Err(Silence::Slow) => {
                let message = "the server does not answer within the time-out";
                return Err(DoctorError::usage(message, "check the address, or raise `--timeout`"));
            }
            Err(Silence::NotSent) => {
                return Err(DoctorError::usage("no request may be sent", "raise `--max-requests`"));
            }
            Err(Silence::Limited) => {
                let message = "the server limits requests (429, or 503 with `Retry-After`), so nothing can be checked";
                return Err(DoctorError::usage(message, "try again later, or raise the limit"));
            }
            Ok(answer) if answer.status == 401 || newest.is_accepted() || answer.is_redirect() => {
                return Ok((newest, Speech::Stateless));
            }
            Ok(_) => {}
        }
        let before = self.link.send(initialize("`initialize` without a token", &url)).await;
        if before.status() != Some(401) && !before.is_accepted() {
            // What the first answer would have led to is not known.
            if before.is_unjudged() {
                return Ok((before, Speech::Stateless));
            }
            return self.no_endpoint(&newest, &before).map_or(Ok((newest, Speech::Stateless)), Err);
        }
        self.further.push(newest);
        let speech = self.keep_session(None, &before);
        if before.is_accepted() {
            // What follows `initialize` may still require a token.
            let told = talk::initialized(self, &speech, None, "without a token").await;
            let ask = speech.ask("`tools/list` after `initialize`, without a token", &url, "tools/list", "");
            let listed = self.link.send(ask).await;
            self.further.push(told);
            // What was not decided may require a token as well.
            let is_undecided = listed.status().is_none_or(|status| status >= 500);
            if is_undecided || matches!(listed.status(), Some(401 | 403)) {
                self.has_open_initialize = true;
                self.further.push(before);
                return Ok((listed, speech));
            }
            self.further.push(listed);
        }
        Ok((before, Speech::Session { revision: WITH_SESSION.to_owned(), id: None }))
    }

    /// Returns the error for an address where nothing speaks MCP: a page, or nothing at all.
    fn no_endpoint(&self, newest: &Exchange, before: &Exchange) -> Option<DoctorError> {
        let answers: Vec<&Answer> = [newest, before].into_iter().filter_map(Exchange::answer).collect();
        let is_other = |answer: &&Answer| {
            let is_page = answer.is_success() || matches!(answer.status, 404 | 405);
            is_page
                && answer.broken.is_none()
                && answer.message() == Message::None
                && answer.header("www-authenticate").is_none()
        };
        if answers.len() < 2 || !answers.iter().all(is_other) {
            return None;
        }
        let kind = |answer: &Answer| match answer.media_type() {
            kind if kind.is_empty() => answer.status.to_string(),
            kind => format!("{} and `{}`", answer.status, shortened(kind).escape_debug()),
        };
        let kinds: Vec<String> = answers.into_iter().map(kind).collect();
        let kinds = if kinds.first() == kinds.last() { kinds.first()?.clone() } else { joined(&kinds) };
        let message =
            format!("the server has no MCP endpoint at this address: `tools/list` and `initialize` get {kinds}");
        let help = "check the path of the address, such as `/mcp`; the transport with SSE alone is not supported, and a \
                    server answers 401 to requests without a token";
        Some(DoctorError::usage(self.link.redaction().apply(&message), help))
    }

    /// Opens a conversation with each valid token, or without one where the server answers anyone.
    async fn talks(&mut self, anonymous: &Exchange) -> Vec<Talk> {
        let bearer = |token: &Token| format!("Bearer {}", token.secret());
        let full = self.options.tokens.full.as_ref().map(|token| (Who::Full, Some(bearer(token))));
        let low = self.options.tokens.low.as_ref().map(|token| (Who::Low, Some(bearer(token))));
        let mut callers: Vec<_> = full.into_iter().chain(low).collect();
        if callers.is_empty() && anonymous.is_accepted() {
            callers.push((Who::Anonymous, None));
        }
        for (who, name) in [(Who::Full, "full"), (Who::Low, "low")] {
            if !callers.iter().any(|(known, _)| *known == who) {
                self.skip(format!("what the token `{name}` opens"), format!("add `--token-file {name}=FILE`"));
            }
        }
        let mut talks = Vec::new();
        for (who, authorization) in callers {
            talks.push(talk::open(self, who, authorization).await);
        }
        talks
    }

    async fn misuses(&mut self, talks: &[Talk]) -> Vec<Misuse> {
        if let Some(talk) = talks.iter().find(|talk| talk.is_open) {
            return misuse::probe(self, talk, talks).await;
        }
        let why = if self.options.tokens.all().next().is_none() {
            "add `--token-file full=FILE`"
        } else {
            "the given tokens open nothing"
        };
        self.skip("headers that differ from the body, batches, origins, revisions and sessions", why);
        Vec::new()
    }

    async fn calls(&mut self, mut talks: Vec<Talk>) -> Vec<Talk> {
        // What any token lists, each token calls: a hidden tool must not be callable.
        let mut known = HashSet::new();
        let allowed =
            talks.iter().flat_map(Talk::tools).filter(|tool| self.options.may_call(&tool.name, tool.is_read_only));
        let tools: Vec<String> =
            allowed.filter(|tool| known.insert(&tool.name)).map(|tool| tool.name.clone()).collect();
        self.skip_calls(&talks);
        for talk in talks.iter_mut().filter(|talk| talk.is_open) {
            talk::call(self, talk, &tools).await;
        }
        talks
    }

    /// Notes the calls that are allowed, and not possible.
    fn skip_calls(&mut self, talks: &[Talk]) {
        let listed: Vec<&str> = talks.iter().flat_map(Talk::tools).map(|tool| tool.name.as_str()).collect();
        for name in self.options.call_tools.iter().filter(|name| !listed.contains(&name.as_str())) {
            let help = nearest(name, &listed).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            self.skip(format!("a call of `{name}`"), format!("no token lists it{help}"));
        }
        let is_read_only = talks.iter().flat_map(Talk::tools).any(|tool| tool.is_read_only);
        if self.options.call && !is_read_only {
            let why = match () {
                () if !talks.iter().any(|talk| talk.is_open) => "no request is answered with a result",
                () if listed.is_empty() => "no tool is listed",
                () => "none has a read-only hint; name them with `--call-tool NAME`",
            };
            self.skip("calls of tools", why);
        }
    }

    /// Notes what is not checked, and why.
    pub(crate) fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.skipped.push(Skipped { what: what.into(), why: why.into() });
    }

    /// Remembers the session that an answer opens, to end it.
    pub(crate) fn keep_session(&mut self, authorization: Option<String>, exchange: &Exchange) -> Speech {
        let id = exchange.answer().and_then(|answer| answer.header("mcp-session-id")).map(str::to_owned);
        let message = exchange.message();
        let revision = message.result().and_then(|result| result.get("protocolVersion")).and_then(Json::as_str);
        let speech = Speech::Session { revision: revision.unwrap_or(WITH_SESSION).to_owned(), id: id.clone() };
        if id.is_some() {
            self.link.reserve();
            self.sessions.push((authorization, speech.clone()));
        }
        speech
    }

    async fn end_sessions(&mut self) {
        for (authorization, speech) in std::mem::take(&mut self.sessions) {
            let Speech::Session { revision, id: Some(id) } = speech else { continue };
            let ask = Ask::new("end of a session", Method::DELETE, &*self.target.url)
                .header("mcp-protocol-version", revision)
                .header("mcp-session-id", id)
                .authorization(authorization)
                .purpose(Purpose::End);
            // A server may refuse to end sessions (MCP 2025-11-25, "Session Management").
            let ended = self.link.send(ask).await;
            self.further.push(ended);
        }
    }
}
