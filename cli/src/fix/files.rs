//! Files as they are, and whether they may be written.

use std::{fs, path::Path};

use mcp_scopes_scan::file::text;

use super::failure::{Failure, changed};

/// What documents on standard input are called.
pub(crate) const STDIN: &str = "<stdin>";

/// The text of a file, to the byte.
pub(super) fn read(file: &str, input: &str) -> Result<String, Failure> {
    if file == STDIN {
        return Ok(input.to_owned());
    }
    text(Path::new(file))
        .map_err(|error| Failure::Other(format!("cannot read `{file}`: {error}"), "make the file readable".to_owned()))
}

/// Whether a file may be replaced, and is as it was.
pub(super) fn check(file: &str, old: &str) -> Result<(), Failure> {
    let refuse = |why: &str, help: &str| {
        Err(Failure::Other(format!("`{file}` {why}, so that nothing was written"), help.to_owned()))
    };
    let status = match fs::symlink_metadata(Path::new(file)) {
        Ok(status) => status,
        Err(error) => return refuse(&format!("cannot be looked at: {error}"), "try again"),
    };
    // Replacing a link would leave the file that it leads to as it was.
    if status.is_symlink() {
        return refuse("is a symbolic link", "name the file that it leads to");
    }
    if status.permissions().readonly() {
        return refuse("is read-only", "make it writable, or look at `--diff`");
    }
    if read(file, "")? != old {
        return Err(changed(file));
    }
    Ok(())
}
