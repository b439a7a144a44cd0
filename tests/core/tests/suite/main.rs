//! The core: grants, guards, challenges, and the scope table compared with an oracle.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod challenge;
mod grant;
mod guard;
mod oracle;
