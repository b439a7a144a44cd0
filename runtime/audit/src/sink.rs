//! [`AuditSink`]: where events go, and [`Slot`]: a reserved place there.

use core::{any::Any, error::Error, fmt};
use std::sync::Arc;

use mcp_scopes_model::Risk;

use crate::event::Event;

/// Receives one event for each call. Both methods run while a request is handled, so they must not block.
///
/// ```
/// use mcp_scopes_audit::{AuditSink, Event, Format, Full, JsonLines, Risk, Slot};
///
/// /// Prints lines without a chain, for a container whose output is collected.
/// struct Printed(JsonLines);
///
/// impl AuditSink for Printed {
///     fn record(&self, event: &Event<'_>) {
///         println!("{}", self.0.to_json(event));
///     }
///
///     fn reserve(&self, _: Risk) -> Result<Slot, Full> {
///         Ok(Slot::none())
///     }
/// }
/// ```
pub trait AuditSink: Send + Sync + 'static {
    /// Records an event. [`Event::slot`] is the slot that [`reserve`](Self::reserve) returned for it, if there is one.
    fn record(&self, event: &Event<'_>);

    /// Reserves a place for the event of a call, before the call runs. The sink decides which risks need one.
    ///
    /// # Errors
    /// The event could not be written, so the call must not run.
    fn reserve(&self, risk: Risk) -> Result<Slot, Full>;
}

impl<S: AuditSink + ?Sized> AuditSink for Arc<S> {
    fn record(&self, event: &Event<'_>) {
        (**self).record(event);
    }

    fn reserve(&self, risk: Risk) -> Result<Slot, Full> {
        (**self).reserve(risk)
    }
}

/// Two sinks: each receives every event, and a call runs only if both have a place for its event.
impl<A: AuditSink, B: AuditSink> AuditSink for (A, B) {
    fn record(&self, event: &Event<'_>) {
        let slots = event.slot.and_then(Slot::get::<(Slot, Slot)>);
        self.0.record(&Event { slot: slots.map(|slots| &slots.0), ..*event });
        self.1.record(&Event { slot: slots.map(|slots| &slots.1), ..*event });
    }

    fn reserve(&self, risk: Risk) -> Result<Slot, Full> {
        Ok(Slot::new((self.0.reserve(risk)?, self.1.reserve(risk)?)))
    }
}

/// A reserved place for one event. Dropping it gives the place back, unless the event was recorded.
#[must_use = "the place is given back when the slot is dropped"]
pub struct Slot(Option<Box<dyn Any + Send + Sync>>);

impl Slot {
    /// Returns a slot that reserves nothing, for a call whose event needs no place.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Returns a slot with the place of a sink.
    pub fn new(place: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(place)))
    }

    /// Returns the place, if it is of that type.
    #[must_use]
    pub fn get<P: Any>(&self) -> Option<&P> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("is_reserved", &self.0.is_some()).finish()
    }
}

/// Why the event of a call could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Full {
    /// All places are taken.
    Queue,
    /// The last write failed.
    Write,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queue => "the audit queue is full",
            Self::Write => "the audit file cannot be written",
        })
    }
}

impl Error for Full {}
