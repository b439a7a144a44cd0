//! The feature `tracing`: events have the names and fields that the documentation lists, and contain nothing that a client
//! sends.

use core::fmt::{Debug, Write as _};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use mcp_scopes_server::{
    __private::v1::{JwtVerifier, RemoteKeys},
    Discovery, PolicyDenial, PolicyHook, ResourceServer, Token, TokenVerifier as _,
    token::{self, ClientCredentials},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::set_default,
};

use crate::{
    issuer::{Answer, Issuer},
    server::{Ask, RESOURCE, Reply, Server, TOOLS},
};

/// One event.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordedEvent {
    pub(crate) name: &'static str,
    pub(crate) level: &'static str,
    /// The enclosing spans, outermost first.
    within: Vec<&'static str>,
    fields: BTreeMap<&'static str, String>,
}

impl RecordedEvent {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl Visit for RecordedEvent {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

#[derive(Default)]
struct Recording {
    events: Vec<RecordedEvent>,
    /// All spans by number, and the entered ones.
    spans: Vec<&'static str>,
    entered: Vec<&'static str>,
    /// The output of all crates.
    text: String,
}

/// Records all events and spans.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Recording>>);

impl Recorder {
    /// Returns the events of this layer.
    pub(crate) fn events(&self) -> Vec<RecordedEvent> {
        self.0.lock().unwrap().events.clone()
    }

    /// Returns the output of all crates as text.
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().text.clone()
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut recording = self.0.lock().unwrap();
        let mut fields = RecordedEvent::default();
        span.record(&mut fields);
        writeln!(recording.text, "{} {fields:?}", span.metadata().name()).unwrap();
        recording.spans.push(span.metadata().name());
        Id::from_u64(recording.spans.len() as u64)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = RecordedEvent::default();
        values.record(&mut fields);
        writeln!(self.0.lock().unwrap().text, "{fields:?}").unwrap();
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut recording = self.0.lock().unwrap();
        let metadata = event.metadata();
        let (name, level, within) = (metadata.name(), metadata.level().as_str(), recording.entered.clone());
        let mut recorded = RecordedEvent { name, level, within, ..RecordedEvent::default() };
        event.record(&mut recorded);
        writeln!(recording.text, "{} {recorded:?}", metadata.target()).unwrap();
        if metadata.target() == "mcp_scopes" {
            recording.events.push(recorded);
        }
    }

    fn enter(&self, span: &Id) {
        let mut recording = self.0.lock().unwrap();
        let name = recording.spans[usize::try_from(span.into_u64()).unwrap() - 1];
        recording.entered.push(name);
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().entered.pop();
    }
}

/// Returns the events of one request.
pub(crate) async fn events_of(server: &Server, ask: Ask) -> Vec<RecordedEvent> {
    let recorder = Recorder::default();
    let _guard = set_default(recorder.clone());
    server.send(ask).await;
    recorder.events()
}

/// Returns the fields of the only event in one line, without the message.
async fn line(server: &Server, ask: Ask) -> String {
    let events = events_of(server, ask).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.name, event.within.as_slice()), ("decision", &["request"][..]));
    let fields = event.fields.iter().filter(|(name, _)| **name != "message");
    let fields = fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    format!("{} {}", event.level, fields.join(" "))
}

struct Refuses;

impl PolicyHook for Refuses {
    async fn decide(&self, calls: &[mcp_scopes_server::PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        let text = format!("PLANTED {:?}", calls[0].arguments().map(|arguments| arguments.get().to_owned()));
        Err(PolicyDenial::new(text))
    }
}

#[tokio::test]
async fn reports_rejections_of_each_step() {
    let plain = Server::new();
    let origins = Server::with(|builder| builder.origin("https://app.example.com"));
    let policies = Server::with(|builder| builder.policy(Refuses));
    let list = Reply::json(r#"{"result":{"tools":["PLANTED"]}}"#);
    let filtered = Server::with(|builder| builder.discovery(Discovery::Filtered)).replying(list);
    let call = |tool: &str| Ask::call(tool).token("reader");
    for (server, ask, expected) in [
        (
            &origins,
            call("status").header("origin", "https://PLANTED.example.com"),
            "INFO code=403 outcome=refused reason=requests of this origin are not accepted status=403 step=request",
        ),
        (
            &plain,
            call("status").verb("PUT"),
            "INFO code=405 outcome=refused reason=send POST, or GET and DELETE for a session status=405 step=request",
        ),
        (
            &plain,
            Ask::call("status").token("PLANTED"),
            "INFO code=401 outcome=refused reason=it is not known status=401 step=token",
        ),
        (
            &plain,
            Ask::call("status").token("down"),
            "WARN code=503 outcome=refused reason=the keys are out of reach status=503 step=token",
        ),
        (
            &plain,
            call("status").token("PLANTED"),
            "INFO code=400 outcome=refused reason=there is more than one Authorization header; send one status=400 step=token",
        ),
        (
            &plain,
            Ask::call("status").header("authorization", "Basic UExBTlRFRA=="),
            "INFO code=401 outcome=refused reason=this needs an access token status=401 step=token",
        ),
        (
            &plain,
            call("status").header("mcp-sandbox", "PLANTED"),
            "INFO code=400 outcome=refused reason=this server has no sandbox that the header `mcp-sandbox` could ask for status=400 step=environment",
        ),
        (
            &plain,
            Ask::post("{\"PLANTED\":1,\"PLANTED\":2}").token("reader"),
            "INFO code=-32700 environment=live outcome=refused reason=the body has an object with a member name that occurs twice status=400 step=body",
        ),
        (
            &plain,
            Ask::modern_call("list_files").only("mcp-name", Some("PLANTED")).token("reader"),
            "INFO code=-32020 environment=live outcome=refused reason=the headers do not agree with the body status=400 step=body tool=list_files",
        ),
        (&plain, call("run"), "INFO code=403 environment=live outcome=refused status=403 step=scopes tool=run"),
        (&plain, Ask::call("run"), "INFO code=401 environment=live outcome=refused status=401 step=scopes tool=run"),
        (
            &plain,
            call("PLANTED"),
            "INFO code=-32602 environment=live outcome=refused reason=unknown tool status=200 step=scopes",
        ),
        (
            &plain,
            Ask::method("PLANTED/list").token("reader"),
            "INFO code=-32601 environment=live outcome=refused reason=method not found status=200 step=scopes",
        ),
        (
            &policies,
            call("list_files"),
            "INFO code=403 environment=live outcome=refused status=403 step=policy tool=list_files",
        ),
    ] {
        assert_eq!(line(server, ask).await, expected);
    }
    let session = call("status").header("mcp-session-id", "PLANTED");
    let events = events_of(&plain, session).await;
    // The session is checked before a message passes.
    assert_eq!(events.iter().map(|event| event.field("step")).collect::<Vec<_>>(), ["session"]);
    let events = events_of(&filtered, Ask::method("tools/list").token("reader")).await;
    assert_eq!((events[1].level, events[1].field("step"), events[1].field("status")), ("WARN", "answer", "502"));
}

#[tokio::test]
async fn reports_passed_messages_by_tool_or_method() {
    for (ask, expected) in [
        (
            Ask::call("list_files").token("reader"),
            "DEBUG environment=live method=tools/call outcome=passed tool=list_files",
        ),
        (Ask::method("tools/list").token("reader"), "DEBUG environment=live method=tools/list outcome=passed"),
        // A method that the client invented.
        (
            Ask::post(r#"{"jsonrpc":"2.0","method":"notifications/PLANTED"}"#).token("reader"),
            "DEBUG environment=live outcome=passed",
        ),
    ] {
        assert_eq!(line(&Server::new(), ask).await, expected);
    }
}

#[tokio::test]
async fn reports_malformed_lists_on_streams() {
    let reply = Reply::of("text/event-stream", ["data: {\"result\":{\"tools\":[7]}}\n\n"]);
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered)).replying(reply);
    let events = events_of(&server, Ask::new("GET", "/mcp").token("reader")).await;
    assert_eq!((events[0].field("step"), events[0].field("environment")), ("answer", "live"));
}

#[tokio::test]
async fn reports_key_fetches_without_the_address() {
    let recorder = Recorder::default();
    let _guard = set_default(recorder.clone());
    let set = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let issuer = Issuer::new(Answer::good(set));
    let url = format!("{}?PLANTED", issuer.url());
    let keys = RemoteKeys::new(&url).unwrap().pause(Duration::ZERO).lifetime(Duration::ZERO, Duration::ZERO);
    let verifier = JwtVerifier::new("https://auth.example.com", RESOURCE, keys);
    let token = "eyJhbGciOiJFZERTQSIsImtpZCI6ImEifQ.e30.AAAA";
    for answer in [Answer::good(set), Answer::good("PLANTED")] {
        issuer.answers(answer);
        assert!(verifier.verify(Token::new(token)).await.is_err());
    }
    let lines = recorder.events().into_iter().filter(|event| event.name == "keys");
    let lines: Vec<_> =
        lines.map(|event| format!("{} {} {}", event.level, event.field("outcome"), event.field("reason"))).collect();
    assert_eq!(lines, ["DEBUG renewed ", "WARN failed the response of the issuer is not a usable key set"]);
    assert!(!format!("{:?}", recorder.events()).contains("PLANTED"));
}

#[tokio::test]
async fn reports_metadata_reads_for_introspection() {
    let recorder = Recorder::default();
    let _guard = set_default(recorder.clone());
    let socket = Issuer::new(Answer::by_path());
    let build = async || {
        let credentials = ClientCredentials::basic("files", "PLANTED");
        let issuer = token::Issuer::discover(socket.base()).introspect(credentials);
        ResourceServer::builder(&TOOLS).resource(RESOURCE).issuer(issuer).build().await
    };
    assert!(build().await.is_err());
    let base = socket.base();
    let metadata = format!(r#"{{"issuer":"{base}","introspection_endpoint":"{base}/introspect"}}"#);
    socket.answers_at("/.well-known/oauth-authorization-server", Answer::good(metadata));
    assert!(build().await.is_ok());
    let events: Vec<_> = recorder.events().into_iter().filter(|event| event.name == "metadata").collect();
    let lines: Vec<_> = events
        .iter()
        .map(|event| format!("{} {} {}", event.level, event.field("outcome"), event.field("reason")))
        .collect();
    assert_eq!(lines, ["WARN failed the metadata of the issuer is not available", "DEBUG renewed "]);
    assert!(events[0].field("cause").contains("answered with status 404"));
    assert!(!format!("{events:?}").contains("PLANTED"));
}

#[tokio::test]
async fn keeps_events_of_the_inner_service_in_the_request_span() {
    let recorder = Recorder::default();
    let _guard = set_default(recorder.clone());
    let inner = tower::service_fn(|_: http::Request<http_body_util::Full<bytes::Bytes>>| async {
        tokio::task::yield_now().await;
        tracing::info!(target: "mcp_scopes", "of the server");
        Ok::<_, core::convert::Infallible>(http::Response::new(http_body_util::Full::<bytes::Bytes>::default()))
    });
    let layered = tower::Layer::layer(&Server::new().layer().layer(), inner);
    tower::ServiceExt::oneshot(layered, Ask::call("status").0).await.unwrap();
    let of_server = recorder.events().pop().unwrap();
    assert_eq!((of_server.field("message"), of_server.within.as_slice()), ("of the server", &["request"][..]));
}

#[tokio::test]
async fn documents_every_field() {
    let source = include_str!("../../src/lib.rs");
    let listed = source.split("# What the feature `tracing` logs").nth(1).unwrap().split("# Modules").next().unwrap();
    let asks = [Ask::call("run").token("reader"), Ask::call("status").token("unknown"), Ask::call("status")];
    let mut count = 0;
    for ask in asks {
        for event in events_of(&Server::new(), ask).await {
            assert!(
                listed.contains(&format!("| event `{}` | {}", event.name, event.level.to_lowercase())),
                "{event:?}"
            );
            for field in event.fields.keys().filter(|field| **field != "message") {
                count += 1;
                assert!(listed.contains(&format!("`{field}`")), "{field}");
            }
        }
    }
    assert!(count > 10, "{count}");
}
