//! What a run found, what it did not check, and what is worth to know.

use std::fmt;

use mcp_scopes_lint::fingerprint;
use mcp_scopes_model::address::Address;
use mcp_scopes_scan::{Finding, Report, shortened, source::Sources};

use crate::{
    checks::{self, calls::is_challenged},
    facts::{Call, Document, Facts, Misuse, MisuseKind, Source, Talk, Who},
    link::Link,
    options::Options,
    redact::Redaction,
    sink::{Sink, named},
};

/// The result of a run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Examination {
    /// The URL of the MCP endpoint, as it may be shown: the values in its query are hidden. So are they, and the given tokens,
    /// everywhere below.
    pub url: String,
    /// The findings.
    pub report: Report,
    /// The number of requests that were sent.
    pub requests: usize,
    /// What was not checked.
    pub skipped: Vec<Skipped>,
    /// Facts that are no findings.
    pub notes: Vec<String>,
    /// The metadata document.
    pub document: Option<Published>,
    /// The tools that the strongest token lists.
    pub tools: Option<Listed>,
    redaction: Redaction,
}

impl Examination {
    /// Returns a text without the given tokens and the values in the query of the URL, to show it.
    #[must_use]
    pub fn redacted(&self, text: &str) -> String {
        self.redaction.apply(text)
    }
}

/// A metadata document as the server publishes it. `Debug` does not show its text.
#[derive(Clone)]
pub struct Published {
    /// Its address, as it may be shown.
    pub url: String,
    text: String,
}

impl Published {
    /// Returns the text. It may repeat a secret, so what is shown of it has to be [redacted](Examination::redacted).
    #[must_use]
    pub fn unredacted_text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The names of listed tools. `Debug` does not show them.
#[derive(Clone)]
pub struct Listed(Vec<String>);

impl Listed {
    /// Returns the names. One may repeat a secret, so what is shown of them has to be [redacted](Examination::redacted).
    #[must_use]
    pub fn unredacted_names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tools", self.0.len())
    }
}

/// A check that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What was not checked.
    pub what: String,
    /// Why, and what to do.
    pub why: String,
}

/// Judges the facts.
pub(crate) fn assemble(options: &Options, facts: &Facts, link: &Link, mut skipped: Vec<Skipped>) -> Examination {
    let redaction = link.redaction();
    let mut report = Report::default();
    if let Some(document) = &facts.discovery.document {
        report.merge(linted(options, facts, document, redaction));
    } else if let Some(exchange) = facts.discovery.malformed() {
        let text = exchange.answer().map(|answer| answer.body.as_str()).unwrap_or_default();
        let name = redaction.apply(&exchange.url);
        report.merge(masked(options.documents.lint(&name, text.as_bytes()), redaction));
    }
    let mut sink = Sink::new(&options.documents, &facts.target.url, redaction);
    checks::run(facts, &mut sink);
    let mut live = Report::default();
    live.findings = sink.into_findings();
    report.merge(live);
    for finding in &mut report.findings {
        for text in [&mut finding.message, &mut finding.help, &mut finding.subject] {
            *text = redaction.apply(text);
        }
        if let Some(place) = &mut finding.place {
            place.file = redaction.apply(&place.file).into();
        }
    }
    fingerprint::assign(&mut report);
    if !options.calls() {
        skipped.push(Skipped {
            what: "calls of tools".to_owned(),
            why: "add `--call` for tools with a read-only hint, or `--call-tool NAME`".to_owned(),
        });
    }
    if facts.talks.iter().any(Talk::lacks_scope) {
        skipped.push(Skipped {
            what: "what the token `low` opens".to_owned(),
            why: "it is refused with 403; give one that lists tools".to_owned(),
        });
    }
    skipped.extend(facts.talks.iter().filter_map(slow_calls));
    skipped.extend(facts.talks.iter().filter(|talk| talk.is_open).filter_map(partial_list));
    skipped.extend(silent_token(facts));
    skipped.extend(unproved_tokens(facts));
    skipped.extend(shared_session(facts));
    skipped.extend(checks::unjudged::skipped(facts));
    if facts.anonymous.is_accepted()
        && facts.tokens.iter().any(|probe| probe.exchange.is_accepted())
        && facts.tokens.iter().all(|probe| probe.exchange.is_accepted() || probe.exchange.answer().is_none())
    {
        skipped.push(Skipped {
            what: "invalid tokens".to_owned(),
            why: "the server answers requests without a token, too".to_owned(),
        });
    }
    skipped.extend(link.skipped());
    if let Some(failure) = link.record_failure() {
        skipped.push(Skipped { what: "some records".to_owned(), why: format!("they cannot be written: {failure}") });
    }
    let hidden = |text: String| shortened(redaction.apply(&text));
    let document = facts.discovery.document.as_ref();
    Examination {
        url: redaction.apply(&facts.target.url),
        report,
        requests: link.sent(),
        skipped: skipped
            .into_iter()
            .map(|skipped| Skipped { what: hidden(skipped.what), why: hidden(skipped.why) })
            .collect(),
        notes: notes(facts).into_iter().map(hidden).collect(),
        document: document
            .map(|document| Published { url: redaction.apply(&document.url), text: document.text.clone() }),
        tools: tools(facts).map(Listed),
        redaction: redaction.clone(),
    }
}

/// Returns the calls of tools that did not end.
fn slow_calls(talk: &Talk) -> Option<Skipped> {
    let tools: Vec<&str> =
        talk.calls.iter().filter(|call| call.exchange.is_slow()).map(|call| call.tool.as_str()).collect();
    (!tools.is_empty()).then(|| Skipped {
        what: format!("calls {} of {}", talk.who.as_str(), named(&tools)),
        why: "they take longer than the time-out; raise `--timeout`".to_owned(),
    })
}

/// Returns the list of tools that is not known as a whole. What depends on all tools is not checked.
fn partial_list(talk: &Talk) -> Option<Skipped> {
    let why = match talk.lists.first() {
        None => "`tools/list` is not answered",
        Some(_) => talk.lists.iter().find_map(|list| list.cut)?,
    };
    let what = format!("the whole list of tools {}, and its order and changes", talk.who.as_str());
    Some(Skipped { what, why: why.to_owned() })
}

/// Returns what is not concluded from a token that does not state its scopes.
fn silent_token(facts: &Facts) -> Option<Skipped> {
    let has_low = facts.talks.iter().any(|talk| talk.who == Who::Low && (talk.is_open || talk.lacks_scope()));
    (has_low && facts.low_scopes.is_none()).then(|| Skipped {
        what: "what the token `low` opens without the scope, and challenges for scopes that it has".to_owned(),
        why: "it does not state its scopes; give a JWT with the claim `scope`".to_owned(),
    })
}

/// Returns what is not concluded from tokens that are sent without a proof of possession.
fn unproved_tokens(facts: &Facts) -> Option<Skipped> {
    let is_refused = facts.talks.iter().any(|talk| !talk.is_open && talk.authorization.is_some());
    (facts.needs_proof && is_refused).then(|| Skipped {
        what: "what the given tokens open, and why the others are refused".to_owned(),
        why: "the metadata demands tokens that are bound to a key or a certificate, and no proof is sent".to_owned(),
    })
}

/// Returns that nothing is known about a session that two tokens can use.
fn shared_session(facts: &Facts) -> Option<Skipped> {
    let is_shared = |misuse: &&Misuse| misuse.kind == MisuseKind::OtherSession && misuse.exchange.is_accepted();
    facts.misuses.iter().find(is_shared)?;
    let why = match facts.has_two_subjects {
        Some(true) => return None,
        Some(false) => "the tokens `low` and `full` are of one user; give those of two",
        None => "the tokens do not say of which user they are",
    };
    Some(Skipped { what: "whether the session of a user can be used by another".to_owned(), why: why.to_owned() })
}

/// Returns the tools of the strongest token, if all of them are known.
fn tools(facts: &Facts) -> Option<Vec<String>> {
    let talk = facts.talks.iter().find(|talk| talk.is_open && talk.who != Who::Low)?;
    let list = talk.lists.first().filter(|list| list.is_whole())?;
    Some(list.tools.iter().map(|tool| tool.name.clone()).collect())
}

/// Lints the document with the rules for documents.
fn linted(options: &Options, facts: &Facts, document: &Document, redaction: &Redaction) -> Report {
    let stated = document.draft.document.resource.as_deref();
    // The document at the root may be that of the whole host (RFC 9728 §3.3).
    let is_host = document.source == Source::Root
        && stated.is_some_and(|stated| stated.strip_suffix('/').unwrap_or(stated) == facts.target.origin);
    let expected = if is_host { stated.unwrap_or_default() } else { &*facts.target.url };
    let documents = options.documents.clone().resource(expected);
    // Under the name that is shown, so that its lines are found.
    let name = redaction.apply(&document.url);
    let mut report = masked(documents.lint(&name, document.text.as_bytes()), redaction);
    let is_development = !facts.target.is_https && facts.target.is_loopback;
    report
        .findings
        .retain(|finding| !(is_live_too(facts, finding) || is_development && is_loopback(document, finding)));
    for finding in &mut report.findings {
        // No address can be edited.
        finding.fix = None;
    }
    report
}

/// Hides secrets in the documents of which excerpts are shown. What is found does not depend on that.
fn masked(mut report: Report, redaction: &Redaction) -> Report {
    let mut sources = Sources::default();
    for (file, text) in report.sources.iter() {
        sources.keep(file, &redaction.mask(text).into());
    }
    report.sources = sources;
    report
}

/// Returns whether a finding is about an address on this machine, as development servers have it.
fn is_loopback(document: &Document, finding: &Finding) -> bool {
    const ABOUT_ADDRESSES: [&str; 5] =
        ["resource-not-https", "issuer-not-https", "private-address", "jwks-uri", "page-not-https"];
    let is_local = |text: &str| Address::parse(text).is_ok_and(|address| address.is_loopback());
    let texts = document.draft.document.authorization_servers.iter().chain(&document.draft.document.resource);
    ABOUT_ADDRESSES.contains(&finding.rule) && { texts }.any(|text| is_local(text))
}

/// Returns whether a live check reports the same with more knowledge.
fn is_live_too(facts: &Facts, finding: &Finding) -> bool {
    // The metadata of the issuer was read, and decides.
    let is_read = facts.issuers.iter().any(|issuer| issuer.metadata.is_some());
    finding.rule == "issuer-trailing-slash" && is_read
}

fn notes(facts: &Facts) -> Vec<String> {
    let mut notes = Vec::new();
    for issuer in
        facts.issuers.iter().filter(|issuer| issuer.metadata.is_some() && facts.target.is_same_origin(&issuer.name))
    {
        notes.push(format!("the server hosts the authorization server `{}` itself, which is legal", issuer.name));
    }
    for talk in facts.talks.iter().filter(|talk| talk.is_open) {
        let count = match talk.tools().len() {
            1 => "1 tool".to_owned(),
            count => format!("{count} tools"),
        };
        notes.push(format!(
            "a request {} speaks revision {} and lists {count}",
            talk.who.as_str(),
            talk.speech.revision()
        ));
    }
    if let Some(low) = facts.talks.iter().find(|talk| talk.who == Who::Low) {
        let is_hidden = |call: &&Call| low.hides(&call.tool) && is_challenged(&call.exchange);
        let hidden = low.calls.iter().filter(is_hidden).count();
        if hidden > 0 {
            notes.push(format!(
                "a challenge answers calls of {hidden} hidden tools, so a caller can find out their names"
            ));
        }
    }
    if facts.has_foreign {
        notes.push(
            "the token `foreign` was sent to this server, which can use it where it is valid until it expires"
                .to_owned(),
        );
    }
    notes.extend(checks::unjudged::note(facts));
    let methods = facts.talks.iter().flat_map(|talk| &talk.methods);
    let reached = methods.filter(|(_, exchange)| exchange.message().result().is_some());
    let reached: Vec<&str> = reached.map(|(method, _)| *method).collect();
    if !reached.is_empty() {
        notes.push(format!("the token `low` reaches {}; check that it is meant to", named(&reached)));
    }
    let reads = facts.talks.iter().filter(|talk| talk.who == Who::Low).flat_map(|talk| &talk.reads);
    let read = { reads }.filter(|(uri, exchange)| uri.is_some() && exchange.message().result().is_some()).count();
    if read > 0 {
        notes.push(format!("the token `low` reads {read} of the listed resources"));
    }
    notes
}
