//! Whose session the call of an event belongs to.
//!
//! An event has the hash of a session if the policies of the server needed one for the call, and the subject if the token has one. So the
//! events of one caller may name a session, a subject, or both.

use std::collections::HashMap;

use mcp_scopes_model::Environment;
use mcp_scopes_policies::SessionKey;

use crate::audit::{Field, Record};

/// Who made the call of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    /// The session. Its hash is exact: a header that moves a caller into the sandbox does not change it.
    session: Option<SessionKey>,
    /// The subject in the environment of the event, and in any environment.
    subject: Option<[SessionKey; 2]>,
}

impl Caller {
    /// Returns the caller that an event names, if it does.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let issuer = record.text(Field::Issuer).unwrap_or_default();
        let is_sandbox = record.text(Field::Environment) == Some(Environment::Sandbox.as_str());
        let environment = if is_sandbox { Environment::Sandbox } else { Environment::Live };
        let session = record.text(Field::Session);
        let session = session.map(|session| SessionKey::new("session", Environment::Live, "", &[session]));
        let subject = record.text(Field::Subject).map(|subject| {
            [environment, Environment::Live]
                .map(|environment| SessionKey::new("subject", environment, issuer, &[subject]))
        });
        (session.is_some() || subject.is_some()).then_some(Self { session, subject })
    }
}

/// The sessions of the subjects of a file.
#[derive(Debug, Default)]
pub(super) struct Callers {
    in_environment: HashMap<SessionKey, SessionKey>,
    in_any: HashMap<SessionKey, SessionKey>,
}

impl Callers {
    /// Learns the sessions of these callers.
    pub(super) fn of(callers: impl IntoIterator<Item = Caller>) -> Self {
        let mut known = Self::default();
        for caller in callers {
            if let (Some(session), Some([here, anywhere])) = (caller.session, caller.subject) {
                known.in_environment.insert(here, session);
                known.in_any.insert(anywhere, session);
            }
        }
        known
    }

    /// Returns the keys of the sessions that the call certainly belongs to, and may belong to. A subject without a session may have one for
    /// both environments, or one for each.
    pub(super) fn sessions(&self, caller: Caller) -> [SessionKey; 2] {
        let known = caller.session.or_else(|| self.in_environment.get(&caller.subject?[0]).copied());
        match (known, caller.subject) {
            (Some(session), _) => [session; 2],
            (None, Some([here, anywhere])) => [here, self.in_any.get(&anywhere).copied().unwrap_or(anywhere)],
            // INVARIANT: `Caller::of` returns none without both.
            (None, None) => [SessionKey::new("", Environment::Live, "", &[]); 2],
        }
    }
}
