//! Reads files for fixes and checks that they may be written.

use std::{fs, path::Path};

use mcp_scopes_scan::file::text;

use super::failure::{Failure, changed};

/// The name of documents on standard input.
pub(crate) const STDIN: &str = "<stdin>";

/// Returns the text of a file, without any change to its bytes.
pub(super) fn read(file: &str, input: &str) -> Result<String, Failure> {
    if file == STDIN {
        return Ok(input.to_owned());
    }
    text(Path::new(file))
        .map_err(|error| Failure::Other(format!("cannot read `{file}`: {error}"), "make the file readable".to_owned()))
}

/// Checks that a file may be replaced and has not changed.
pub(super) fn check(file: &str, old: &str) -> Result<(), Failure> {
    let reject =
        |why: &str, help: &str| Err(Failure::Other(format!("`{file}` {why}; nothing was written"), help.to_owned()));
    let status = match fs::symlink_metadata(Path::new(file)) {
        Ok(status) => status,
        Err(error) => return reject(&format!("cannot be read: {error}"), "try again"),
    };
    // A replacement would remove the link and leave its target unchanged.
    if status.is_symlink() {
        return reject("is a symbolic link", "name the target of the link");
    }
    if status.permissions().readonly() {
        return reject("is read-only", "make it writable, or use `--diff`");
    }
    if read(file, "")? != old {
        return Err(changed(file));
    }
    Ok(())
}
