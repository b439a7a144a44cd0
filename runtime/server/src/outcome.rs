//! The outcome of calls that run. Each call is settled exactly once: by its answer, by the end of the response, or when the response is dropped.
//!
//! | module | holds |
//! |---|---|
//! | `watch` | finds the outcomes in a response while it is sent |

mod watch;

use core::mem;

use http::Response;
use serde_json::Value;

pub(crate) use self::watch::Watch;
use super::{
    ResponseBody,
    message::{Content, Message},
};
#[cfg(feature = "policies")]
use super::{
    filter::{FileLimits, Replacement},
    policies::LARGE_FILE,
};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// The tool returned a result.
    Complete,
    /// The tool returned a result with `isError`.
    ToolError,
    /// The server returned an error of JSON-RPC or HTTP, or no answer.
    Error,
    /// The response was dropped before the answer, and the call may have run; or the request was dropped before a decision.
    Abandoned,
    /// Another policy denied the call, so it did not run.
    Denied,
}

/// Receives the outcomes of calls of one body. Dropping it settles the calls without an outcome as abandoned.
pub(crate) trait Observer: Send + Sync {
    /// Returns whether it waits for the outcome of the message with that number.
    fn observes(&self, number: usize) -> bool;

    /// Receives the outcome of a message, and the code of its error.
    fn settle(&mut self, number: usize, outcome: CallOutcome, code: Option<i32>);

    /// Receives, before the outcome, that a policy replaced the answer to a message.
    #[cfg(feature = "policies")]
    fn replaced(&mut self, number: usize, reason: &'static str) {
        let _ = (number, reason);
    }
}

/// Calls whose outcome is not known. Dropping them settles them as abandoned.
#[derive(Default)]
pub(crate) struct OpenCalls(Option<Box<Calls>>);

/// Calls of one body.
pub(super) struct Calls {
    observers: Vec<Box<dyn Observer>>,
    open: Vec<OpenCall>,
}

/// A call whose outcome is not known.
struct OpenCall {
    /// Its number among the messages of the body.
    number: usize,
    /// `None` for a notification.
    id: Option<Value>,
    /// Whether a denial took the place of the answer.
    #[cfg(feature = "policies")]
    replacement: Option<Replacement>,
}

impl OpenCalls {
    /// Returns the calls of an admitted body that have observers.
    pub(super) fn of(content: &Content<'_>, observers: impl IntoIterator<Item = Box<dyn Observer>>) -> Self {
        let observers: Vec<_> = observers.into_iter().collect();
        if observers.is_empty() {
            return Self(None);
        }
        let is_observed = |number| observers.iter().any(|observer| observer.observes(number));
        let calls = content.messages().iter().enumerate().filter(|(number, _)| is_observed(*number));
        let calls = calls.map(|(number, message)| OpenCall {
            number,
            id: id_of(message),
            #[cfg(feature = "policies")]
            replacement: None,
        });
        let open = calls.collect();
        Self(Some(Box::new(Calls { observers, open })))
    }

    /// Returns the calls, which learn whether a denial took the place of their answer.
    #[cfg(feature = "policies")]
    pub(super) fn with_files(mut self, files: &FileLimits) -> Self {
        for call in self.0.iter_mut().flat_map(|calls| &mut calls.open) {
            call.replacement = files.replacement(call.number);
        }
        self
    }

    /// Settles all calls, since the server behind the layer failed.
    pub(super) fn fail(mut self) {
        if let Some(calls) = &mut self.0 {
            calls.settle_all(CallOutcome::Error, None);
        }
    }

    /// Returns the response, with the calls in its body: their outcome is known at its end.
    pub(super) fn watch<B>(mut self, response: Response<ResponseBody<B>>) -> Response<ResponseBody<B>> {
        let Some(mut calls) = self.0.take() else { return response };
        if !response.status().is_success() {
            calls.settle_all(CallOutcome::Error, None);
            return response;
        }
        // A notification has no answer.
        calls.settle_notifications();
        if calls.is_settled() {
            return response;
        }
        let watch = Watch::new(calls, response.headers());
        response.map(|body| body.watched(watch))
    }
}

impl Calls {
    fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    /// Settles the call with an id.
    fn settle(&mut self, id: &Value, outcome: CallOutcome, code: Option<i32>) {
        if let Some(place) = self.open.iter().position(|call| call.id.as_ref() == Some(id)) {
            let call = self.open.swap_remove(place);
            self.tell(&call, outcome, code);
        }
    }

    /// Settles all calls that have no outcome.
    fn settle_all(&mut self, outcome: CallOutcome, code: Option<i32>) {
        for call in mem::take(&mut self.open) {
            self.tell(&call, outcome, code);
        }
    }

    fn settle_notifications(&mut self) {
        let (calls, notifications) = mem::take(&mut self.open).into_iter().partition(|call| call.id.is_some());
        self.open = calls;
        for notification in notifications {
            self.tell(&notification, CallOutcome::Complete, None);
        }
    }

    fn tell(&mut self, call: &OpenCall, outcome: CallOutcome, code: Option<i32>) {
        for observer in &mut self.observers {
            #[cfg(feature = "policies")]
            if call.replacement.as_ref().is_some_and(Replacement::is_made) {
                observer.replaced(call.number, LARGE_FILE);
            }
            observer.settle(call.number, outcome, code);
        }
    }
}

/// Returns the id of a message as a value, so that other spellings of it in the answer are equal.
fn id_of(message: &Message<'_>) -> Option<Value> {
    message.id.and_then(|id| serde_json::from_str(id.get()).ok())
}
