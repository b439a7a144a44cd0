//! Reads the records of scope tables back from a compiled program.
//!
//! The format is specified in [`mcp_scopes_model::record`]. The file is untrusted input. Every length is compared with
//! the bytes that exist, every text and every name is validated, and inconsistent data is an error.
//!
//! | module | holds |
//! |---|---|
//! | `container` | ELF, Mach-O, PE and wasm files: the bytes of the section |
//! | `notes` | from the section to records |
//! | `record` | from a record's bytes to what it says |
//! | `tables` | from records to an inventory |

mod container;
mod notes;
pub(crate) mod record;
mod tables;

use std::{fmt, fs::File, io::Read as _, path::Path, sync::Arc};

use object::{ReadCache, ReadRef};

use crate::{Error, ErrorKind, Report, world::shown};

/// Returns whether a file is a program. The first bytes decide, as in ELF, Mach-O, PE and wasm files.
#[must_use]
pub fn is_artefact(path: &Path) -> bool {
    // Folders and pipes are not programs. Reading from a pipe would also consume its bytes.
    if !path.is_file() {
        return false;
    }
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && container::is_magic(magic)
}

/// Reads the tables of a program.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a program, or carries no record. The same holds for a damaged
/// record and for a record of an unknown version.
pub(crate) fn read(path: &Path) -> Result<Report, Error> {
    let file = File::open(path).map_err(|error| Error::unreadable(path, error))?;
    // Programs can be large, so only the parts that are needed are read.
    let mut report = report(&shown(path), path, &ReadCache::new(file))?;
    report.inputs.insert(path.to_owned());
    Ok(report)
}

/// Reads the tables of a program in memory. Findings use `name` as the name of its file.
///
/// # Errors
/// Returns an error if the data is not a program or carries no record. The same holds for a damaged record and for a
/// record of an unknown version.
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<Report, Error> {
    report(&name.into(), Path::new(name), bytes)
}

fn report<'data>(name: &Arc<str>, path: &Path, data: impl ReadRef<'data>) -> Result<Report, Error> {
    let sections = container::sections(data, name)?;
    if sections.is_empty() {
        let help = "build it with the feature `embed-table` of `mcp-scopes`, which is on by default, and let it use a \
                    `scope_table!`; or give the source";
        return Err(Error::new(ErrorKind::Artefact, format!("`{name}` carries no scope table")).help(help));
    }
    let damaged = |damage: Damage| {
        let message = format!("the scope tables of `{name}` cannot be read: {damage}");
        Error::new(ErrorKind::Artefact, message).help(damage.help())
    };
    let mut records = Vec::new();
    for section in &sections {
        for note in notes::notes(section).map_err(damaged)? {
            let record = record::read(name, &note).map_err(damaged)?;
            // A file for several architectures holds the same record once for each.
            if !records.iter().any(|known: &record::Record| known.says_the_same(&record)) {
                records.push(record);
            }
        }
    }
    if records.is_empty() {
        return Err(damaged(Damage::Broken("the section is empty")));
    }
    Ok(tables::report(path, name, records))
}

/// The reason why a section cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The data contradicts itself.
    Broken(&'static str),
    /// The record has a version that this reader does not support.
    Version(u32),
}

impl Damage {
    const fn help(self) -> &'static str {
        match self {
            Self::Broken(_) => "build the program again; what strips or packs it must leave the section as it is",
            Self::Version(_) => "update `mcp-scopes`: the program was built with a newer one",
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => f.write_str(why),
            Self::Version(version) => write!(f, "they are in version {version} of the format, which is not known here"),
        }
    }
}
