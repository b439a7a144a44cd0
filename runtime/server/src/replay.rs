//! Event ids, bound to the receiver of the event (MCP 2025-11-25, "Resumability and Redelivery").
//!
//! A server counts its events, so their ids can be guessed, and a client that names one in `Last-Event-ID` receives every later
//! event of that stream. The id that leaves the layer is therefore the id of the server, the grant of the receiver, and a seal
//! over both, issuer, subject, client, environment and, if there is one, the session. A replay requires the same owner, and a
//! grant that covers the sealed one: the events were made for a call that the sealed grant opened.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Hmac;
use sha2::Sha256;

use mcp_scopes::{__private::v1, Caller, ScopeTable};

use super::{
    session::{Owner, SealKey, Sessions, read_seal, write_seal},
    token::add_part,
};

/// Seals the event ids of one stream.
pub(super) struct EventSeal {
    /// A MAC over everything but the id.
    keyed: Hmac<Sha256>,
    /// The encoded grant, which each id contains.
    grant: String,
}

/// Why an event id does not open a replay.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unopened {
    /// It belongs to a stream of another owner, environment or session.
    Foreign,
    /// The caller's grant does not cover the sealed one, which has these scopes.
    Uncovered(Vec<&'static str>),
}

impl Sessions {
    /// Returns the seal for the event ids of a stream of this caller. `session` is the session id that the server assigned.
    pub(super) fn event_seal(&self, owner: Owner<'_>, caller: &Caller, session: Option<&str>) -> EventSeal {
        let grant = caller.grant();
        let mut bytes: Vec<u8> = v1::grant_words(grant).iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        EventSeal {
            keyed: event_mac(self.current(), owner, caller, session, grant.scopes()),
            grant: URL_SAFE_NO_PAD.encode(bytes),
        }
    }

    /// Returns the server's id of an event, if this caller may receive the events after it.
    ///
    /// # Errors
    /// The id was sealed for another owner, environment or session, or for a grant that this caller's grant does not cover.
    pub(super) fn open_event<'s>(
        &self,
        sealed: &'s str,
        owner: Owner<'_>,
        caller: &Caller,
        session: Option<&str>,
    ) -> Result<&'s str, Unopened> {
        let parts = sealed.rsplit_once('.').and_then(|(rest, seal)| Some((rest.rsplit_once('.')?, read_seal(seal)?)));
        let ((id, grant), seal) = parts.ok_or(Unopened::Foreign)?;
        let scopes = scopes_of(grant, caller.grant().table()).ok_or(Unopened::Foreign)?;
        let is_sealed = self.has_sealed(&seal, |key| {
            let mut mac = event_mac(key, owner, caller, session, scopes.iter().copied());
            add_part(&mut mac, Some(id.as_bytes()));
            mac
        });
        if !is_sealed {
            return Err(Unopened::Foreign);
        }
        if scopes.iter().all(|scope| caller.grant().holds(scope)) { Ok(id) } else { Err(Unopened::Uncovered(scopes)) }
    }
}

/// Returns a MAC over everything of an event id but the id of the server.
fn event_mac(
    key: &SealKey,
    owner: Owner<'_>,
    caller: &Caller,
    session: Option<&str>,
    scopes: impl Iterator<Item = &'static str>,
) -> Hmac<Sha256> {
    let mut mac = key.keyed("event", owner, caller.environment());
    add_part(&mut mac, session.map(str::as_bytes));
    // Scopes are sealed by name: in another version of the server a number may mean another scope.
    scopes.for_each(|scope| add_part(&mut mac, Some(scope.as_bytes())));
    add_part(&mut mac, None);
    mac
}

impl EventSeal {
    /// Returns the id to send.
    pub(super) fn seal(&self, id: &str) -> String {
        let mut mac = self.keyed.clone();
        add_part(&mut mac, Some(id.as_bytes()));
        let mut sealed = format!("{id}.{}", self.grant);
        write_seal(&mut sealed, mac);
        sealed
    }
}

/// Returns the scopes of a sealed grant, in the table's order; `None` if the table declares no such scopes.
fn scopes_of(grant: &str, table: &'static ScopeTable) -> Option<Vec<&'static str>> {
    let bytes = URL_SAFE_NO_PAD.decode(grant).ok()?;
    let names: Vec<&'static str> = table.scopes().collect();
    let numbers = bytes
        .iter()
        .enumerate()
        .flat_map(|(place, byte)| (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| 8 * place + bit));
    numbers.map(|number| names.get(number).copied()).collect()
}

impl core::fmt::Debug for EventSeal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("EventSeal(..)")
    }
}
