//! ELF, Mach-O, PE and wasm files: the bytes of the section.

use mcp_scopes_model::record::SECTIONS;
use object::{
    FileKind, Object as _, ObjectSection as _, ReadRef,
    read::macho::{FatArch, MachOFatFile32, MachOFatFile64},
};

use super::Damage;
use crate::{Error, ErrorKind};

/// The largest section that is read: a table of the largest size takes a hundredth.
const MAX_SECTION: u64 = 64 << 20;
/// The largest wasm module that is read: it has no directory of its sections, so that all of it is looked through.
const MAX_MODULE: u64 = 256 << 20;
/// How many programs one file holds at most: one for each processor.
const MAX_ARCHES: usize = 64;

/// The section of one program.
pub(super) struct Section {
    /// Where it begins in the file.
    pub(super) offset: u64,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
    /// Whether numbers begin with their least byte.
    pub(super) little_endian: bool,
}

/// Whether a file with these first bytes is a program.
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

/// The sections with records, of each program in the data; none if there are none.
pub(super) fn sections<'data>(data: impl ReadRef<'data>, name: &str) -> Result<Vec<Section>, Error> {
    let damaged = |why: String| {
        let message = format!("`{name}` cannot be read as a program: {why}");
        Error::new(ErrorKind::Artefact, message).help("give an ELF, Mach-O, PE or wasm file that is whole")
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
        // A section whose name cannot be read is not ours.
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
    /// The number of four bytes at that place.
    pub(super) fn number(&self, at: usize) -> Result<u32, Damage> {
        let bytes = self.bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Damage::Broken("it is cut off"))?;
        Ok(if self.little_endian { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) })
    }
}
