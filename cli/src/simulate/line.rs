//! What a line says: a call, or an event of an audit file. Arguments are compared with the patterns at once, and not kept.

use mcp_scopes_model::Risk;
use mcp_scopes_policies::{Call, SessionKey, Subject, Timestamp};
use mcp_scopes_prm::json::Json;

use super::{call, callers::Caller, event, policies::Policies, scopes::CallScopes};
use crate::audit::Record;

/// A call to decide about.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) line: u64,
    pub(super) time: Timestamp,
    /// `None` if an event does not name it.
    pub(super) subject: Option<String>,
    /// The tool, resource or prompt. For an event of a read, the method.
    pub(super) name: String,
    pub(super) asked: Asked,
    pub(super) scopes: CallScopes,
}

/// What the policies are asked about a call.
#[derive(Debug)]
pub(super) enum Asked {
    /// Nothing: the server refuses the call before.
    Refused(Refusal),
    /// Nothing: the call has no caller.
    Public,
    /// A call with all that decides.
    Stated(Stated),
    /// A call of an event, which does not hold all of it.
    Recorded(Recorded),
}

/// Why the server refuses a call before it asks the policies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    UnknownTool,
    UnknownResource,
    UnknownPrompt,
    UnlistedArgument,
}

/// A call that the file states.
#[derive(Debug)]
pub(super) struct Stated {
    pub(super) key: SessionKey,
    pub(super) call: Call,
    pub(super) auth_time: Option<u64>,
    pub(super) acr: Option<String>,
}

/// What an event of an audit file says about its call.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) caller: Option<Caller>,
    pub(super) subject: Subject,
    /// The lowest and the highest risk that a read can have.
    pub(super) risks: [Risk; 2],
    /// The names of the patterns that it matched.
    pub(super) patterns: Vec<[u8; 8]>,
    pub(super) has_run: bool,
    /// Whether the caller is the process that started the server. Each process has a session, and events do not say which process it is.
    pub(super) is_process: bool,
}

/// Events that were counted and not written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) count: u64,
}

/// What a line is.
#[derive(Debug)]
pub(super) enum Read {
    /// An empty line, or an event that no policy decides about.
    Nothing,
    Step(Box<Step>),
    Missing(Missing),
}

/// Reads a line.
pub(super) fn read(line: &[u8], number: u64, policies: &Policies) -> Result<Read, String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(Read::Nothing);
    }
    if let Some(record) = Record::read(line) {
        return Ok(event::read(&record, number, policies));
    }
    let text = str::from_utf8(line).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let stated = Json::parse(text).map_err(|error| format!("it is not JSON: {error}"))?;
    call::read(&stated, number, policies).map(|step| Read::Step(Box::new(step)))
}

impl Refusal {
    /// Returns the id of the reason.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::UnknownTool => "unknown_tool",
            Self::UnknownResource => "unknown_resource",
            Self::UnknownPrompt => "unknown_prompt",
            Self::UnlistedArgument => "unlisted_argument",
        }
    }

    /// Returns the reason in words.
    pub(super) fn sentence(self, name: &str) -> String {
        match self {
            Self::UnknownTool | Self::UnknownPrompt => {
                format!("the document does not have `{name}`, so the server refuses it")
            }
            Self::UnknownResource => {
                format!("no entry of `resource_scope_mapping` opens `{name}`, so the server refuses it")
            }
            Self::UnlistedArgument => format!(
                "the arguments have a member that is no parameter of `{name}`, and its scopes depend on one, so the server refuses it"
            ),
        }
    }
}
