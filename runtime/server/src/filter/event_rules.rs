//! What happens to an event of a stream.

use serde::{Deserialize, de::IgnoredAny};

use mcp_scopes::Environment;

#[cfg(feature = "policies")]
use super::FileLimits;
use super::{
    super::{rejection::Rejection, replay::EventSeal},
    ListRules,
};

/// The rules of one stream.
#[derive(Debug)]
pub(crate) struct EventRules {
    environment: Environment,
    /// What happens to lists of tools; `None` if they are not read.
    lists: Option<ListRules>,
    seal: EventSeal,
    /// The files that the answers may contain.
    #[cfg(feature = "policies")]
    files: FileLimits,
    /// Whether messages that the server begins are withheld.
    withholds: bool,
}

/// What happens to an event.
pub(super) enum Change {
    /// It is sent byte for byte.
    None,
    /// It is not sent.
    Withhold,
    /// It is sent with other data, if there are any, and with these ids; `None` for an id that is left out.
    Rewrite { data: Option<String>, ids: Vec<Option<String>> },
}

impl EventRules {
    pub(crate) fn new(environment: Environment, lists: Option<ListRules>, seal: EventSeal) -> Self {
        Self {
            environment,
            lists,
            seal,
            #[cfg(feature = "policies")]
            files: FileLimits::default(),
            withholds: false,
        }
    }

    #[cfg(feature = "policies")]
    pub(crate) fn with_files(self, files: FileLimits) -> Self {
        Self { files, ..self }
    }

    /// From now on, withholds every message that the server begins: requests and notifications.
    pub(crate) fn withhold_begun(&mut self) {
        self.withholds = true;
    }

    /// Returns what happens to an event. `data` and `ids` read it.
    pub(super) fn changes<'e>(
        &self,
        event: &'e [u8],
        data: impl Fn(&'e [u8]) -> Vec<u8>,
        ids: impl Fn(&'e [u8]) -> Vec<&'e [u8]>,
    ) -> Change {
        if self.withholds && !is_answer(&data(event)) {
            return Change::Withhold;
        }
        let new_data = match &self.lists {
            Some(lists) if lists.may_apply_to(event) => {
                lists.rewritten(&data(event)).unwrap_or_else(|_| Some(self.unreadable()))
            }
            _ => None,
        };
        #[cfg(feature = "policies")]
        let new_data = self.with_checked_files(event, new_data, &data);
        let ids = ids(event);
        if new_data.is_none() && ids.iter().all(|id| id.is_empty()) {
            return Change::None;
        }
        Change::Rewrite { data: new_data, ids: ids.into_iter().map(|id| self.sealed(id)).collect() }
    }

    /// Returns the data to send, if they are not those of the event, with denials in place of answers with too large a file.
    #[cfg(feature = "policies")]
    fn with_checked_files<'e>(
        &self,
        event: &'e [u8],
        new_data: Option<String>,
        data: &impl Fn(&'e [u8]) -> Vec<u8>,
    ) -> Option<String> {
        if !self.files.may_apply_to(event) {
            return new_data;
        }
        let checked = match &new_data {
            Some(text) => self.files.checked(text.as_bytes()),
            None => self.files.checked(&data(event)),
        };
        checked.unwrap_or_else(|_| Some(self.unreadable())).or(new_data)
    }

    /// Returns the id to send; `None` for none. An empty id makes clients forget the last one. An id that clients ignore, since it contains
    /// U+0000 or is not UTF-8 (HTML, "Interpreting an event stream"), is left out.
    fn sealed(&self, id: &[u8]) -> Option<String> {
        // In a replay nothing says which call is answered, so files there would have no limit.
        #[cfg(feature = "policies")]
        if !self.files.is_empty() && !id.is_empty() {
            return None;
        }
        let id = core::str::from_utf8(id).ok().filter(|id| !id.contains('\0'))?;
        Some(if id.is_empty() { String::new() } else { self.seal.seal(id) })
    }

    /// Returns the error that replaces an event that cannot be read.
    pub(super) fn unreadable(&self) -> String {
        Rejection::unreadable().by(self.environment).into_text()
    }
}

/// Returns whether an event's data contain only responses, or nothing: no request and no notification. Unreadable data are not
/// a response.
fn is_answer(data: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Message {
        method: Option<IgnoredAny>,
    }
    let is_answer = |message: &Message| message.method.is_none();
    match data.trim_ascii_start() {
        [b'{', ..] => serde_json::from_slice(data).is_ok_and(|message| is_answer(&message)),
        [] => true,
        [b'[', ..] => serde_json::from_slice::<Vec<Message>>(data).is_ok_and(|all| all.iter().all(is_answer)),
        _ => false,
    }
}
