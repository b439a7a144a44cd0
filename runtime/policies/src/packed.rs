//! The form of a session in a store that several processes share, perhaps with different versions of the table.
//!
//! It is a version byte, eleven numbers of 32 bits in little-endian order (see the module `session`), and records. A record is a tag (its upper
//! half is the kind, its lower half the length of the value), a name of 8 bytes, and the value. Only what is set has a record. A process
//! carries along the records that its table does not know.

use core::fmt;

use crate::{
    name::{Kind, Name},
    rules::{Place, Rules},
    session::{HEADER, Session},
    time::Timestamp,
};

/// The first byte.
const VERSION: u8 = 1;

/// A session of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedSession {
    /// What the table knows.
    pub session: Session,
    /// The records that it does not know.
    carried: Vec<u8>,
}

/// The bytes are no session. The call must be denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedSession;

impl fmt::Display for MalformedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store returned bytes that are not a session of this version")
    }
}

impl core::error::Error for MalformedSession {}

impl PackedSession {
    /// Creates the session of a new caller.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self { session: Session::new(rules), carried: Vec::new() }
    }

    /// Reads a session, and removes what has ended.
    ///
    /// # Errors
    /// The bytes are no session.
    pub fn unpack(rules: &Rules, bytes: &[u8], now: Timestamp) -> Result<Self, MalformedSession> {
        let Some((&VERSION, mut rest)) = bytes.split_first() else { return Err(MalformedSession) };
        let mut unpacked = Self::new(rules);
        for word in 0..HEADER {
            unpacked.session.set(word, read_word(&mut rest).ok_or(MalformedSession)?);
        }
        let is_over = unpacked.session.started().is_some() && now.floor() >= unpacked.session.end(rules);
        while !rest.is_empty() {
            let record = Record::read(&mut rest).ok_or(MalformedSession)?;
            match rules.by_name.get(&record.name) {
                Some(place) if record.kind() == place.kind.code() => {
                    unpacked.apply(rules, *place, record.value).ok_or(MalformedSession)?;
                }
                _ if record.outlives(is_over, now) => record.write(&mut unpacked.carried),
                _ => {}
            }
        }
        unpacked.session.end_if_over(rules, now);
        Ok(unpacked)
    }

    fn apply(&mut self, rules: &Rules, place: Place, mut value: &[u8]) -> Option<()> {
        match place.kind {
            Kind::Latch => self.session.set_latch(rules, u32::try_from(place.at).ok()?),
            Kind::Count | Kind::Cooling => self.session.set(place.at, read_word(&mut value)?),
            Kind::Arguments => {
                self.session.set(place.at, read_word(&mut value)?);
                self.session.set(place.at + 1, read_word(&mut value)?);
            }
        }
        value.is_empty().then_some(())
    }

    /// Writes the session.
    #[must_use]
    pub fn pack(&self, rules: &Rules) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for word in self.session.words().iter().take(HEADER) {
            bytes.extend(word.to_le_bytes());
        }
        for named in &rules.named {
            let Place { kind, at } = named.place;
            let mut value = Vec::new();
            let is_set = match kind {
                Kind::Latch => self.session.is_latched(rules, named.owner),
                Kind::Count | Kind::Cooling => {
                    value.extend(self.session.get(at).to_le_bytes());
                    self.session.get(at) > 0
                }
                Kind::Arguments => {
                    value.extend(self.session.arguments(at).to_le_bytes());
                    self.session.arguments(at) > 0
                }
            };
            if is_set {
                Record { tag: kind.tag(), name: named.name, value: &value }.write(&mut bytes);
            }
        }
        bytes.extend(&self.carried);
        bytes
    }

    /// Returns the number of seconds after which a store may remove the session; 0 if it need not be stored.
    #[must_use]
    pub fn seconds_to_live(&self, rules: &Rules, now: Timestamp) -> u32 {
        if self.session.is_blank(rules) && self.carried.is_empty() {
            return 0;
        }
        let mut expiry = self.session.expiry(rules);
        let mut rest = self.carried.as_slice();
        while let Some(record) = Record::read(&mut rest) {
            expiry = expiry.max(record.cooling_end().unwrap_or(0));
        }
        expiry.saturating_sub(now.floor())
    }
}

struct Record<'b> {
    tag: u8,
    name: Name,
    value: &'b [u8],
}

impl<'b> Record<'b> {
    fn read(rest: &mut &'b [u8]) -> Option<Self> {
        let (tag, behind) = rest.split_first()?;
        let (name, behind) = behind.split_first_chunk()?;
        let length = tag & 15;
        if Kind::with_code(tag >> 4).is_some_and(|kind| kind.length() != length) {
            return None;
        }
        let (value, behind) = behind.split_at_checked(usize::from(length))?;
        *rest = behind;
        Some(Self { tag: *tag, name: *name, value })
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.push(self.tag);
        to.extend(self.name);
        to.extend(self.value);
    }

    const fn kind(&self) -> u8 {
        self.tag >> 4
    }

    /// Returns the end of a cooling period.
    fn cooling_end(&self) -> Option<u32> {
        (self.kind() == Kind::Cooling.code()).then(|| read_word(&mut &*self.value))?
    }

    /// Returns whether a record that the table does not know is still of use. The hash of arguments lasts as long as the session, after which a
    /// repeat waits like any other call.
    fn outlives(&self, is_over: bool, now: Timestamp) -> bool {
        match self.cooling_end() {
            Some(end) => end > now.floor(),
            None => !is_over,
        }
    }
}

fn read_word(rest: &mut &[u8]) -> Option<u32> {
    let (word, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u32::from_le_bytes(*word))
}
