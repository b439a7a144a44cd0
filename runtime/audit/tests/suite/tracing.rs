//! Events of `tracing`.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use mcp_scopes_audit::{AuditSink as _, Subjects, TracingSink};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::events::{bare, full};

/// Collects the fields of events.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<String>>>);

struct Fields<'f>(&'f mut Vec<String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push(format!("{}={value:?}", field.name()));
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut fields = vec![format!("{} {} {}", metadata.level(), metadata.target(), metadata.name())];
        event.record(&mut Fields(&mut fields));
        self.0.lock().unwrap().extend(fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn sends_the_fields_of_an_event() {
    let collector = Collector::default();
    let found = Arc::clone(&collector.0);
    tracing::subscriber::with_default(collector, || {
        let sink = TracingSink::new().subjects(Subjects::Plain);
        sink.record(&full());
        sink.record(&bare());
        TracingSink::new().record(&full());
    });
    let found = found.lock().unwrap();
    let levels: Vec<&String> = found.iter().filter(|field| field.contains("mcp_scopes::audit")).collect();
    assert_eq!(
        levels,
        [
            "WARN mcp_scopes::audit mcp_scopes.decision",
            "INFO mcp_scopes::audit mcp_scopes.decision",
            "WARN mcp_scopes::audit mcp_scopes.decision"
        ]
    );
    for field in [
        "gen_ai.tool.name=\"send_email\"",
        "mcp_scopes.decision=\"deny\"",
        "mcp_scopes.reason=\"blocked_after\"",
        "mcp_scopes.scopes.needed=\"mail:send mail:read\"",
        "user.id=\"ada \\\"the first\\\"\\n\"",
        "mcp_scopes.actor=\"agent\"",
        "client.address=192.0.2.7",
        "mcp_scopes.duration=1.234567",
    ] {
        assert!(found.iter().any(|found| found == field), "{field}: {found:?}");
    }
    // Texts of tokens are cut, as in lines.
    let long = "é".repeat(1000);
    let long = Some(&*long);
    let mut event = full();
    (event.issuer, event.client, event.subject, event.actor) = (long, long, long, long);
    let collector = Collector::default();
    let cut = Arc::clone(&collector.0);
    tracing::subscriber::with_default(collector, || TracingSink::new().subjects(Subjects::Plain).record(&event));
    for name in ["mcp_scopes.issuer", "mcp_scopes.client", "user.id", "mcp_scopes.actor"] {
        let expected = format!("{name}=\"{}…\"", "é".repeat(128));
        assert!(cut.lock().unwrap().contains(&expected), "{name}");
    }
    // Without a setting, the subject is not written.
    assert_eq!(found.iter().filter(|field| field.contains("ada")).count(), 1);
}
