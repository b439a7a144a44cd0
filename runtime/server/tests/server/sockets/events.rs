//! An event store that numbers its events, so that their ids are predictable.

use std::sync::Mutex;

use async_trait::async_trait;
use futures_util::stream;
use rmcp::transport::streamable_http_server::session::{
    EventId, EventStore, EventStoreError, EventStream, ServerSseMessage,
};

/// Stores all events of all streams, each with the id of its stream.
#[derive(Default)]
pub(super) struct Numbered(Mutex<Vec<(String, ServerSseMessage)>>);

#[async_trait]
impl EventStore for Numbered {
    async fn store_event(&self, stream_id: &str, event: &ServerSseMessage) -> Result<EventId, EventStoreError> {
        let mut events = self.0.lock().unwrap();
        let (id, mut event) = (format!("event-{}", events.len()), event.clone());
        event.event_id = Some(id.clone());
        events.push((stream_id.to_owned(), event));
        Ok(id)
    }

    async fn replay_events_after(&self, last_event_id: &str) -> Result<EventStream, EventStoreError> {
        let events = self.0.lock().unwrap();
        let number: usize = last_event_id.strip_prefix("event-").ok_or("not an id of this store")?.parse()?;
        let (stream_id, _) = events.get(number).ok_or("no such event")?;
        let later = events.iter().skip(number + 1).filter(|(of, _)| of == stream_id);
        let later: Vec<_> = later.map(|(_, event)| event.clone()).collect();
        Ok(Box::pin(stream::iter(later)))
    }
}
