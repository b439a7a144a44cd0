//! Tokens over HTTP, from an authorization server on loopback that the test plays.
//!
//! | module | holds |
//! |---|---|
//! | `bound` | tests of tokens that are bound to a key |
//! | `fake` | the authorization server, and the client |
//! | `faults` | tests of metadata and responses that must not be used |
//! | `grants` | tests of the ways to obtain a token |

mod bound;
mod fake;
mod faults;
mod grants;
