//! The rules about live servers. `mcp-scopes-doctor` finds what they report; no check of them runs here.
//!
//! | module | about |
//! |---|---|
//! | `discovery` | the metadata document |
//! | `challenge` | the answer to a request without a token |
//! | `tokens` | tokens that must be refused |
//! | `issuers` | authorization servers |
//! | `calls` | calls of tools |
//! | `lists` | lists of tools |
//! | `transport` | the endpoint |
//! | `sessions` | sessions |
//! | `reality` | the metadata against the server |

pub(super) mod calls;
pub(super) mod challenge;
pub(super) mod discovery;
pub(super) mod issuers;
pub(super) mod lists;
pub(super) mod reality;
pub(super) mod sessions;
pub(super) mod tokens;
pub(super) mod transport;
