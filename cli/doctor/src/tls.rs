//! Which connections TLS refuses.

use crate::answer::{Exchange, Silence};

/// How the messages of the TLS library begin, behind those of the HTTP client. A test compares them with the library.
const BEGINNINGS: [&str; 6] = [
    "invalid peer certificate: ",
    "peer sent no certificates",
    "peer is incompatible: ",
    "peer misbehaved: ",
    "received fatal alert: ",
    "received corrupt message ",
];

/// Returns why the TLS handshake of a request failed, if that is why there is no answer.
pub(crate) fn failure(exchange: &Exchange) -> Option<&str> {
    let Err(Silence::Unreachable(why)) = &exchange.result else { return None };
    let begin = BEGINNINGS.iter().find_map(|beginning| why.find(beginning))?;
    why.get(begin..)
}
