//! The size of files in the answers of tools: an answer with a larger one than `max_file_size_mb` allows is replaced by a denial.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, Ordering},
};

use mcp_scopes::Caller;
use memchr::memmem::Finder;
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

/// What is in every answer that names a task.
static TASK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("task"));
/// The start of an escape, with which a member name may be written.
static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\\u00"));

/// What the calls of a body may answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileLimits {
    limits: Vec<FileLimit>,
    /// The ids of the other messages of the body.
    others: Vec<Value>,
}

/// The limit of one call.
#[derive(Clone, Debug)]
struct FileLimit {
    /// The number of the message.
    number: usize,
    id: Value,
    tool: &'static str,
    /// The maximum size of a file in bytes.
    bytes: u64,
    era: Era,
    replacement: Replacement,
}

/// Whether a denial took the place of the answer to a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replacement(Arc<AtomicBool>);

impl Replacement {
    pub(crate) fn is_made(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn note(&self) {
        self.0.store(true, Ordering::Release);
    }
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
        let mut limits = Self::default();
        for (number, message) in content.messages().iter().enumerate() {
            let Some(id) = message.id.and_then(|id| serde_json::from_str(id.get()).ok()) else { continue };
            let tool = called_tool(caller.grant().table(), message).map(|tool| tool.tool().name);
            match tool.and_then(|tool| Some((tool, caller.max_file_size(tool)?))) {
                Some((tool, bytes)) => {
                    let replacement = Replacement::default();
                    limits.limits.push(FileLimit { number, id, tool, bytes, era, replacement });
                }
                None => limits.others.push(id),
            }
        }
        limits
    }

    /// Returns whether no call has a limit.
    pub(crate) fn is_empty(&self) -> bool {
        self.limits.is_empty()
    }

    /// Returns whether a denial took the place of the answer to a message.
    pub(crate) fn replacement(&self, number: usize) -> Option<Replacement> {
        self.limits.iter().find(|limit| limit.number == number).map(|limit| limit.replacement.clone())
    }

    /// Returns whether a text may contain a file that is too large, or name a task. No file is larger than its text.
    pub(crate) fn may_apply_to(&self, text: &[u8]) -> bool {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let may_name_task = || TASK.find(text).is_some() || ESCAPE.find(text).is_some();
        self.limits.iter().any(|limit| length > limit.bytes) || (!self.is_empty() && may_name_task())
    }

    /// Returns the text with denials in place of results that contain too large a file; `None` if it can be sent unchanged.
    ///
    /// # Errors
    /// The text cannot be read, so the size of its files is not known.
    pub(crate) fn checked(&self, bytes: &[u8]) -> Result<Option<String>, Unreadable> {
        if !self.may_apply_to(bytes) {
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
        let Some(result) = answer.result else { return Ok(()) };
        let Some(limit) = self.limit_of(answer.id.as_ref()) else { return Ok(()) };
        let replacement = files::replacement(result, limit.tool, limit.bytes, limit.era).map_err(|_| Unreadable)?;
        if let Some(denial) = replacement {
            edits.push(replace(text, result, denial)?);
            limit.replacement.note();
        }
        Ok(())
    }

    /// Returns the limit of an answer. One that answers no message of the body has the smallest: a server may have changed the id.
    fn limit_of(&self, id: Option<&Value>) -> Option<&FileLimit> {
        let own = self.limits.iter().find(|limit| Some(&limit.id) == id);
        let is_other = id.is_some_and(|id| self.others.contains(id));
        own.or_else(|| self.limits.iter().min_by_key(|limit| limit.bytes).filter(|_| !is_other))
    }
}
