//! What a call that starts a transport transports over, judged by names.

use proc_macro2::TokenTree;

use super::any_name;
use crate::inventory::TransportKind;

/// Words in the names of streams to other processes and machines.
const STREAMS: [&str; 6] = ["tcp", "socket", "unix", "listener", "connection", "stream"];

/// Returns what a call transports over. `stdio_here` states whether its function names standard input and output. A stream that
/// the code does not show is another one: its clients may be others than the user who starts the server.
pub(super) fn of(call: &str, arguments: &[TokenTree], stdio_here: bool) -> TransportKind {
    let serves = call.starts_with(".serve") || call.starts_with("serve_");
    let is_stream = |name: &str| {
        let lower = name.to_ascii_lowercase();
        STREAMS.iter().any(|word| lower.contains(word))
    };
    if is_stdio(call) || any_name(arguments, &is_stdio) {
        TransportKind::Stdio
    } else if serves && (!stdio_here || any_name(arguments, &is_stream)) {
        TransportKind::Stream
    } else if serves || call.starts_with("server_runtime") && stdio_here {
        TransportKind::Stdio
    } else {
        TransportKind::Http
    }
}

/// Returns whether a name is about standard input and output.
pub(super) fn is_stdio(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("stdio") || lower.contains("stdin")
}
