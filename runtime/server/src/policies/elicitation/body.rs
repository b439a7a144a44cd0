//! The body of an approved call, as the tool would have received it without the question.

use serde_json::value::RawValue;

use super::{
    super::{super::json, canonical::write_string},
    state::AskedCall,
};

/// Returns a body with what its call has for the tool, in place of the answer. Everything else is as sent, except for white space and the
/// escapes in the names of two objects. `None` if it is not the body of a call.
pub(in super::super) fn without_answer(body: &[u8], asked: &AskedCall) -> Option<String> {
    let message: &RawValue = serde_json::from_slice(body).ok()?;
    let mut text = String::with_capacity(body.len());
    let mut members = Members::new(&mut text);
    for (name, value) in json::members(message)? {
        if name != "params" {
            members.push(&name, value.get())?;
            continue;
        }
        let mut params = Members::new(members.start("params")?);
        for (name, value) in json::members(value)? {
            if name != "inputResponses" && name != "requestState" {
                params.push(&name, value.get())?;
            }
        }
        for (name, value) in [("inputResponses", &asked.input_responses), ("requestState", &asked.request_state)] {
            if let Some(value) = value {
                params.push(name, value)?;
            }
        }
        params.end();
    }
    members.end();
    Some(text)
}

/// Writes the members of an object.
struct Members<'t> {
    to: &'t mut String,
    is_first: bool,
}

impl<'t> Members<'t> {
    fn new(to: &'t mut String) -> Self {
        to.push('{');
        Self { to, is_first: true }
    }

    /// Writes a name, behind which a value must follow.
    fn start(&mut self, name: &str) -> Option<&mut String> {
        if !core::mem::take(&mut self.is_first) {
            self.to.push(',');
        }
        write_string(name, self.to)?;
        self.to.push(':');
        Some(self.to)
    }

    fn push(&mut self, name: &str, value: &str) -> Option<()> {
        self.start(name)?.push_str(value);
        Some(())
    }

    fn end(self) {
        self.to.push('}');
    }
}
