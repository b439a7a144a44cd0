//! The form of a session in a store that several processes share, perhaps with different versions of the table.
//!
//! It is a version byte, fourteen numbers of 32 bits in little-endian order, and four sections. The first eleven numbers are those at the beginning
//! of a session (see the module `session`), the others are the numbers of records in the sections that are not the last. Each record is a name of 8
//! bytes and a value:
//!
//! | section | value |
//! |---|---|
//! | cooling periods | the end, 4 bytes |
//! | arguments of the last calls | the hash, 8 bytes |
//! | calls of tools with a limit | the number, 4 bytes |
//! | latches | none |
//!
//! Only what is set has a record. A process carries along the records that its table does not know. The script that reads this form searches for the names
//! that it needs, and reads no other records.

use core::fmt;

use crate::{
    name::{Kind, Name},
    rules::{Place, Rules},
    session::{HEADER, Session, SessionView},
    time::Timestamp,
};

/// The first byte. Version 1 was not divided into sections.
const VERSION: u8 = 2;

/// A session of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedSession {
    /// What the table knows.
    pub session: Session,
    /// The records that it does not know, by section.
    carried: [Vec<u8>; Kind::SECTIONS.len()],
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
        Self { session: Session::new(rules), carried: [const { Vec::new() }; Kind::SECTIONS.len()] }
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
        let sections = sections(rest).ok_or(MalformedSession)?;
        let [cooling, ..] = sections;
        let is_running = |end: u32| end > now.floor();
        let cools = records(Kind::Cooling, cooling).filter_map(|(_, end)| read_word(&mut &*end)).any(is_running);
        for ((kind, section), carried) in Kind::SECTIONS.into_iter().zip(sections).zip(&mut unpacked.carried) {
            for (name, value) in records(kind, section) {
                match rules.by_name.get(name) {
                    Some(place) if place.kind == kind => {
                        unpacked.session.apply(rules, *place, value).ok_or(MalformedSession)?;
                    }
                    _ => {
                        let is_kept = match kind {
                            Kind::Cooling => read_word(&mut &*value).is_some_and(is_running),
                            // A hash of arguments lasts as long as some cooling period.
                            Kind::Arguments => !is_over || cools,
                            Kind::Count | Kind::Latch => !is_over,
                        };
                        if is_kept {
                            carried.extend(name);
                            carried.extend(value);
                        }
                    }
                }
            }
        }
        unpacked.session.end_if_over(rules, now);
        Ok(unpacked)
    }

    /// Writes the session.
    #[must_use]
    pub fn pack(&self, rules: &Rules) -> Vec<u8> {
        let mut sections = self.carried.clone();
        for named in &rules.named {
            let Place { kind, at } = named.place;
            let number = match kind {
                Kind::Latch => u64::from(self.session.is_latched(rules, named.owner)),
                Kind::Count | Kind::Cooling => u64::from(self.session.get(at)),
                Kind::Arguments => self.session.arguments(at),
            };
            if number > 0
                && let Some(section) = sections.get_mut(kind.section())
            {
                section.extend(named.name);
                section.extend(number.to_le_bytes().iter().take(kind.value_len()));
            }
        }
        let mut bytes = vec![VERSION];
        for word in self.session.words().iter().take(HEADER) {
            bytes.extend(word.to_le_bytes());
        }
        for (kind, section) in Kind::SECTIONS.into_iter().zip(&sections).take(COUNTED) {
            let count = u32::try_from(section.len() / kind.record_len()).unwrap_or(u32::MAX);
            bytes.extend(count.to_le_bytes());
        }
        bytes.extend(sections.iter().flatten());
        bytes
    }

    /// Returns what an operator sees.
    #[must_use]
    pub fn view(&self, rules: &Rules, now: Timestamp) -> SessionView {
        let records =
            Kind::SECTIONS.into_iter().zip(&self.carried).map(|(kind, section)| section.len() / kind.record_len());
        SessionView { unknown: records.sum(), ..self.session.view(rules, now) }
    }

    /// Returns the number of seconds after which a store may remove the session; 0 if it need not be stored.
    #[must_use]
    pub fn seconds_to_live(&self, rules: &Rules, now: Timestamp) -> u32 {
        if self.session.is_blank(rules) && self.carried.iter().all(Vec::is_empty) {
            return 0;
        }
        let [cooling, ..] = &self.carried;
        let ends = records(Kind::Cooling, cooling).filter_map(|(_, end)| read_word(&mut &*end));
        ends.fold(self.session.expiry(rules), u32::max).saturating_sub(now.floor())
    }
}

impl Session {
    /// Reads the value of a record.
    fn apply(&mut self, rules: &Rules, place: Place, mut value: &[u8]) -> Option<()> {
        match place.kind {
            Kind::Latch => self.set_latch(rules, u32::try_from(place.at).ok()?),
            Kind::Count | Kind::Cooling => self.set(place.at, read_word(&mut value)?),
            Kind::Arguments => {
                self.set(place.at, read_word(&mut value)?);
                self.set(place.at + 1, read_word(&mut value)?);
            }
        }
        Some(())
    }
}

/// The sections whose number of records is stated.
const COUNTED: usize = Kind::SECTIONS.len() - 1;

/// Splits what follows the header of a session.
fn sections(mut rest: &[u8]) -> Option<[&[u8]; Kind::SECTIONS.len()]> {
    let mut counts = [0; COUNTED];
    for count in &mut counts {
        *count = read_word(&mut rest)?;
    }
    let mut sections = [rest; Kind::SECTIONS.len()];
    for ((section, kind), count) in sections.iter_mut().zip(Kind::SECTIONS).zip(counts) {
        let length = kind.record_len().checked_mul(usize::try_from(count).ok()?)?;
        (*section, rest) = rest.split_at_checked(length)?;
    }
    let [.., last] = &mut sections;
    *last = rest;
    rest.len().is_multiple_of(Kind::Latch.record_len()).then_some(sections)
}

/// Returns names and values.
fn records(kind: Kind, section: &[u8]) -> impl Iterator<Item = (&Name, &[u8])> {
    section.chunks_exact(kind.record_len()).filter_map(|record| record.split_first_chunk())
}

fn read_word(rest: &mut &[u8]) -> Option<u32> {
    let (word, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u32::from_le_bytes(*word))
}
