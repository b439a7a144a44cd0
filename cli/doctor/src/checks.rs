//! From facts to findings. Each check is a function of the facts alone.
//!
//! | module | judges |
//! |---|---|
//! | `discovery` | the metadata document and how it is served |
//! | `challenge` | the answer to a request without a token |
//! | `tokens` | tokens that must be refused |
//! | `issuers` | the metadata of authorization servers |
//! | `calls` | calls of tools |
//! | `lists` | lists of tools |
//! | `transport` | the endpoint: headers, batches, origins, failures |
//! | `tls` | connections that TLS refuses |
//! | `sessions` | the ids of sessions |
//! | `reality` | the metadata against what the server does |
//! | `unjudged` | calls about which the metadata says nothing |
//! | `outcome` | what came of a request, in words |

pub(crate) mod calls;
mod challenge;
mod discovery;
mod issuers;
mod lists;
mod outcome;
mod reality;
mod sessions;
mod tls;
mod tokens;
mod transport;
pub(crate) mod unjudged;

use crate::{facts::Facts, sink::Sink};

/// Runs every check.
pub(crate) fn run(facts: &Facts, sink: &mut Sink<'_>) {
    for check in [
        discovery::check,
        challenge::check,
        tokens::check,
        issuers::check,
        calls::check,
        lists::check,
        tls::check,
        transport::check,
        sessions::check,
        reality::check,
    ] {
        check(facts, sink);
    }
}
