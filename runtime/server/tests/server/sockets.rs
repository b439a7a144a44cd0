//! Adversarial requests over a real socket, to a server on rmcp with an event store and introspection.
//!
//! Each test sends requests that exploited a weakness of an earlier version. `.ci/deep sockets` also runs them in a release build.
//!
//! | module | holds |
//! |---|---|
//! | `fixture` | the server, its issuer and its tokens |
//! | `notes` | the tools behind the layer |
//! | `events` | the event store |
//! | `client` | sends requests and shows status, headers, body and events |
//! | `process` | runs a test in another process |
//! | `one_reading` | texts that two parsers read differently |
//! | `admission` | work before a caller is admitted |
//! | `replays` | event ids of other callers |
//! | `sessions` | transport sessions of other callers |
//! | `stream_ends` | streams that outlive their token |
//! | `tokens` | tokens of another kind, and the key of a limit |
//! | `answers` | origins, probes without a token, unknown methods |
//! | `approvals` | approvals that a client replays and changes |

mod admission;
mod answers;
mod approvals;
mod client;
mod events;
mod fixture;
mod notes;
mod one_reading;
mod process;
mod replays;
mod sessions;
mod stream_ends;
mod tokens;
