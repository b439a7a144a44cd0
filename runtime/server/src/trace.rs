//! Spans and events of the layer, for the feature `tracing`. Without the feature they are not compiled.
//!
//! They contain facts of the layer and of the scope table. They contain no client input: no token, claim, key, argument or
//! header, and no unknown tool or method name.
//!
//! | module | holds |
//! |---|---|
//! | `on` | the span and the events |
//! | `off` | the same functions without effect |

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

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
