//! The size of files in the answers of tools: an answer with a larger one than `max_file_size_mb` allows is replaced by a denial.

use mcp_scopes::Caller;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    super::{
        authorize::called_tool,
        message::{Content, Era},
        policies::files,
    },
    list::{Edit, Unreadable, apply, is_object, replace},
};

/// What the calls of a body may answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileLimits(Vec<FileLimit>);

/// The limit of one call.
#[derive(Clone, Debug)]
struct FileLimit {
    id: Value,
    tool: &'static str,
    /// The maximum size of a file in bytes.
    bytes: u64,
    era: Era,
}

/// An answer. A duplicate member is an error.
#[derive(Deserialize)]
struct Answer<'t> {
    id: Option<Value>,
    #[serde(borrow)]
    result: Option<&'t RawValue>,
}

impl FileLimits {
    /// Returns the limits of the calls of a body.
    pub(crate) fn of(caller: &Caller, content: &Content<'_>, era: Era) -> Self {
        let limits = content.messages().iter().filter_map(|message| {
            let tool = called_tool(caller.grant().table(), message)?.tool().name;
            let bytes = caller.max_file_size(tool)?;
            let id = serde_json::from_str(message.id?.get()).ok()?;
            Some(FileLimit { id, tool, bytes, era })
        });
        Self(limits.collect())
    }

    /// Returns whether no call has a limit.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether a text of that length may contain a file that is too large: no file is larger than its text.
    pub(crate) fn may_apply_to(&self, length: usize) -> bool {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.0.iter().any(|limit| length > limit.bytes)
    }

    /// Returns the text with denials in place of results that contain too large a file; `None` if it can be sent unchanged.
    ///
    /// # Errors
    /// The text cannot be read, so the size of its files is not known.
    pub(crate) fn checked(&self, bytes: &[u8]) -> Result<Option<String>, Unreadable> {
        if !self.may_apply_to(bytes.len()) {
            return Ok(None);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| Unreadable)?;
        let mut edits = Vec::new();
        if text.trim_ascii_start().starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Unreadable)?;
            for element in elements.iter().filter(|element| is_object(element)) {
                self.check(text, element.get(), &mut edits)?;
            }
        } else {
            self.check(text, text, &mut edits)?;
        }
        Ok(if edits.is_empty() { None } else { Some(apply(text, &edits)?) })
    }

    /// Checks one message, which is a part of the text.
    fn check(&self, text: &str, message: &str, edits: &mut Vec<Edit>) -> Result<(), Unreadable> {
        let answer: Answer<'_> = serde_json::from_str(message).map_err(|_| Unreadable)?;
        let (Some(id), Some(result)) = (answer.id, answer.result) else { return Ok(()) };
        let Some(limit) = self.0.iter().find(|limit| limit.id == id) else { return Ok(()) };
        if files::holds_larger(result, limit.bytes).map_err(|_| Unreadable)? {
            edits.push(replace(text, result, files::denied_result(limit.tool, limit.bytes, limit.era))?);
        }
        Ok(())
    }
}
