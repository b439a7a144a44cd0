//! Reads the section with the records from ELF, Mach-O, PE and wasm files.

use mcp_scopes_model::record::SECTIONS;
use object::{
    FileKind, Object as _, ObjectSection as _, ReadRef,
    read::macho::{FatArch, MachOFatFile32, MachOFatFile64},
};

use super::Damage;
use crate::{Error, ErrorKind};

/// Maximum size of a section. A table of the maximum size takes a hundredth of it.
const MAX_SECTION: u64 = 64 << 20;
/// Maximum size of a wasm module. A module has no directory of sections, so the whole file is searched.
const MAX_MODULE: u64 = 256 << 20;
/// Maximum number of programs in one file: one for each architecture.
const MAX_ARCHES: usize = 64;

/// The section of one program.
pub(super) struct Section {
    /// Offset in the file.
    pub(super) offset: u64,
    /// Contents of the section.
    pub(super) bytes: Vec<u8>,
    /// Whether numbers are little-endian.
    pub(super) little_endian: bool,
}

/// Returns whether a file with these first bytes is a program.
pub(super) fn is_magic(magic: [u8; 4]) -> bool {
    matches!(
        magic,
        [0x7f, b'E', b'L', b'F']
            | [b'M', b'Z', ..]
            | [0, b'a', b's', b'm']
            | [0xfe, 0xed, 0xfa, 0xce | 0xcf]
            | [0xce | 0xcf, 0xfa, 0xed, 0xfe]
            | [0xca, 0xfe, 0xba, 0xbe | 0xbf]
    )
}

/// Returns the sections with records of each program in the data. The list is empty if there are none.
pub(super) fn sections<'data>(data: impl ReadRef<'data>, name: &str) -> Result<Vec<Section>, Error> {
    let damaged = |why: String| {
        let message = format!("`{name}` cannot be read as a program: {why}");
        Error::new(ErrorKind::Artefact, message).help("give a complete ELF, Mach-O, PE or wasm file")
    };
    let broken = |error: object::Error| damaged(error.to_string());
    let mut found = Vec::new();
    match FileKind::parse(data).map_err(broken)? {
        FileKind::MachOFat32 => {
            let fat = MachOFatFile32::parse(data).map_err(broken)?;
            for arch in fat.arches().iter().take(MAX_ARCHES) {
                let (start, _) = arch.file_range();
                of_one(arch.data(data).map_err(broken)?, start, &mut found).map_err(damaged)?;
            }
        }
        FileKind::MachOFat64 => {
            let fat = MachOFatFile64::parse(data).map_err(broken)?;
            for arch in fat.arches().iter().take(MAX_ARCHES) {
                let (start, _) = arch.file_range();
                of_one(arch.data(data).map_err(broken)?, start, &mut found).map_err(damaged)?;
            }
        }
        FileKind::Wasm if data.len().is_ok_and(|len| len > MAX_MODULE) => {
            return Err(damaged(format!("it is larger than {} MiB", MAX_MODULE >> 20)));
        }
        _ => of_one(data, 0, &mut found).map_err(damaged)?,
    }
    Ok(found)
}

fn of_one<'data>(data: impl ReadRef<'data>, start: u64, found: &mut Vec<Section>) -> Result<(), String> {
    let file = object::File::parse(data).map_err(|error| error.to_string())?;
    for section in file.sections() {
        // A section with an unreadable name does not hold records.
        if !section.name().is_ok_and(|name| SECTIONS.contains(&name)) {
            continue;
        }
        if section.size() > MAX_SECTION {
            return Err(format!("its section of scope tables is larger than {} MiB", MAX_SECTION >> 20));
        }
        let bytes = section.data().map_err(|error| format!("its section of scope tables is cut off: {error}"))?;
        let offset = start.saturating_add(section.file_range().map_or(0, |(offset, _)| offset));
        found.push(Section { offset, bytes: bytes.to_vec(), little_endian: file.is_little_endian() });
    }
    Ok(())
}

impl Section {
    /// Returns the four-byte number at that offset.
    pub(super) fn number(&self, at: usize) -> Result<u32, Damage> {
        let bytes = self.bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Damage::Broken("it is cut off"))?;
        Ok(if self.little_endian { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) })
    }
}
