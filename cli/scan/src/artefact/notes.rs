//! Splits a section into records.

use mcp_scopes_model::record::{OWNER, OWNER_LEN, VERSION};

use super::{Damage, container::Section};

/// Maximum number of records in one program.
const MAX_NOTES: usize = 1024;
/// Length of the frame before a record.
const FRAME: usize = 24;

/// One record, as bytes.
pub(super) struct Note<'s> {
    /// Offset of the record in the file.
    pub(super) offset: u64,
    /// The version of the format.
    pub(super) version: u32,
    /// The section that holds the record: checksum, numbers and texts.
    pub(super) section: &'s Section,
    /// Start of the record in the section.
    pub(super) start: usize,
    /// End of the record in the section.
    pub(super) end: usize,
}

/// Returns the notes of a section, in order.
pub(super) fn notes(section: &Section) -> Result<Vec<Note<'_>>, Damage> {
    let len = section.bytes.len();
    let mut notes = Vec::new();
    let mut at = 0;
    while at < len {
        // Padding may be shorter than a word at the end.
        let word = section.bytes.get(at..len.min(at + 4)).unwrap_or_default();
        if word.iter().all(|byte| *byte == 0) {
            at += 4;
            continue;
        }
        if section.number(at)? != OWNER_LEN || section.bytes.get(at + 12..at + FRAME) != Some(&OWNER) {
            return Err(Damage::Broken("their section contains other data"));
        }
        let version = section.number(at + 8)?;
        if !(1..=VERSION).contains(&version) {
            return Err(Damage::Version(version));
        }
        let record_len = usize::try_from(section.number(at + 4)?).unwrap_or(usize::MAX);
        let start = at + FRAME;
        let end =
            start.checked_add(record_len).filter(|end| *end <= len).ok_or(Damage::Broken("a record is cut off"))?;
        if !record_len.is_multiple_of(4) || notes.len() == MAX_NOTES {
            return Err(Damage::Broken("the length or the number of records cannot be"));
        }
        let offset = section.offset.saturating_add(start as u64);
        notes.push(Note { offset, version, section, start, end });
        at = end;
    }
    Ok(notes)
}
