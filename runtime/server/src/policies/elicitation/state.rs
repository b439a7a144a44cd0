//! The `requestState` of a question. The client holds it, and may send anything (MCP 2026-07-28, "Multi Round-Trip Requests").
//!
//! It is a prefix, the content, and a seal over the content and all that the approval is bound to. The content is the time of the
//! question, a random id, and what the client has sent with the call for the tool itself: its `inputResponses` and `requestState`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Hmac;
use mcp_scopes::ScopeTable;
use mcp_scopes_policies::ApprovalId;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::super::{
    super::{
        message::Params,
        session::{SealKey, Sessions, read_seal, write_seal},
        token::{Hash, add_part},
    },
    bound::Bound,
};

/// What the state of a question begins with. A tool that tells its clients a state with this beginning never gets it back.
const PREFIX: &str = "mcp-scopes-approval.";
/// For how many seconds an answer is accepted.
const LIFETIME: u64 = 600;
/// The tolerance in seconds for the clocks of replicas.
const CLOCK_SKEW: u64 = 60;
/// For how many seconds the store keeps that an approval was used: longer than any replica accepts it.
const KEPT: u32 = 900;
/// The maximum size in bytes of the state that the tool has told the client.
const MAX_INNER_STATE: usize = 32 << 10;
/// The length of the time and the id.
const HEADER: usize = 8 + ID;
const ID: usize = 16;

/// Approvals by elicitation.
pub(crate) struct Elicitation {
    sessions: Sessions,
    /// Over what is the same for all calls: the server, the table, and the process whose memory knows which approvals were used.
    server: Hash,
}

/// The content of a state: what was asked, and what the call has for the tool.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct AskedCall {
    asked_at: u64,
    id: [u8; ID],
    /// As sent.
    pub(in super::super) input_responses: Option<String>,
    /// As sent.
    pub(in super::super) request_state: Option<String>,
}

/// The call has a state of the tool that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct TooLong;

impl Elicitation {
    /// `realm` is the domain, or else the first resource of the server. Without a shared store, only this process accepts the approvals that it
    /// has asked for. `None` if the system returns no random bytes, or the table has no document.
    pub(crate) fn new(sessions: Sessions, realm: &str, table: &'static ScopeTable, is_shared: bool) -> Option<Self> {
        let mut process = [0; ID];
        getrandom::fill(&mut process).ok()?;
        let mut hash = Sha256::new();
        add_part(&mut hash, Some(realm.as_bytes()));
        // All that the table states. These addresses are none of its facts.
        let document =
            table.metadata().resource("https://table.invalid/mcp").authorization_servers(["https://table.invalid"]);
        add_part(&mut hash, Some(document.build().ok()?.to_json_pretty().as_bytes()));
        add_part(&mut hash, (!is_shared).then_some(&process[..]));
        Some(Self { sessions, server: hash.finalize().into() })
    }

    /// Returns the state of a question about a call.
    ///
    /// # Errors
    /// The call has a state of the tool that is too long.
    pub(in super::super) fn seal(
        &self,
        bound: Bound<'_>,
        params: &Params<'_>,
        id: [u8; ID],
        now: u64,
    ) -> Result<String, TooLong> {
        let text = |value: Option<&RawValue>| value.map(|value| value.get().to_owned());
        let asked = AskedCall {
            asked_at: now,
            id,
            input_responses: text(params.input_responses),
            request_state: text(params.request_state),
        };
        if asked.request_state.as_ref().is_some_and(|state| state.len() > MAX_INNER_STATE) {
            return Err(TooLong);
        }
        let content = asked.to_bytes().ok_or(TooLong)?;
        let mut state = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&content));
        write_seal(&mut state, self.mac(self.sessions.current(), bound, &content));
        Ok(state)
    }

    /// Returns the content of a state without its prefix, if it is one about this call that an answer may still come with.
    pub(in super::super) fn open(&self, bound: Bound<'_>, state: &str, now: u64) -> Option<AskedCall> {
        let (content, seal) = state.split_once('.')?;
        let (content, seal) = (URL_SAFE_NO_PAD.decode(content).ok()?, read_seal(seal)?);
        if !self.sessions.has_sealed(&seal, |key| self.mac(key, bound, &content)) {
            return None;
        }
        let asked = AskedCall::from_bytes(&content)?;
        let is_valid =
            asked.asked_at <= now.saturating_add(CLOCK_SKEW) && now < asked.asked_at.saturating_add(LIFETIME);
        is_valid.then_some(asked)
    }

    /// Returns a MAC over what the approval is bound to, and the content.
    fn mac(&self, key: &SealKey, bound: Bound<'_>, content: &[u8]) -> Hmac<Sha256> {
        let mut mac = key.keyed("approval", bound.owner, bound.environment);
        add_part(&mut mac, Some(&self.server));
        bound.add_to(&mut mac);
        add_part(&mut mac, Some(content));
        mac
    }
}

impl core::fmt::Debug for Elicitation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Elicitation(..)")
    }
}

impl AskedCall {
    /// Returns the id under which the store keeps that the approval was used.
    pub(in super::super) const fn approval(&self) -> ApprovalId {
        ApprovalId::new(self.id, KEPT)
    }

    fn to_bytes(&self) -> Option<Vec<u8>> {
        let (responses, state) = (self.input_responses.as_deref(), self.request_state.as_deref());
        let (responses, state) = (responses.unwrap_or_default(), state.unwrap_or_default());
        let mut bytes = self.asked_at.to_le_bytes().to_vec();
        bytes.extend(self.id);
        bytes.extend(u32::try_from(responses.len()).ok()?.to_le_bytes());
        bytes.extend(responses.as_bytes());
        bytes.extend(state.as_bytes());
        Some(bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let (time, id) = header.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (responses, state) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        // A JSON text is never empty.
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.is_empty());
        Some(Self {
            asked_at: u64::from_le_bytes(*time),
            id: id.try_into().ok()?,
            input_responses: text(responses),
            request_state: text(state),
        })
    }
}

/// Returns a state of this layer without its prefix; `None` for one of the tool.
pub(in super::super) fn own(state: &str) -> Option<&str> {
    state.strip_prefix(PREFIX)
}
