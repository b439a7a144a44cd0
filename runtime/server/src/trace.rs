//! Spans and events of the layer, for the feature `tracing`. Without the feature they are not compiled.
//!
//! They contain facts of the layer and of the scope table. They contain no client input: no token, claim, key, argument or
//! header, and no unknown tool or method name.
//!
//! | module | holds |
//! |---|---|
//! | `on` | the span and the events |
//! | `off` | the same functions without effect |
//! | `mark` | what a rejection says besides its response; the audit reads it too |

#[cfg_attr(
    not(all(feature = "tracing", feature = "audit")),
    allow(dead_code, reason = "logs read other parts than the audit does")
)]
mod mark;
#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

pub(super) use self::mark::Mark;
#[cfg(not(feature = "tracing"))]
pub(super) use self::off::*;
#[cfg(feature = "tracing")]
pub(super) use self::on::*;

/// The step of the [order](super) that decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Step {
    /// Origin, HTTP method, upgrade.
    #[default]
    Request,
    Token,
    Environment,
    Body,
    Scopes,
    Policy,
    Session,
    Answer,
}

/// The methods that are recorded by name. Other names are client input.
#[cfg(any(feature = "tracing", feature = "audit"))]
const METHODS: [&str; 25] = [
    "completion/complete",
    "initialize",
    "logging/setLevel",
    "notifications/cancelled",
    "notifications/initialized",
    "notifications/progress",
    "notifications/roots/list_changed",
    "ping",
    "prompts/get",
    "prompts/list",
    "resources/directory/read",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "resources/templates/list",
    "resources/unsubscribe",
    "server/discover",
    "subscriptions/listen",
    "tasks/cancel",
    "tasks/get",
    "tasks/list",
    "tasks/result",
    "tasks/update",
    "tools/call",
    "tools/list",
];

/// Returns a method that is recorded by name.
#[cfg(any(feature = "tracing", feature = "audit"))]
pub(super) fn known_method(name: &str) -> Option<&'static str> {
    METHODS.iter().copied().find(|known| *known == name)
}
