//! Finds the outcome of calls in the response.

use core::fmt;

use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::{
    super::filter::{self, Format},
    CallOutcome, Calls,
};

/// The maximum size in bytes of an answer in JSON that is read. The outcome of a call with a longer answer is that of its HTTP response. The
/// events of a stream have a limit of their own: each is held until it is complete.
const MAX_ANSWER: usize = 1 << 20;

/// Reads the body of a response while it is sent.
pub(crate) struct Watch {
    calls: Box<Calls>,
    is_stream: bool,
    /// The answer, or the data of the event, so far.
    text: Vec<u8>,
    /// The line of the stream so far.
    line: Vec<u8>,
    /// Whether the last part ended with CR, so that LF may follow.
    after_return: bool,
    /// Whether the answer is too long to be read. It is no stream.
    is_long: bool,
}

impl Watch {
    pub(super) fn new(calls: Box<Calls>, headers: &HeaderMap) -> Self {
        let is_stream = matches!(filter::format(headers), Ok(Format::Events));
        Self { calls, is_stream, text: Vec::new(), line: Vec::new(), after_return: false, is_long: false }
    }

    /// Reads a part of the body.
    pub(crate) fn read(&mut self, part: &[u8]) {
        if self.calls.is_settled() {
            return;
        }
        if !self.is_stream {
            self.is_long |= self.text.len() + part.len() > MAX_ANSWER;
            if !self.is_long {
                self.text.extend_from_slice(part);
            }
            return;
        }
        // A line ends with CR, LF or both (HTML, "Server-sent events").
        let is_end = |byte: u8| matches!(byte, b'\n' | b'\r');
        let mut rest = part;
        if self.after_return {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            self.after_return = false;
        }
        while let Some(end) = rest.iter().position(|byte| is_end(*byte)) {
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            self.line.extend_from_slice(line);
            self.end_line();
            rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
            self.after_return = after == b"\r";
        }
        self.line.extend_from_slice(rest);
    }

    /// Handles a line of the stream: data, or the empty line that ends an event.
    fn end_line(&mut self) {
        let line = core::mem::take(&mut self.line);
        if line.is_empty() {
            self.settle();
        } else if let Some(data) = line.strip_prefix(b"data:") {
            self.text.extend_from_slice(data);
            self.text.push(b'\n');
        }
    }

    /// Handles the end of the body.
    pub(crate) fn end(&mut self) {
        if self.calls.is_settled() {
            return;
        }
        if self.is_stream {
            // A stream that ends without an answer leaves the call without a result.
            self.calls.settle_all(CallOutcome::Abandoned, None);
        } else if self.is_long {
            self.calls.settle_all(CallOutcome::Complete, None);
        } else {
            self.settle();
            self.calls.settle_all(CallOutcome::Error, None);
        }
    }

    /// Records the outcome of the calls that the text answers.
    fn settle(&mut self) {
        let text = core::mem::take(&mut self.text);
        let Ok(answers) = serde_json::from_slice::<Answers>(&text) else { return };
        let answers = match answers {
            Answers::One(answer) => vec![answer],
            Answers::Batch(answers) => answers,
        };
        for Answer { id, error, result } in answers {
            let Some(id) = id else { continue };
            match (error, result) {
                (Some(error), _) => self.calls.settle(&id, CallOutcome::Error, error.code),
                (None, Some(result)) if result.is_error == Some(true) => {
                    self.calls.settle(&id, CallOutcome::ToolError, None);
                }
                (None, Some(_)) => self.calls.settle(&id, CallOutcome::Complete, None),
                // A request of the server.
                (None, None) => {}
            }
        }
    }
}

impl Drop for Watch {
    /// An HTTP server may stop reading when it has all bytes, so a complete answer counts. What is left is abandoned.
    fn drop(&mut self) {
        if !self.is_stream && !self.is_long {
            self.settle();
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answers {
    One(Answer),
    Batch(Vec<Answer>),
}

#[derive(Deserialize)]
struct Answer {
    id: Option<Value>,
    error: Option<ErrorCode>,
    result: Option<CallResult>,
}

#[derive(Deserialize)]
struct ErrorCode {
    code: Option<i32>,
}

#[derive(Deserialize)]
struct CallResult {
    #[serde(rename = "isError")]
    is_error: Option<bool>,
}
