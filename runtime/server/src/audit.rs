//! Audit: each call that the layer decides on is one event, recorded when its outcome is known.
//!
//! | module | holds |
//! |---|---|
//! | `on` | records events (feature `audit`); those without HTTP: `on/process` |
//! | `reason` | the decision and the id of a rejection |
//! | `off` | the same types without effect |

#[cfg(not(feature = "audit"))]
mod off;
#[cfg(feature = "audit")]
mod on;
#[cfg(feature = "audit")]
mod reason;

#[cfg(not(feature = "audit"))]
pub use self::off::ProcessRecord;
#[cfg(not(feature = "audit"))]
pub(super) use self::off::*;
#[cfg(feature = "audit")]
pub use self::on::ProcessRecord;
#[cfg(feature = "audit")]
pub(super) use self::on::*;
