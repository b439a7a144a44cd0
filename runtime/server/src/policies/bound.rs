//! What an approval is bound to: a call, and who makes it.

use mcp_scopes::Environment;
use mcp_scopes_policies::SessionKey;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256, digest::Update};

use super::{
    super::{
        json,
        message::{Content, Message, Params},
        requester::Requester,
        session::Owner,
        token::{Hash, add_part},
    },
    canonical::canonical,
};

/// The members of `params` that are bound by themselves, and the one that is not bound: `_meta` is about the request and not about the call.
const BOUND_ALONE: [&str; 4] = ["name", "arguments", "inputResponses", "requestState"];
const META: &str = "_meta";

/// A call, and who makes it. What the call has for the tool itself is not part of it: `inputResponses` and `requestState`.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) owner: Owner<'a>,
    pub(super) environment: Environment,
    session: SessionKey,
    tool: &'a str,
    arguments: Option<Hash>,
    /// The other members of `params`.
    others: Hash,
}

impl<'a> Bound<'a> {
    /// Returns the call that a message of a body makes, in a session of policies. `None` if it names no tool.
    pub(super) fn new(
        requester: &'a Requester,
        session: SessionKey,
        content: &Content<'_>,
        body: &[u8],
        message: &'a Message<'_>,
    ) -> Option<Self> {
        let arguments = match message.params.arguments {
            Some(arguments) => Some(Sha256::digest(canonical(arguments)?).into()),
            None => None,
        };
        let (owner, environment) = (requester.owner(), requester.caller.environment());
        let tool = message.params.name.as_deref()?;
        Some(Self { owner, environment, session, tool, arguments, others: others(content, body, message)? })
    }

    /// Adds what a keyed seal lacks: neither owner nor environment.
    pub(super) fn add_to(&self, to: &mut impl Update) {
        add_part(to, Some(self.session.as_bytes()));
        add_part(to, Some(self.tool.as_bytes()));
        add_part(to, self.arguments.as_ref().map(<[u8; 32]>::as_slice));
        add_part(to, Some(&self.others));
    }

    /// Returns a hash of the call with what it has for the tool itself, and of who makes it.
    pub(super) fn key(&self, params: &Params<'_>) -> Hash {
        let mut hash = Sha256::new();
        add_part(&mut hash, Some(self.environment.as_str().as_bytes()));
        self.owner.add_to(&mut hash);
        self.add_to(&mut hash);
        for value in [params.input_responses, params.request_state] {
            // Each was checked to be JSON.
            let text = value.map(|value| canonical(value).unwrap_or_else(|| value.get().to_owned()));
            add_part(&mut hash, text.as_deref().map(str::as_bytes));
        }
        hash.finalize().into()
    }
}

/// Returns a hash of the members of `params` that the reader of bodies does not keep as sent. The server behind the layer receives them too.
fn others(content: &Content<'_>, body: &[u8], message: &Message<'_>) -> Option<Hash> {
    let message: &RawValue = match content {
        Content::None => return None,
        Content::One(_) => serde_json::from_slice(body).ok()?,
        Content::Batch(messages) => {
            let place = messages.iter().position(|other| core::ptr::eq(other, message))?;
            serde_json::from_slice::<Vec<&RawValue>>(body).ok()?.get(place).copied()?
        }
    };
    let mut members = json::members(json::find(message, &["params"])?)?;
    members.retain(|(name, _)| *name != META && !BOUND_ALONE.contains(&&**name));
    members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let mut hash = Sha256::new();
    for (name, value) in members {
        add_part(&mut hash, Some(name.as_bytes()));
        add_part(&mut hash, Some(canonical(value)?.as_bytes()));
    }
    Some(hash.finalize().into())
}
