//! The ids of sessions, and who can use them.

use crate::{
    facts::{Facts, MisuseKind},
    sink::{Sink, joined},
    speech::Speech,
};

/// The minimum length of an id.
const SHORTEST: usize = 16;

pub(super) fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for misuse in &facts.misuses {
        match misuse.kind {
            MisuseKind::SessionAlone if misuse.exchange.is_accepted() && !facts.anonymous.is_accepted() => {
                let message = "a request with the id of a session and without a token is answered with a result";
                sink.report("session-without-token", "", message, "verify the token of each request");
            }
            MisuseKind::OtherSession if misuse.exchange.is_accepted() && facts.has_two_subjects == Some(true) => {
                let message = "the session of one subject can be used with the token of another";
                sink.report("session-shared", "", message, "bind the session to the subject of its token");
            }
            MisuseKind::SecondSession => {
                let second = misuse.exchange.answer().and_then(|answer| answer.header("mcp-session-id"));
                let first = facts.talks.iter().find_map(|talk| match &talk.speech {
                    Speech::Session { id: Some(id), .. } if talk.is_open => Some(id.as_str()),
                    _ => None,
                });
                if let Some(first) = first {
                    weak(first, second, sink);
                }
            }
            _ => {}
        }
    }
}

fn weak(first: &str, second: Option<&str>, sink: &mut Sink<'_>) {
    let mut wrong = Vec::new();
    if first.len() < SHORTEST {
        wrong.push(format!("has {} characters", first.len()));
    }
    if first.bytes().all(|byte| byte.is_ascii_digit()) {
        wrong.push("has digits only".to_owned());
    }
    if !first.bytes().all(|byte| byte.is_ascii_graphic()) {
        wrong.push("has characters outside of visible ASCII".to_owned());
    }
    if second == Some(first) {
        wrong.push("is the same for two sessions".to_owned());
    }
    if !wrong.is_empty() {
        let message = format!("the id of a session {}", joined(&wrong));
        sink.report("weak-session-id", "Mcp-Session-Id", message, "use a random id of at least 128 bits");
    }
}
