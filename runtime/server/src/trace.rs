//! What the layer tells those who watch a server, with the feature `tracing`; without it nothing of this is compiled in.
//!
//! What is told are facts of the layer and of the scope table. Nothing that a client sends is: no token, claim, key, argument
//! or header, and no name of a tool or a method that is not known here.
//!
//! | module | holds |
//! |---|---|
//! | `on` | the span and the events |
//! | `off` | the same functions, which do nothing |

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(super) use self::off::*;
#[cfg(feature = "tracing")]
pub(super) use self::on::*;

/// Which step of the [order](super) decides.
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
